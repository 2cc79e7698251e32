"""Parameters of the rule-based controllers: what values they take, and where tuning looks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from signalopt.errors import InputError, Problem


@dataclass(frozen=True, slots=True)
class Knob:
    """A parameter: allowed from `least` to `most`; tuning looks between `low` and `high`."""

    name: str
    least: float
    most: float
    low: float
    high: float
    unit: str = ""

    def expected(self) -> str:
        """The allowed range in words."""
        return f"{self.least:g} to {self.most:g} {self.unit}".rstrip()


def check_knobs(controller: object, name: str, knobs: Sequence[Knob]) -> None:
    """Raises InputError with every parameter of a controller that is out of its range."""
    problems = []
    for knob in knobs:
        value = getattr(controller, knob.name)
        if not knob.least <= value <= knob.most:  # also refuses what is not a number
            where = f"controller `{name}`: {knob.name}"
            problems.append(Problem(where, f"{value:g}", knob.expected()))
    if problems:
        raise InputError(*problems)


INTERVAL = Knob("interval_s", 1, 120, 2, 20, "s")
PAY = Knob("pay", 0, 10, 0, 3)
YIELDING = Knob("yielding_share", 0, 1, 0, 1)
"""Parameters that several rules have."""
