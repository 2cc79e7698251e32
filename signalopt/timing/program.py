"""From a plan to what the lamps show: phases of a program and states second by second.

Interstages are derived here and nowhere else. Timeline of an interstage of T seconds (0 = end of the
steady green of the old stage): ending vehicle groups flash green for `flashing_green_s`, show amber for
`amber_s`, then red; ending pedestrian groups end so early that their clearance is over at T, if need
be inside the old stage's green; starting vehicle groups show red-amber for the last `red_amber_s`.
T is the least time that satisfies every clearance of an ending vehicle group.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from signalopt.timing.plan import AnyProgram, FixedProgram, IntersectionPlan, StageTiming
from signalopt.timing.signals import GroupKind, Phase, SignalGroup, SignalLayout


@dataclass(frozen=True, slots=True)
class Interval:
    """A stage or the interstage after it, within one cycle: [start_s, end_s), relative to the offset."""

    stage: str
    is_interstage: bool
    start_s: int
    end_s: int


def interstage_s(layout: SignalLayout, old: StageTiming, new: StageTiming) -> int:
    """Seconds between the end of steady green of `old` and the start of green of `new`."""
    given = layout.given_interstage.get((old.stage, new.stage))
    if given is not None:
        return round(sum(phase.duration_s for phase in given))
    ending = [layout.group[g] for g in old.groups if g not in new.groups]
    starting = [layout.group[g] for g in new.groups if g not in old.groups]
    longest = 0
    for group in ending:
        if group.kind is GroupKind.PEDESTRIAN:
            continue  # pedestrians end early instead of stretching the interstage
        longest = max(longest, group.flashing_green_s + group.amber_s)
        for other in starting:
            needed = layout.intergreen_s.get((group.id, other.id), 0)
            longest = max(longest, group.flashing_green_s + needed)
    if longest == 0:  # no vehicle group ends: only room for red-amber or a pedestrians' flashing
        seconds = [g.red_amber_s for g in starting] + [g.flashing_green_s for g in ending]
        longest = max(seconds, default=0)
    return longest


def pedestrian_lead_s(
    layout: SignalLayout, group: SignalGroup, old: StageTiming, new: StageTiming
) -> int:
    """How long before the start of the new stage's green a pedestrian green (with flashing) ends."""
    starting = [g for g in new.groups if g not in old.groups]
    return max((layout.intergreen_s.get((group.id, s), 0) for s in starting), default=0)


def stage_pairs(program: IntersectionPlan) -> list[tuple[StageTiming, StageTiming]]:
    """Consecutive stages, the last one followed by the first."""
    stages = program.stages
    return [(stage, stages[(i + 1) % len(stages)]) for i, stage in enumerate(stages)]


def intervals(layout: SignalLayout, program: IntersectionPlan) -> tuple[Interval, ...]:
    """Stages and interstages of one cycle in order, from second 0 (= the offset)."""
    result, now = [], 0
    for old, new in stage_pairs(program):
        result.append(Interval(old.stage, False, now, now + old.green_s))
        now += old.green_s
        length = interstage_s(layout, old, new) if len(program.stages) > 1 else 0
        result.append(Interval(old.stage, True, now, now + length))
        now += length
    return tuple(result)


def cycle_of(layout: SignalLayout, program: IntersectionPlan) -> int:
    """The cycle that greens and derived interstages add up to, in seconds."""
    return intervals(layout, program)[-1].end_s


def group_greens(
    layout: SignalLayout, program: IntersectionPlan
) -> dict[str, list[tuple[int, int]]]:
    """Green windows [start_s, end_s) of each group in cycle seconds, flashing green counted in.

    end_s may exceed the cycle for a green that runs over the end of the cycle.
    """
    parts = intervals(layout, program)
    cycle = parts[-1].end_s
    windows: dict[str, list[tuple[int, int]]] = {group.id: [] for group in layout.groups}
    count = len(program.stages)
    for position, stage in enumerate(program.stages):
        previous = program.stages[position - 1]
        for group_id in stage.groups:
            if count > 1 and group_id in previous.groups:
                continue  # its green started earlier
            last, run = position, 1
            while run < count and group_id in program.stages[(last + 1) % count].groups:
                last, run = (last + 1) % count, run + 1
            start = parts[2 * position].start_s
            if run == count:
                windows[group_id] = [(0, cycle)]
                continue
            end = parts[2 * last].end_s
            group = layout.group[group_id]
            if group.kind is GroupKind.PEDESTRIAN:
                follow = program.stages[(last + 1) % count]
                lead = pedestrian_lead_s(layout, group, program.stages[last], follow)
                end = min(end + group.flashing_green_s, parts[2 * last + 1].end_s - lead)
            else:
                end += group.flashing_green_s
            windows[group_id].append(
                (start, end if end > start or last >= position else end + cycle)
            )
    for group_id, stage_list in windows.items():
        if not stage_list and any(group_id in s.groups for s in program.stages):
            windows[group_id] = [(0, cycle)]  # green in every stage
    return windows


