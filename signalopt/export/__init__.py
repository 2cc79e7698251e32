"""Exporters: one module a format, each a pure function from a plan to the text of files."""
