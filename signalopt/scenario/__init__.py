"""Scenarios: the YAML an engineer writes, and how it becomes a Case that a simulator can run."""
