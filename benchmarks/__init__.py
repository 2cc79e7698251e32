"""Measurements behind every claim of speed and quality; each prints one table by one command."""