def cycle_states(layout: SignalLayout, program: AnyProgram) -> tuple[str, ...]:
    """The state shown in each second of one cycle, from the offset on.

    Raises ValueError for a FixedProgram with fractional seconds or a plan of an empty stage list.
    """
    if isinstance(program, FixedProgram):
        return _expand(program.phases)
    if not program.stages:
        raise ValueError(f"{program.intersection}: a plan without stages shows nothing")
    if layout.interstages or any(stage.state for stage in layout.stages):
        return _expand(_given_phases(layout, program))
    return _derived_states(layout, program)


def phases(layout: SignalLayout, program: AnyProgram) -> tuple[Phase, ...]:
    """The program as SUMO writes it: runs of equal states, from the offset on."""
    if isinstance(program, FixedProgram):
        return program.phases
    if layout.interstages or any(stage.state for stage in layout.stages):
        return _given_phases(layout, program)
    states = cycle_states(layout, program)
    return tuple(Phase(len(list(run)), state) for state, run in groupby(states))


def states_between(
    layout: SignalLayout, program: AnyProgram, begin_s: int, end_s: int
) -> tuple[str, ...]:
    """States for each second of the common clock in [begin_s, end_s)."""
    states = cycle_states(layout, program)
    offset = round(program.offset_s)
    return tuple(states[(second - offset) % len(states)] for second in range(begin_s, end_s))


def _expand(phase_list: tuple[Phase, ...]) -> tuple[str, ...]:
    states: list[str] = []
    for phase in phase_list:
        if phase.duration_s != int(phase.duration_s):
            raise ValueError(f"phase of {phase.duration_s} s: not a whole second")
        states += [phase.state] * int(phase.duration_s)
    return tuple(states)


def _given_phases(layout: SignalLayout, program: IntersectionPlan) -> tuple[Phase, ...]:
    """Phases of a plan on an imported layout; pairs without a given interstage are derived."""
    result: list[Phase] = []
    derived: tuple[str, ...] | None = None
    parts = intervals(layout, program)
    for position, (old, new) in enumerate(stage_pairs(program)):
        known = layout.stage.get(old.stage)
        given = layout.given_interstage.get((old.stage, new.stage))
        if derived is None and (given is None or known is None or known.state is None):
            derived = _derived_states(layout, program)
        if known is not None and known.state is not None:
            result.append(Phase(old.green_s, known.state))
        elif derived is not None:
            result += _runs(derived, parts[2 * position])
        if given is not None:
            result += given
        elif derived is not None:
            result += _runs(derived, parts[2 * position + 1])
    return tuple(phase for phase in result if phase.duration_s > 0)


def _runs(states: tuple[str, ...], part: Interval) -> list[Phase]:
    window = states[part.start_s : part.end_s]
    return [Phase(len(list(run)), state) for state, run in groupby(window)]


def _derived_states(layout: SignalLayout, program: IntersectionPlan) -> tuple[str, ...]:
    cycle = cycle_of(layout, program)
    letters = [["r"] * layout.link_count for _ in range(cycle)]
    green: list[set[int]] = [set() for _ in range(cycle)]
    for group_id, windows in group_greens(layout, program).items():
        group = layout.group[group_id]
        for start, end in windows:
            for second in range(start, end):
                green[second % cycle].update(group.links)
            if end - start >= cycle:
                continue
            for second in range(end, end + group.amber_s):
                _paint(letters[second % cycle], group.links, "y")
            for second in range(start - group.red_amber_s, start):
                _paint(letters[second % cycle], group.links, "u")
    rivals: dict[int, list[int]] = {}
    for link, other in layout.yields:
        rivals.setdefault(link, []).append(other)
    for second, links in enumerate(green):
        for link in links:
            must_yield = not links.isdisjoint(rivals.get(link, ()))
            letters[second][link] = "g" if must_yield else "G"
    return tuple("".join(line) for line in letters)


def _paint(line: list[str], links: tuple[int, ...], letter: str) -> None:
    for link in links:
        if line[link] == "r":
            line[link] = letter
