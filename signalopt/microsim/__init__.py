"""SUMO as the judge: runs, measures with intervals, paired comparison."""
