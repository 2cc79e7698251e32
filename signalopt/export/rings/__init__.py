"""Rings, barriers and phases: the form in which American controllers and programs hold a plan."""
