"""GMNS 0.96: network and signal tables of the General Modeling Network Specification."""
