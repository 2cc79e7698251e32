"""Learning: environments, a policy that is shared by all intersections, its training and its file."""
