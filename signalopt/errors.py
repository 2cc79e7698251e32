"""Everything that can go wrong, as data: where, what was found, what was expected, how to mend it.

Only the command line turns these into text and exit codes; every other room raises them.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with an input.

    where: file with line (`a.yaml:12`), file with a path inside (`a.yaml: demand.scale`) or option.
    """

    where: str
    found: str
    expected: str
    hint: str = ""

    def __str__(self) -> str:
        text = f"{self.where}: found {self.found}; expected {self.expected}"
        return f"{text} ({self.hint})" if self.hint else text


class SignaloptError(Exception):
    """Base of all errors that a user can meet; `exit_code` is what the command line returns."""

    exit_code = 2


class InputError(SignaloptError):
    """Bad input: carries every problem found, not only the first."""

    def __init__(self, *problems: Problem) -> None:
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))


class MissingToolError(SignaloptError):
    """A program that signalopt needs is not installed or does not run."""


class OutputError(SignaloptError):
    """A result could not be written (folder not writable, disk full)."""


class UnsafePlanError(SignaloptError):
    """A timing plan breaks a safety rule and is not allowed to leave the program."""

    exit_code = 1


class SimulationError(SignaloptError):
    """A simulation crashed, hung or could not be read."""

    exit_code = 3
