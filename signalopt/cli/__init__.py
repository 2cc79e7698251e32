"""The command line: one module a command; arguments in, text, JSON or exit code out."""
