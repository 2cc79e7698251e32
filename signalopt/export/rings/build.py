"""Lays a program's greens on rings, or says which rule of rings and barriers it breaks.

A barrier stands where every green and amber that began before is over and another green begins. Within a
barrier two groups that must never be green together share a ring, so that a controller whose detectors
or recalls change the lengths still cannot show them together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from signalopt.errors import InputError, Problem
from signalopt.export.lamps import cycle_length_s, exact_s
from signalopt.export.rings.model import RingPhase, RingProgram
from signalopt.export.rings.numbers import numbered
from signalopt.export.rings.units import EXPECTED, Unit, conflict, joined, units
from signalopt.timing.plan import AnyProgram
from signalopt.timing.signals import SignalLayout

MOST_RINGS = 4
Ring = list[Unit]


def ring_program(
    layout: SignalLayout, program: AnyProgram, *, most_rings: int = MOST_RINGS
) -> RingProgram:
    """Return the program as rings. Raises InputError naming every rule that it breaks."""
    found = units(layout, program)
    if not any(not unit.walking for unit in found):
        raise InputError(Problem(program.intersection, "no vehicle green", EXPECTED))
    cycle = cycle_length_s(layout, program)
    barriers = _barriers(found, cycle)
    if not barriers:
        raise InputError(
            Problem(
                program.intersection,
                "no second at which all greens have ended and a new one begins (no barrier)",
                EXPECTED,
            )
        )
    first = barriers[0]
    shifted = [replace(u, start_s=exact_s((u.start_s - first) % cycle)) for u in found]
    marks = (*(exact_s(b - first) for b in barriers), cycle)
    phases: list[RingPhase] = []
    problems: list[Problem] = []
    for number, (begin, end) in enumerate(pairwise(marks), start=1):
        own = [u for u in shifted if begin <= u.start_s < end]
        made = _barrier(layout, own, number, (begin, end), most_rings)
        if made is None:
            problems.append(_refusal(layout, program.intersection, own, begin, most_rings))
        else:
            phases += made
    if problems:
        raise InputError(*problems)
    phases = numbered(phases)
    coordinated = tuple(
        sorted(p.number for p in phases if p.barrier == 1 and p.start_s == 0 and p.groups)
    )
    return RingProgram(
        program.intersection,
        cycle,
        exact_s((program.offset_s + first) % cycle),
        marks[:-1],
        tuple(sorted(phases, key=lambda p: (p.ring, p.barrier, p.position))),
        coordinated,
    )


def _barriers(found: Sequence[Unit], cycle_s: float) -> tuple[float, ...]:
    """Starts of vehicle greens at which nothing else is green or amber, in order."""
    starts = sorted({unit.start_s for unit in found if not unit.walking})
    return tuple(
        start
        for start in starts
        if not any(0 < exact_s((start - unit.start_s) % cycle_s) < unit.busy_s for unit in found)
    )


def _barrier(
    layout: SignalLayout,
    own: Sequence[Unit],
    barrier: int,
    span: tuple[float, float],
    most_rings: int,
) -> list[RingPhase] | None:
    """Phases of one barrier, or None if no way was found to lay its greens on rings."""
    for vehicles in (tuple(u for u in own if not u.walking), None):
        drivers = joined(tuple(own), layout) if vehicles is None else vehicles
        drivers = tuple(u for u in drivers if not u.walking)
        walkers = [u for u in own if u.walking]
        alone: list[Unit] = []
        while True:
            rings = _rings(layout, [*drivers, *alone], span[0], most_rings)
            if rings is None:
                break
            carried, left = _walks(layout, rings, [w for w in walkers if w not in alone])
            if not left:
                return _phases(rings, carried, barrier, span)
            alone.append(left[0])
    return None


def _rings(
    layout: SignalLayout, own: Sequence[Unit], begin_s: float, most_rings: int
) -> list[Ring] | None:
    """Units by ring: conflicting ones share one, a ring's first begins at the barrier, none overlap."""
    blocks = _blocks(layout, own)
    if any(_overlap(block) for block in blocks):
        return None
    blocks.sort(key=lambda block: block[0].start_s)

    def place(index: int, rings: list[Ring]) -> list[Ring] | None:
        if index == len(blocks):
            return rings
        block = blocks[index]
        for position, ring in enumerate(rings):
            merged = sorted((*ring, *block), key=lambda u: u.start_s)
            if not _overlap(merged):
                found = place(index + 1, [*rings[:position], merged, *rings[position + 1 :]])
                if found is not None:
                    return found
        if len(rings) < most_rings and block[0].start_s == begin_s:
            return place(index + 1, [*rings, list(block)])
        return None

    return place(0, [])


