"""Finds the stage plan behind a program of plain states, where there is one that shows exactly the same.

The sequence of stages is guessed from the states, the greens are computed from the seconds at which
groups start and end, and a guess is accepted only if the plan shows the program letter by letter.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations

from signalopt.timing.plan import AnyProgram, FixedProgram, IntersectionPlan, StageTiming
from signalopt.timing.program import cycle_states, interstage_s, pedestrian_lead_s
from signalopt.timing.signals import GREEN, GroupKind, SignalLayout, Stage

NOT_WHOLE = "seconds that are not whole"
NO_STAGES = "no order of the layout's stages shows these states"
_MOST_SIGHTINGS = 8
"""Up to here every subset of the sightings is tried (2^8 plans); no public program has more stages."""

_Guess = tuple[int, tuple[StageTiming, ...]]


def recognise_stages(layout: SignalLayout, program: FixedProgram) -> AnyProgram:
    """Return the stage plan that shows the same lamps in every second, else `program` with a reason.

    The plan may begin with another stage than phase 0: its offset then says when that stage starts.
    """
    seconds = [program.offset_s, *(phase.duration_s for phase in program.phases)]
    if any(value != int(value) for value in seconds):
        return replace(program, reason=NOT_WHOLE)
    states = cycle_states(layout, program)
    for first, guess in _guesses(layout, states):
        if any(timing.green_s < 0 for timing in guess):
            continue
        offset = int(program.offset_s + first) % len(states)
        plan = IntersectionPlan(layout.intersection, len(states), offset, guess)
        if cycle_states(layout, plan) == states[first:] + states[:first]:
            return plan
    return replace(program, reason=NO_STAGES)


def _guesses(layout: SignalLayout, states: tuple[str, ...]) -> Iterator[_Guess]:
    """Stage plans worth trying, each with the second at which its first stage starts."""
    yield from _given_guesses(layout, states)
    sightings = _sightings(layout, states)
    if not sightings:
        return
    # Pedestrians who end early can make one stage look like another for some seconds, so sightings may
    # have to be left out; most sightings first.
    least = 1 if len(sightings) <= _MOST_SIGHTINGS else len(sightings)
    for size in range(len(sightings), least - 1, -1):
        for chosen in combinations(sightings, size):
            guess = _derived_guess(layout, states, chosen)
            if guess is not None:
                yield guess


def _given_guesses(layout: SignalLayout, states: tuple[str, ...]) -> Iterator[_Guess]:
    """Runs of imported stages' own letters; of several stages with these letters each may be first."""
    stops = [
        (start, length, stages)
        for start, length, state in _runs(states)
        if (stages := [stage for stage in layout.stages if stage.state == state])
    ]
    if not stops:
        return
    for first in stops[0][2]:
        chain = [first]
        for _, _, stages in stops[1:]:
            follows = [s for s in stages if (chain[-1].id, s.id) in layout.given_interstage]
            chain.append((follows or stages)[0])
        yield stops[0][0], _timed(chain, [length for _, length, _ in stops])


def _derived_guess(
    layout: SignalLayout, states: Sequence[str], sightings: Sequence[tuple[int, Stage]]
) -> _Guess | None:
    """The plan whose stages are these sightings, in their order; None if a start cannot be told."""
    order = [stage for _, stage in sightings]
    count, cycle = len(order), len(states)
    if count == 1:
        return sightings[0][0], _timed(order, [cycle])
    bare = _timed(order, [0] * count)
    before = [bare[position - 1] for position in range(count)]
    arrivals_s = [interstage_s(layout, old, new) for old, new in zip(before, bare, strict=True)]
    starts = []
    for position, (second, _) in enumerate(sightings):
        start = second
        if set(bare[position].groups) <= set(before[position].groups):
            # No group starts here: the end of a green tells when the stage before was over.
            end = _start_after_end(
                layout, states, (before[position], bare[position]), second, arrivals_s[position]
            )
            if end is None:
                return None
            start = end
        starts.append(start)
    greens = []
    for position, start in enumerate(starts):
        following = (position + 1) % count
        greens.append((starts[following] - start) % cycle - arrivals_s[following])
    timed = _timed(order, greens)
    first = min(range(count), key=lambda position: starts[position])
    return starts[first], timed[first:] + timed[:first]


def _sightings(layout: SignalLayout, states: Sequence[str]) -> list[tuple[int, Stage]]:
    """Seconds at which the green links become exactly those of a stage (second 0 if nothing changes)."""
    stage_of: dict[frozenset[int], Stage] = {}
    for stage in layout.stages:
        links = frozenset(link for g in stage.groups for link in layout.group[g].links)
        stage_of.setdefault(links, stage)
    greens = [frozenset(i for i, letter in enumerate(s) if letter in GREEN) for s in states]
    if len(set(greens)) == 1:
        return [(0, stage_of[greens[0]])] if greens[0] in stage_of else []
    return [
        (second, stage_of[green])
        for second, green in enumerate(greens)
        if green in stage_of and greens[second - 1] != green
    ]


def _start_after_end(
    layout: SignalLayout,
    states: Sequence[str],
    pair: tuple[StageTiming, StageTiming],
    sighted_s: int,
    between_s: int,
) -> int | None:
    """Start of the new stage from the last end of a green of the old one before it was sighted.

    The rules of timing.program.group_greens, read backwards.
    """
    old, new = pair
    for name in old.groups:
        if name in new.groups:
            continue
        group = layout.group[name]
        link = group.links[0]
        back = next(
            (
                back
                for back in range(len(states))
                if states[sighted_s - back][link] not in GREEN
                and states[sighted_s - back - 1][link] in GREEN
            ),
            None,
        )
        if back is None:
            continue
        after = group.flashing_green_s
        if group.kind is GroupKind.PEDESTRIAN:
            after = min(after, between_s - pedestrian_lead_s(layout, group, old, new))
        return (sighted_s - back - after + between_s) % len(states)
    return None


def _runs(states: Sequence[str]) -> list[tuple[int, int, str]]:
    """(start, length, state) of runs of equal states, beginning at the first change in the cycle."""
    count = len(states)
    first = next((s for s in range(count) if states[s] != states[s - 1]), 0)
    runs: list[tuple[int, int, str]] = []
    for step in range(count):
        second = (first + step) % count
        if runs and runs[-1][2] == states[second]:
            start, length, state = runs[-1]
            runs[-1] = (start, length + 1, state)
        else:
            runs.append((second, 1, states[second]))
    return runs


def _timed(stages: Sequence[Stage], greens: Sequence[int]) -> tuple[StageTiming, ...]:
    pairs = zip(stages, greens, strict=True)
    return tuple(StageTiming(stage.id, stage.groups, green) for stage, green in pairs)
