"""RSMP: command messages to a traffic light controller (TLC) that hold cycles, offsets and day tables."""
