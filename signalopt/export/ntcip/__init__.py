"""NTCIP 1202 and 1201: what a technician has to SET in an actuated controller, and in which order."""
