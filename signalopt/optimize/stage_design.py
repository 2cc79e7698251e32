"""Stage design by CP-SAT: which groups have green together, in which order, with least time needed.

At a reference cycle every group needs seconds of green: its flow ratio over the practical degree of
saturation times the cycle, at least its minimum green. The model chooses the stages, whether opposed turns
are protected, and whole-second greens that serve all needs; it minimises greens plus interstages. That is
Webster's critical flow ratio and lost time in one figure: what is left of the cycle is its reserve. (Stage
composition as integer programming: G. Improta and G. E. Cantarella, Control system design for an individual
signalized junction, Transportation Research Part B 18, 1984.)
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from ortools.sat.python import cp_model

from signalopt.network.regroup import Regrouped
from signalopt.timing.capacity import AMBER_USED_S
from signalopt.timing.signals import GroupKind, SignalGroup
from signalopt.timing.webster import TARGET_SATURATION
from signalopt.timing.yielding import START_UP_LOST_S

MOST_STAGES = 5
TYPICAL_INTERSTAGE_S = 8
"""What a walkers' clearance may use of the interstage (flashing, amber, all-red) before their steady green
has to end early; the exact figure follows when the plan is made."""


@dataclass(frozen=True, slots=True)
class GroupNeed:
    """Flow ratio that a group must serve: when protected (or never opposed), and when it gives way."""

    protected: float
    permitted: float


@dataclass(frozen=True)
class DesignedStages:
    """Stages in order (group ids), greens in seconds, protected groups, seconds needed in all.

    `bound_s`: no design with this number of stages needs less; `cycle_s` the reference cycle.
    """

    stages: tuple[tuple[str, ...], ...]
    greens_s: tuple[int, ...]
    protected: frozenset[str]
    needed_s: int
    bound_s: int
    cycle_s: int


def design_stages_of(
    regrouped: Regrouped,
    needs: Mapping[str, GroupNeed],
    count: int,
    cycle_s: int,
    *,
    may_protect: frozenset[str],
    must_protect: frozenset[str] = frozenset(),
    seconds: float = 1.0,
) -> DesignedStages | None:
    """The `count` stages that need least of a reference cycle; None if no such stages exist.

    may_protect: groups whose opposed turns may (must_protect: shall) be protected, the others give way.
    seconds: deterministic effort.
    """
    built = _Model(regrouped, needs, count, cycle_s, may_protect | must_protect, must_protect)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 1
    solver.parameters.max_deterministic_time = seconds
    found = solver.solve(built.model)
    if found not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return None
    return built.read(solver)


def effective_extra_s(group: SignalGroup) -> float:
    """Effective green beyond the steady green: flashing green and used amber, less the start-up loss."""
    return group.flashing_green_s + min(AMBER_USED_S, group.amber_s) - START_UP_LOST_S


class _Model:
    """Booleans: group green in stage; groups protected. Integers: greens and interstages in seconds."""

    def __init__(
        self,
        regrouped: Regrouped,
        needs: Mapping[str, GroupNeed],
        count: int,
        cycle_s: int,
        able: frozenset[str],
        must: frozenset[str],
    ) -> None:
        self.regrouped, self.count, self.cycle_s = regrouped, count, cycle_s
        self.model = model = cp_model.CpModel()
        names = [group.id for group in regrouped.groups]
        self.on = {(k, g): model.new_bool_var(f"{g} in {k}") for k in range(count) for g in names}
        self.safe = {g: model.new_bool_var(f"{g} protected") for g in names}
        most = 4 * cycle_s
        self.green = [model.new_int_var(1, most, f"green {k}") for k in range(count)]
        self.between = [model.new_int_var(0, cycle_s, f"interstage {k}") for k in range(count)]
        for g in names:
            if g not in able:
                model.add(self.safe[g] == 0)
            elif g in must:
                model.add(self.safe[g] == 1)
        self._compatible()
        self._runs(names)
        self._interstages()
        self._served(needs, most)
        self._no_trap()
        total = sum(self.green) + sum(self.between)
        # Second aim: green for whoever may have it, at no cost in time.
        self.needed = total
        model.minimize((count * len(names) + 1) * total - sum(self.on.values()))

    def _compatible(self) -> None:
        model = self.model
        for k in range(self.count):
            for a, b in self.regrouped.hard:
                if a < b or (b, a) not in self.regrouped.hard:
                    model.add_bool_or(~self.on[k, a], ~self.on[k, b])
            for a, b in self.regrouped.gives_way:
                model.add_bool_or(~self.on[k, a], ~self.on[k, b], ~self.safe[a])

    def _runs(self, names: Sequence[str]) -> None:
        """Everyone has green, once a cycle; no stage repeats the one before it."""
        model, count = self.model, self.count
        self.starts: dict[tuple[int, str], cp_model.IntVar] = {}
        self.ends: dict[tuple[int, str], cp_model.IntVar] = {}
        for g in names:
            model.add_bool_or(self.on[k, g] for k in range(count))
            for k in range(count):
                here, before, after = (
                    self.on[k, g],
                    self.on[(k - 1) % count, g],
                    self.on[(k + 1) % count, g],
                )
                start = self.starts[k, g] = model.new_bool_var(f"{g} starts {k}")
                end = self.ends[k, g] = model.new_bool_var(f"{g} ends {k}")
                for flag, other in ((start, before), (end, after)):
                    model.add_bool_or(~here, other, flag)
                    model.add_implication(flag, here)
                    model.add_implication(flag, ~other)
            model.add(sum(self.starts[k, g] for k in range(count)) <= 1)
        for k in range(count):
            model.add_bool_or(self.starts[k, g] for g in names)

    def _interstages(self) -> None:
        """As timing.program derives them: vehicle greens that end decide."""
        model, group = self.model, self.regrouped.group
        intergreen = {(c.ending, c.starting): c.intergreen_s for c in self.regrouped.clearances}
        for k, g in product(range(self.count), group):
            if group[g].kind is GroupKind.PEDESTRIAN:
                continue
            own = group[g].flashing_green_s
            model.add(self.between[k] >= own + group[g].amber_s).only_enforce_if(self.ends[k, g])
            for other in group:
                seconds = intergreen.get((g, other))
                if seconds is not None:
                    both = [self.ends[k, g], self.starts[(k + 1) % self.count, other]]
                    model.add(self.between[k] >= own + seconds).only_enforce_if(both)

    def _served(self, needs: Mapping[str, GroupNeed], most: int) -> None:
        model = self.model
        intergreen = {(c.ending, c.starting): c.intergreen_s for c in self.regrouped.clearances}
        for group in self.regrouped.groups:
            g = group.id
            got = []
            for k in range(self.count):
                share = model.new_int_var(0, most, f"{g} gets {k}")
                model.add(share <= self.green[k])
                model.add(share == 0).only_enforce_if(~self.on[k, g])
                got.append(share)
                # What lies between two stages of its green belongs to it.
                inside = model.new_int_var(0, self.cycle_s, f"{g} inside {k}")
                model.add(inside <= self.between[k])
                goes_on = [self.on[k, g], self.on[(k + 1) % self.count, g]]
                for stage in goes_on:
                    model.add(inside == 0).only_enforce_if(~stage)
                got.append(inside)
            if group.kind is GroupKind.PEDESTRIAN:
                lead = max((s for (a, _), s in intergreen.items() if a == g), default=0)
                tail = min(group.flashing_green_s, TYPICAL_INTERSTAGE_S - lead)
                model.add(sum(got) >= group.min_green_s - tail)
                continue
            model.add(sum(got) >= group.min_green_s - group.flashing_green_s)
            need = needs.get(g)
            if need is None:
                continue
            opposed = any(a == g for a, _ in self.regrouped.gives_way)
            otherwise = need.permitted if opposed else need.protected
            for ratio, flag in ((need.protected, self.safe[g]), (otherwise, ~self.safe[g])):
                wanted = ratio / TARGET_SATURATION * self.cycle_s - effective_extra_s(group)
                seconds = min(most, max(0, math.ceil(wanted - 1e-9)))
                model.add(sum(got) >= seconds).only_enforce_if(flag)

    def _no_trap(self) -> None:
        """A turn that gives way must not end while what it yields to goes on: the yellow trap."""
        vehicles = {g.id for g in self.regrouped.groups if g.kind is GroupKind.VEHICLE}
        for a, b in self.regrouped.gives_way:
            if not {a, b} <= vehicles:
                continue
            for k in range(self.count):
                after = (k + 1) % self.count
                self.model.add_bool_or(
                    ~self.ends[k, a], ~self.on[k, b], ~self.on[after, b], self.safe[a]
                )

    def read(self, solver: cp_model.CpSolver) -> DesignedStages:
        """The stages found."""
        names = [group.id for group in self.regrouped.groups]
        scale = self.count * len(names) + 1
        needed = sum(solver.value(v) for v in (*self.green, *self.between))
        return DesignedStages(
            stages=tuple(
                tuple(g for g in names if solver.value(self.on[k, g])) for k in range(self.count)
            ),
            greens_s=tuple(solver.value(v) for v in self.green),
            protected=frozenset(g for g in names if solver.value(self.safe[g])),
            needed_s=needed,
            bound_s=math.ceil(solver.best_objective_bound / scale - 1e-9),
            cycle_s=self.cycle_s,
        )
