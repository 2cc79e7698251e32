"""Adaptive control: controllers behind a safety layer, on the queue model and in SUMO, and learning."""
