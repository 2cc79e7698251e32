"""Programs that a net brings, read as stages and interstages, or kept letter by letter.

A stage is a run of equal states without amber or red-amber, with some green, that lasts at least
5 s. A run that only takes green away from the stage just before it, for less than 10 s, belongs to the
interstage (so netconvert ends pedestrians' greens). All else is interstage, kept verbatim. A program
read this way is expanded again; only if every second agrees it becomes a plan.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from signalopt.network.groups import MIN_GREEN_S, pedestrian_group
from signalopt.network.model import Movement, Turn
from signalopt.network.sumo_net import RawProgram
from signalopt.timing.clearance import AMBER_S
from signalopt.timing.plan import AnyProgram, FixedProgram, IntersectionPlan, StageTiming
from signalopt.timing.program import cycle_states
from signalopt.timing.signals import (
    GREEN,
    GivenInterstage,
    GroupKind,
    Phase,
    SignalGroup,
    SignalLayout,
    Stage,
)

LEAST_STAGE_S = 5
LONGEST_CLEARING_S = 10
LONGEST_RED_AMBER_S = 2


@dataclass(frozen=True, slots=True)
class FoundProgram:
    """What a net's own program tells of an intersection.

    program is None for types that SUMO itself steers; `remarks` says why `tunable` is False.
    """

    groups: tuple[SignalGroup, ...]
    stages: tuple[Stage, ...]
    interstages: tuple[GivenInterstage, ...]
    program: AnyProgram | None
    tunable: bool
    remarks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Run:
    """Equal states in a row: start relative to the begin of phase 0, may be negative."""

    state: str
    start_s: int
    length_s: int


def read_program(
    raw: RawProgram | None, movements: Sequence[Movement], arms: Mapping[str, str]
) -> FoundProgram:
    """Read a program as stages if it can be, keep it as a FixedProgram or None if not."""
    if raw is None:
        return _unread(None, "the net has no program for it")
    phases = tuple(Phase(p.duration_s, p.state) for p in raw.phases)
    groups = _groups(_runs(phases), movements, arms)
    if raw.kind != "static":
        reason = f"program of type {raw.kind}: SUMO steers it itself, it is not tuned"
        return FoundProgram(groups, (), (), None, False, (reason,))
    if raw.offset_s is None:
        reason = "its offset counts from the begin of the simulation, not from midnight"
        return FoundProgram(groups, (), (), None, False, (reason,))
    reason = _unreadable(raw, raw.offset_s)
    if reason:
        fixed = fixed_program(raw, reason)
        return FoundProgram(groups, (), (), fixed, False, (f"kept as it is: {reason}",))
    return _as_stages(raw, round(raw.offset_s), phases, groups)


def fixed_program(raw: RawProgram | None, reason: str) -> FixedProgram | None:
    """A static program as it stands, None where SUMO itself steers or the offset is not of the clock."""
    if raw is None or raw.kind != "static" or raw.offset_s is None:
        return None
    phases = tuple(Phase(p.duration_s, p.state) for p in raw.phases)
    cycle_s = sum(p.duration_s for p in phases)
    return FixedProgram(raw.id, raw.offset_s % cycle_s if cycle_s > 0 else 0.0, phases, reason)


def _unread(program: AnyProgram | None, reason: str) -> FoundProgram:
    return FoundProgram((), (), (), program, False, (reason,))


def _unreadable(raw: RawProgram, offset_s: float) -> str:
    """Why a static program cannot be read in whole-second stages, empty if it may be."""
    durations = [phase.duration_s for phase in raw.phases]
    if any(d != int(d) for d in durations) or offset_s != int(offset_s):
        return "it has fractions of seconds"
    if any(d <= 0 for d in durations):
        return "it has a phase without duration"
    if any(phase.jumps for phase in raw.phases):
        return "its phases name their successors"
    return ""


def _as_stages(
    raw: RawProgram, offset_s: int, phases: tuple[Phase, ...], groups: tuple[SignalGroup, ...]
) -> FoundProgram:
    runs = _runs(phases)
    cycle_s = sum(run.length_s for run in runs)
    stage_runs = [i for i, run in enumerate(runs) if _is_stage(run, runs[i - 1])]
    stages = tuple(
        Stage(str(number), _green_groups(runs[i].state, groups), runs[i].state)
        for number, i in enumerate(stage_runs, start=1)
    )
    reason = ""
    if len(stage_runs) < 2:
        reason = "single stage" if stage_runs else "no stage: no green without amber of 5 s or more"
    if not reason:
        timings = tuple(
            StageTiming(stage.id, stage.groups, runs[i].length_s)
            for stage, i in zip(stages, stage_runs, strict=True)
        )
        start = (offset_s + runs[stage_runs[0]].start_s) % cycle_s
        plan = IntersectionPlan(raw.id, cycle_s, start, timings)
        interstages = _interstages(runs, stage_runs, stages)
        if _shows_the_same(plan, stages, interstages, groups, phases, offset_s):
            return FoundProgram(groups, stages, interstages, plan, True, ())
        reason = "its stages do not give its states again"
    fixed = fixed_program(raw, reason)
    return FoundProgram(groups, stages, (), fixed, False, (f"kept as it is: {reason}",))


def _runs(phases: Sequence[Phase]) -> list[_Run]:
    """Maximal runs of equal states of one cycle; a run over the cycle's end starts before 0."""
    runs, now = [], 0
    for state, members in groupby(phases, key=lambda p: p.state):
        length = sum(int(p.duration_s) for p in members)
        runs.append(_Run(state, now, length))
        now += length
    if len(runs) > 1 and runs[0].state == runs[-1].state:
        last = runs.pop()
        runs[0] = _Run(last.state, -last.length_s, last.length_s + runs[0].length_s)
    return runs


