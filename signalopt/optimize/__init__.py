"""Finding plans: critical movements, coordination by CP-SAT, confirmation in SUMO."""
