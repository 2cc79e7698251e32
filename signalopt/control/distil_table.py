"""The table of a distillation: today's plan, the distilled one, its controller and others, judged by SUMO."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from signalopt.microsim.compare import Comparison, compare
from signalopt.microsim.result import SimulationResult
from signalopt.microsim.statistics import Change, Estimate, estimate, paired_change

TODAY, DISTILLED, CONTROLLER = "today", "distilled plan", "controller"
DIRECT, TUNER = "direct optimiser", "distilled + tuner"


@dataclass(frozen=True)
class Row:
    """One way to run the signals. versus_today: paired changes (None for today itself).

    kept: share of the controller's gain in delay that it keeps (None where the controller gains nothing).
    """

    name: str
    result: SimulationResult
    versus_today: Comparison | None
    kept: Estimate | None = None

    def mean(self, measure: str) -> Estimate | None:
        """A measure over the seeds with its interval; None where nobody has it."""
        values = list(self.result.values(measure).values())
        return estimate(values) if values else None

    def change(self, measure: str) -> Change | None:
        """The paired change of a measure against today's plan."""
        return None if self.versus_today is None else self.versus_today.changes.get(measure)

    def summary(self) -> dict[str, object]:
        """The row as plain data, ready for JSON."""
        return {
            "name": self.name,
            "result": self.result.summary(),
            "versus_today": self.versus_today.summary() if self.versus_today else None,
            "kept_of_the_controllers_gain": None
            if self.kept is None
            else {"mean": self.kept.mean, "ci95": self.kept.ci95},
        }


def rows_of(results: Mapping[str, SimulationResult]) -> tuple[Row, ...]:
    """Rows in the order given; TODAY and CONTROLLER must be among them, on the same seeds.

    Raises InputError where results share no finished seed.
    """
    today, controller = results[TODAY], results[CONTROLLER]
    found = []
    for name, result in results.items():
        if name == TODAY:
            found.append(Row(name, result, None))
            continue
        kept = None if name == CONTROLLER else share_kept(today, result, controller)
        found.append(Row(name, result, compare(today, result), kept))
    return tuple(found)


def share_kept(
    today: SimulationResult, plan: SimulationResult, controller: SimulationResult
) -> Estimate | None:
    """Gain in mean delay of a plan over the controller's, seed by seed paired, with its 95 % interval.

    None where the controller is not better than today's plan.
    """
    delays = [result.values("delay_s") for result in (today, plan, controller)]
    seeds = [seed for seed in delays[0] if all(seed in values for values in delays)]
    own, its = (
        [delays[0][seed] - delays[at][seed] for seed in seeds] for at in (1, 2)
    )  # fmt: skip
    return ratio(own, its)


def ratio(parts: Sequence[float], wholes: Sequence[float]) -> Estimate | None:
    """Mean of `parts` over mean of `wholes` (pairs), with a 95 % interval; None unless that is positive."""
    if not wholes or sum(wholes) <= 0:
        return None
    relative = paired_change(wholes, parts).relative
    if relative is None:
        return None
    low, high = (None if end is None else 1 + end for end in (relative.low, relative.high))
    return Estimate(1 + relative.mean, low, high, relative.count)
