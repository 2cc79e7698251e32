"""The compiled queue model: same Case, plan and measures as SUMO, far faster. It proposes, SUMO judges."""
