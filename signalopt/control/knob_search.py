"""Search of a controller's parameters: a compass search over those that its knobs let vary.

Every round tries a step up and down in each parameter and goes to the best; without a better one all steps
are halved. T. G. Kolda, R. M. Lewis, V. Torczon, "Optimization by Direct Search", SIAM Review 45(3),
2003. The result depends on the number of trials only, not on the clock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from signalopt.control.knobs import Knob

FIRST_STEP = 0.25
"""First step of each parameter, as a share of the range in which tuning looks."""
LAST_STEP = 0.03


@dataclass(frozen=True, slots=True)
class Trial:
    """A controller with its parameters, and what it cost."""

    controller: Any
    cost: float


def search_knobs(
    start: Any,
    knobs: Sequence[Knob],
    cost: Callable[[Any], float],
    most_trials: int,
    tell: Callable[[int, Trial], None] = lambda _count, _best: None,
) -> tuple[Trial, ...]:
    """Controllers tried, the start first; the best is the one of least cost, the first of equals.

    start: a frozen dataclass with the parameters that `knobs` name; whole numbers stay whole. cost: a figure,
    less is better, the same for the same controller. tell: called after each trial.
    """
    tried: dict[Any, Trial] = {}

    def best() -> Trial:
        return min(tried.values(), key=lambda trial: trial.cost)

    def attempt(controller: Any) -> None:
        if controller not in tried and len(tried) < most_trials:
            tried[controller] = Trial(controller, cost(controller))
            tell(len(tried), best())

    attempt(start)
    step = FIRST_STEP
    while step >= LAST_STEP and len(tried) < most_trials:
        centre = best()
        for neighbour in _neighbours(centre.controller, knobs, step):
            attempt(neighbour)
        if best().controller == centre.controller:
            step /= 2
    return tuple(tried.values())


def _neighbours(centre: Any, knobs: Sequence[Knob], step: float) -> Iterator[Any]:
    kinds = {field.name: type(getattr(centre, field.name)) for field in fields(centre)}
    for knob in knobs:
        reach = (knob.high - knob.low) * step
        if reach <= 0:
            continue
        value = getattr(centre, knob.name)
        for sign in (1, -1):
            moved = min(max(value + sign * reach, min(knob.low, value)), max(knob.high, value))
            if kinds[knob.name] is int:
                whole = round(moved)
                # A step smaller than one whole number is still a step.
                moved = whole if whole != value else value + sign
                if not min(knob.low, value) <= moved <= max(knob.high, value):
                    continue
            else:
                moved = round(moved, 3)
            if moved != value:
                yield replace(centre, **{knob.name: moved})
