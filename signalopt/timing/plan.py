"""The timing plan: what a controller runs. Frozen, whole seconds, no simulator in sight.

Offset reference (the one from which every exporter converts): the moment, modulo the cycle, on the
common clock (seconds since local midnight) at which the green of the first listed stage starts.
A stage's `green_s` is its steady green; the interstage that follows (flashing green, amber, all-red,
red-amber) is derived from the intersection's `SignalLayout` and never stored in a plan.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

from signalopt.timing.signals import Phase


@dataclass(frozen=True, slots=True)
class StageTiming:
    """One stage of a plan: its id, the groups that have green in it and its steady green."""

    stage: str
    groups: tuple[str, ...]
    green_s: int


@dataclass(frozen=True, slots=True)
class IntersectionPlan:
    """Stage order, greens and offset of one intersection.

    `cycle_s` is stated, not derived, so that a plan whose splits do not add up is found out.
    """

    intersection: str
    cycle_s: int
    offset_s: int
    stages: tuple[StageTiming, ...]


@dataclass(frozen=True, slots=True)
class FixedProgram:
    """A program that cannot be read as stages; it is kept and shown letter by letter.

    `phases` start at `offset_s` on the common clock; seconds may be fractional.
    """

    intersection: str
    offset_s: float
    phases: tuple[Phase, ...]
    reason: str = ""


AnyProgram = IntersectionPlan | FixedProgram


@dataclass(frozen=True)
class Plan:
    """A named set of intersection plans for one network.

    `network` is the fingerprint of the network that the plan was made for (see network.model);
    `provenance` holds who made it, from what, with which seeds: plain strings.
    """

    name: str
    network: str
    intersections: tuple[AnyProgram, ...]
    provenance: tuple[tuple[str, str], ...] = ()

    @cached_property
    def by_id(self) -> dict[str, AnyProgram]:
        """Programs by intersection id."""
        return {program.intersection: program for program in self.intersections}

    def with_programs(self, programs: Iterable[AnyProgram], name: str | None = None) -> Plan:
        """Return this plan with some intersections' programs replaced."""
        new = {program.intersection: program for program in programs}
        merged = tuple(new.get(old.intersection, old) for old in self.intersections)
        return replace(self, intersections=merged, name=name or self.name)
