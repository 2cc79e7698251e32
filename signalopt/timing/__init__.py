"""Ground floor: plans, stages, interstages, clearance formulas and the safety judge. No SUMO here."""
