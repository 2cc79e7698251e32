"""Demand: counts, OD and profiles turned into trips; vehicle types; calibration to counts and speeds."""
