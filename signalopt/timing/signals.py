"""What a controller can show at one intersection: signal groups, stages, conflicts, clearances.

A `SignalLayout` belongs to the street (who can move where, who crosses whom), not to a plan.
A link is one SUMO signal link index; letters of states are SUMO's: `G` green with priority,
`g` green that must yield, `y` amber, `u` red-amber, `r` red, `o`/`O` off.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

GREEN = frozenset("Gg")


class GroupKind(StrEnum):
    """Who obeys a signal group."""

    VEHICLE = "vehicle"
    PEDESTRIAN = "pedestrian"


@dataclass(frozen=True, slots=True)
class SignalGroup:
    """Links that always show the same indication.

    Times in whole seconds. `flashing_green_s` is the last part of the green, `red_amber_s` the last
    part of the red. `crossing_m` is the walking distance of a pedestrian group, None for vehicles;
    `undivided_m` its longest stretch without a refuge island, None where the whole crossing is one.
    """

    id: str
    kind: GroupKind
    links: tuple[int, ...]
    min_green_s: int
    flashing_green_s: int = 3
    amber_s: int = 3
    red_amber_s: int = 2
    max_red_s: int = 120
    crossing_m: float | None = None
    undivided_m: float | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class Stage:
    """Groups that have green together.

    `state` is given only for stages of an imported program and then is shown letter by letter;
    else the letters follow from the groups and the yielding rules.
    """

    id: str
    groups: tuple[str, ...]
    state: str | None = None


@dataclass(frozen=True, slots=True)
class Clearance:
    """The least time from the end of green of `ending` to the start of green of `starting`.

    `clear_m` and `enter_m` are the distances from the stop lines to the decisive conflict point,
    None where no distance was used; `rule` says in words which rule decided.
    """

    ending: str
    starting: str
    intergreen_s: int
    clear_m: float | None = None
    enter_m: float | None = None
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Phase:
    """One line of a program: a state (one letter a link) and its whole or fractional seconds."""

    duration_s: float
    state: str


@dataclass(frozen=True, slots=True)
class GivenInterstage:
    """The interstage of an imported program, kept letter by letter."""

    from_stage: str
    to_stage: str
    phases: tuple[Phase, ...]


@dataclass(frozen=True)
class SignalLayout:
    """Everything about one intersection that no plan may change.

    conflicts: pairs of links that must never be green together (stored both ways).
    yields: (a, b) = link a must show `g`, not `G`, while b is green.
    clearances: one row for each ordered pair of conflicting groups.
    """

    intersection: str
    link_count: int
    groups: tuple[SignalGroup, ...]
    stages: tuple[Stage, ...]
    conflicts: frozenset[tuple[int, int]]
    yields: frozenset[tuple[int, int]]
    clearances: tuple[Clearance, ...]
    interstages: tuple[GivenInterstage, ...] = ()
    min_cycle_s: int = 25
    max_cycle_s: int = 120
    notes: tuple[str, ...] = field(default=())

    @cached_property
    def group(self) -> dict[str, SignalGroup]:
        """Groups by id."""
        return {group.id: group for group in self.groups}

    @cached_property
    def stage(self) -> dict[str, Stage]:
        """Stages by id."""
        return {stage.id: stage for stage in self.stages}

    @cached_property
    def group_of_link(self) -> dict[int, str]:
        """Group id by link index; links without a group (always red or unused) are absent."""
        return {link: group.id for group in self.groups for link in group.links}

    @cached_property
    def intergreen_s(self) -> dict[tuple[str, str], int]:
        """Least intergreen by (ending group, starting group); absent for pairs without conflict."""
        return {(c.ending, c.starting): c.intergreen_s for c in self.clearances}

    @cached_property
    def given_interstage(self) -> dict[tuple[str, str], tuple[Phase, ...]]:
        """Interstages kept from an imported program, by (from stage, to stage)."""
        return {(i.from_stage, i.to_stage): i.phases for i in self.interstages}

    def groups_conflict(self, first: str, second: str) -> bool:
        """Whether two groups hold a pair of links that must never be green together."""
        links = self.group[second].links
        return any((a, b) in self.conflicts for a in self.group[first].links for b in links)
