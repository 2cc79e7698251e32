"""Phase numbers: four to a ring, 2 1 4 3 in the order of running, as American practice counts them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from signalopt.errors import InputError, Problem
from signalopt.export.rings.model import RingPhase, RingProgram

_PER_RING = 4
_IN_ORDER = (2, 1, 4, 3)
_ONE_A_BARRIER = (2, 4)


def numbered(phases: Sequence[RingPhase]) -> list[RingPhase]:
    """Give every phase its number.

    Through movements of two barriers get 2 and 4 (6 and 8 in ring 2); rings of more than four phases
    count through from 1.
    """
    rings = sorted({p.ring for p in phases})
    by_ring = {
        r: sorted((p for p in phases if p.ring == r), key=lambda p: (p.barrier, p.position))
        for r in rings
    }
    if any(len(own) > _PER_RING for own in by_ring.values()):
        flat = [p for r in rings for p in by_ring[r]]
        return [replace(p, number=i) for i, p in enumerate(flat, start=1)]
    result = []
    lone = all(p.position == 1 and p.barrier <= len(_ONE_A_BARRIER) for p in phases)
    for ring, own in by_ring.items():
        base = _PER_RING * (ring - 1)
        for index, phase in enumerate(own):
            local = _ONE_A_BARRIER[phase.barrier - 1] if lone else _IN_ORDER[index]
            result.append(replace(phase, number=base + local))
    return result


def aligned(first: RingProgram, other: RingProgram, name: str) -> RingProgram:
    """`other` with the phase numbers of `first`, so that one controller can hold both.

    Phases of both must drive the same groups in the same rings. Raises InputError.
    """
    known = {phase.key: phase for phase in first.phases}
    problems = []
    for phase in other.phases:
        mate = known.get(phase.key)
        what = "+".join(phase.key)
        if mate is None:
            found = f"plan `{name}` has a phase for {what} that the first plan has not"
            problems.append(Problem(other.intersection, found, "the same phases in all plans"))
        elif mate.ring != phase.ring:
            found = f"the phase for {what} lies in ring {phase.ring} in plan `{name}`"
            problems.append(Problem(other.intersection, found, f"ring {mate.ring} in all plans"))
    missing = known.keys() - {phase.key for phase in other.phases}
    problems += [
        Problem(
            other.intersection,
            f"plan `{name}` lacks the phase for {'+'.join(key)}",
            "the same phases in all plans",
        )
        for key in sorted(missing)
    ]
    if problems:
        raise InputError(*problems)
    phases = tuple(replace(p, number=known[p.key].number) for p in other.phases)
    coordinated = tuple(
        sorted(p.number for p in phases if p.barrier == 1 and p.start_s == 0 and p.groups)
    )
    return replace(other, phases=phases, coordinated=coordinated)
