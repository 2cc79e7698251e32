"""A plan in the running: who proposed it, what the queue model thinks of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from signalopt.optimize.candidates import Candidate
from signalopt.optimize.variables import Settings, Space
from signalopt.scenario.case import Case
from signalopt.timing.plan import IntersectionPlan, Plan

TODAY = "today's plan"


@dataclass(frozen=True)
class Contender:
    """A plan that takes part in the race.

    cycles_s: the cycles it runs, each once. predicted: cost by the queue model in units of the objective
    (None: not evaluated). coordination: the CP-SAT solution, where the plan comes from it. home: the case
    with the stages that the plan is for, where these are not those of the job's case.
    """

    label: str
    plan: Plan
    cycles_s: tuple[int, ...]
    predicted: float | None = None
    settings: Settings | None = None
    coordination: Candidate | None = None
    home: Case | None = field(default=None, repr=False, compare=False)

    @property
    def gap(self) -> float | None:
        """Proven gap of the coordination that made the plan; None for plans of the search."""
        return None if self.coordination is None else self.coordination.gap


def plan_cycles_s(plan: Plan) -> tuple[int, ...]:
    """The cycles of a plan, each once, short to long."""
    found = set()
    for program in plan.intersections:
        if isinstance(program, IntersectionPlan):
            found.add(program.cycle_s)
        else:
            found.add(round(sum(phase.duration_s for phase in program.phases)))
    return tuple(sorted(found))


def distance(space: Space, first: Settings, second: Settings) -> float:
    """How different two plans are: mean over the sites of the seconds of green and offset that differ."""
    total = 0.0
    for site, a, b in zip(space.sites, first, second, strict=True):
        cycle_a, cycle_b = site.cycle_s(a), site.cycle_s(b)
        if a.order != b.order:
            total += 15.0
        else:
            total += sum(abs(x - y) for x, y in zip(a.greens_s, b.greens_s, strict=True)) / 2
        total += abs(cycle_a - cycle_b)
        ahead = abs(a.offset_s / cycle_a - b.offset_s / cycle_b)
        total += min(ahead, 1 - ahead) * (cycle_a + cycle_b) / 4
    return total / max(1, len(space.sites))


def diverse(
    space: Space,
    ranking: Iterable[tuple[float, Settings]],
    count: int,
    apart_s: float,
    worst: float,
) -> list[tuple[float, Settings]]:
    """The best plan and others that are good (up to `worst` times its cost) but different from all taken."""
    chosen: list[tuple[float, Settings]] = []
    for cost, settings in ranking:
        if len(chosen) == count or (chosen and cost > worst * chosen[0][0]):
            break
        if all(distance(space, settings, other) >= apart_s for _, other in chosen):
            chosen.append((cost, settings))
    return chosen
