"""signalopt: safe, low-emission traffic-signal timing for real intersections."""

__version__ = "0.1.0"
