"""Scenario sweeps, the store of their results, baselines and their comparison."""