def _blocks(layout: SignalLayout, own: Sequence[Unit]) -> list[Ring]:
    """Units joined into blocks wherever two conflict, directly or by way of others; in order of time."""
    blocks: list[Ring] = []
    for unit in own:
        touching = [b for b in blocks if any(conflict(layout, unit, other) for other in b)]
        merged = [unit, *(other for block in touching for other in block)]
        blocks = [b for b in blocks if b not in touching]
        blocks.append(sorted(merged, key=lambda u: u.start_s))
    return blocks


def _overlap(ring: Sequence[Unit]) -> bool:
    return any(exact_s(a.start_s + a.busy_s) > b.start_s for a, b in pairwise(ring))


def _walks(
    layout: SignalLayout, rings: Sequence[Ring], walkers: Sequence[Unit]
) -> tuple[Mapping[int, Unit], list[Unit]]:
    """Walks by the identity of the unit that carries them, and the walkers that none can carry."""
    best: dict[int, Unit] = {}

    def choose(index: int, chosen: dict[int, Unit]) -> None:
        nonlocal best
        if len(chosen) > len(best):
            best = dict(chosen)
        if index == len(walkers):
            return
        walker = walkers[index]
        for ring in rings:
            for unit in ring:
                if id(unit) not in chosen and _carries(layout, unit, ring, rings, walker):
                    choose(index + 1, chosen | {id(unit): walker})
                    if len(best) == len(walkers):
                        return
        choose(index + 1, chosen)

    choose(0, {})
    return best, [w for w in walkers if not any(w is chosen for chosen in best.values())]


def _carries(
    layout: SignalLayout, unit: Unit, own: Ring, rings: Sequence[Ring], walker: Unit
) -> bool:
    """Whether a phase can give the walk: begins with it, lasts as long, foes only in its own ring."""
    if unit.walking or unit.start_s != walker.start_s or unit.green_s < walker.green_s:
        return False
    return not any(
        conflict(layout, walker, other) for ring in rings if ring is not own for other in ring
    )


def _phases(
    rings: Sequence[Ring], walks: Mapping[int, Unit], barrier: int, span: tuple[float, float]
) -> list[RingPhase]:
    phases = []
    for number, ring in enumerate(rings, start=1):
        ends = (*(unit.start_s for unit in ring[1:]), span[1])
        for position, (unit, end) in enumerate(zip(ring, ends, strict=True), start=1):
            walker = unit if unit.walking else walks.get(id(unit))
            phases.append(
                RingPhase(
                    number=0,
                    ring=number,
                    barrier=barrier,
                    position=position,
                    groups=() if unit.walking else unit.groups,
                    walkers=() if walker is None else walker.groups,
                    start_s=unit.start_s,
                    green_s=unit.green_s,
                    amber_s=unit.amber_s,
                    red_s=exact_s(end - unit.start_s - unit.busy_s),
                    walk_s=0.0 if walker is None else walker.steady_s,
                )
            )
    return phases


def _refusal(
    layout: SignalLayout, place: str, own: Sequence[Unit], begin_s: float, most_rings: int
) -> Problem:
    """Why a barrier's greens cannot lie on rings."""
    blocks = _blocks(layout, own)
    for block in blocks:
        for first, second in pairwise(block):
            if _overlap([first, second]):
                names = f"{'+'.join(first.groups)} and {'+'.join(second.groups)}"
                found = f"{names} run together, but each conflicts with a group of the same ring"
                return Problem(place, found, EXPECTED)
    late = [b[0] for b in blocks if b[0].start_s > begin_s]
    names = ", ".join("+".join(unit.groups) for unit in own)
    found = f"greens of {names} need more than {most_rings} rings"
    if late:
        found += f", or `{'+'.join(late[0].groups)}` begins within a barrier while no ring is free"
    return Problem(place, found, EXPECTED)