def _greens(state: str) -> frozenset[int]:
    return frozenset(i for i, letter in enumerate(state) if letter in GREEN)


def _is_stage(run: _Run, before: _Run) -> bool:
    greens = _greens(run.state)
    if not greens or set(run.state) & set("yu") or run.length_s < LEAST_STAGE_S:
        return False
    only_ends = greens < _greens(before.state) and not set(before.state) & set("yu")
    return not (only_ends and run.length_s < LONGEST_CLEARING_S)


def _green_groups(state: str, groups: Sequence[SignalGroup]) -> tuple[str, ...]:
    return tuple(group.id for group in groups if state[group.links[0]] in GREEN)


def _interstages(
    runs: Sequence[_Run], stage_runs: Sequence[int], stages: Sequence[Stage]
) -> tuple[GivenInterstage, ...]:
    result = []
    for number, start in enumerate(stage_runs):
        end = stage_runs[(number + 1) % len(stage_runs)]
        between = runs[start + 1 : end] if end > start else [*runs[start + 1 :], *runs[:end]]
        result.append(
            GivenInterstage(
                stages[number].id,
                stages[(number + 1) % len(stages)].id,
                tuple(Phase(run.length_s, run.state) for run in between),
            )
        )
    return tuple(result)


def _shows_the_same(
    plan: IntersectionPlan,
    stages: tuple[Stage, ...],
    interstages: tuple[GivenInterstage, ...],
    groups: tuple[SignalGroup, ...],
    phases: Sequence[Phase],
    offset_s: int,
) -> bool:
    """Whether the plan shows at every second of the clock what the program shows."""
    empty: frozenset[tuple[int, int]] = frozenset()
    links = len(phases[0].state)
    layout = SignalLayout(plan.intersection, links, groups, stages, empty, empty, (), interstages)
    shown = cycle_states(layout, plan)
    wanted = [p.state for p in phases for _ in range(int(p.duration_s))]
    shift = plan.offset_s - offset_s
    return list(shown) == [wanted[(i + shift) % len(wanted)] for i in range(len(wanted))]


def _groups(
    runs: Sequence[_Run], movements: Sequence[Movement], arms: Mapping[str, str]
) -> tuple[SignalGroup, ...]:
    """Links with identical columns (and of one kind) as groups, in order of their first link."""
    of_link: dict[int, list[Movement]] = {}
    for movement in movements:
        of_link.setdefault(movement.link, []).append(movement)
    columns: dict[tuple[str, bool], list[int]] = {}
    for link, members in sorted(of_link.items()):
        column = "".join(run.state[link] for run in runs)
        walkers = all(m.turn is Turn.CROSSING for m in members)
        if GREEN & set(column):
            columns.setdefault((column, walkers), []).append(link)
    result: list[SignalGroup] = []
    for (column, walkers), links in columns.items():
        members = [m for link in links for m in of_link[link]]
        number = sum(1 for g in result if (g.kind is GroupKind.PEDESTRIAN) is walkers) + 1
        if walkers:
            name = "pedestrians over " + ", ".join(
                dict.fromkeys(f"arm {arms[e]}" for m in members for e in m.crosses if e in arms)
            )
            group = pedestrian_group(f"P{number}", tuple(links), members, name)
            result.append(
                SignalGroup(
                    group.id, group.kind, group.links, group.min_green_s, 0, 0, 0,
                    crossing_m=group.crossing_m, undivided_m=group.undivided_m, name=name,
                )
            )  # fmt: skip
            continue
        ambers = _lengths(runs, column, "y")
        red_ambers = _lengths(runs, column, "u")
        result.append(
            SignalGroup(
                id=f"G{number}",
                kind=GroupKind.VEHICLE,
                links=tuple(links),
                min_green_s=MIN_GREEN_S,
                flashing_green_s=0,
                amber_s=max(AMBER_S, min(ambers, default=AMBER_S)),
                red_amber_s=min(LONGEST_RED_AMBER_S, max(red_ambers, default=0)),
                name=", ".join(
                    dict.fromkeys(f"{m.turn} from {arms[m.from_edge]}" for m in members)
                ),
            )
        )
    return tuple(result)


def _lengths(runs: Sequence[_Run], column: str, letter: str) -> list[int]:
    """Whole lengths in seconds of the times that a column shows a letter, cyclic."""
    found: list[int] = []
    for position, run in enumerate(runs):
        if column[position] != letter:
            continue
        if column[position - 1] == letter and position and found:
            found[-1] += run.length_s
        else:
            found.append(run.length_s)
    if len(found) > 1 and column[0] == letter == column[-1]:
        found[0] += found.pop()
    return found
