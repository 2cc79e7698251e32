"""Intergreens across short stages: seconds that greens in between must last, as linear constraints.

Interstages keep the intergreens of consecutive stages. Where a group ends, a short stage follows in which
neither it nor its opponent is green, and the opponent starts after that, the stage in between must be long
enough; imported interstages are often too short to see to that by themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from signalopt.timing.plan import StageTiming
from signalopt.timing.signals import GREEN, GroupKind, SignalLayout


class Clearing(NamedTuple):
    """The greens of the stages at these positions must last `least_s` together: `ending` clears in them."""

    stages: tuple[int, ...]
    least_s: int
    ending: str


def stages_between(
    layout: SignalLayout, sequence: Sequence[StageTiming], between_s: Sequence[int]
) -> list[Clearing]:
    """What stages between the end of a group and the start of its opponent must last.

    between_s: seconds of the interstage after each stage.
    """
    count = len(sequence)
    found: list[Clearing] = []
    for (ending, starting), needed in sorted(layout.intergreen_s.items()):
        for start in range(count):
            if starting not in sequence[start].groups or starting in sequence[start - 1].groups:
                continue
            stages: list[int] = []
            at = (start - 1) % count
            while ending not in sequence[at].groups and len(stages) < count:
                stages.append(at)
                at = (at - 1) % count
            if not stages or len(stages) == count:
                continue  # consecutive stages, or a group that is never green
            late = _shown_after(layout, ending, sequence, at)
            early = _shown_before(layout, starting, sequence, start)
            given = between_s[at] + sum(between_s[i] for i in stages)
            least = needed + late + early - given
            if least > len(stages):
                found.append(Clearing(tuple(sorted(stages)), least, ending))
    return found


def _shown_after(layout: SignalLayout, group: str, sequence: Sequence[StageTiming], at: int) -> int:
    """Seconds for which a group stays green after the steady green of its last stage."""
    given = layout.given_interstage.get(_pair(sequence, at))
    signal = layout.group[group]
    if given is None:
        return signal.flashing_green_s if signal.kind is GroupKind.VEHICLE else 0
    letters = [p.state for p in given for _ in range(round(p.duration_s))]
    green = [any(state[link] in GREEN for link in signal.links) for state in letters]
    return next((i for i, on in enumerate(green) if not on), len(green))


def _shown_before(
    layout: SignalLayout, group: str, sequence: Sequence[StageTiming], start: int
) -> int:
    """Seconds for which a group is green already before its first stage begins."""
    given = layout.given_interstage.get(_pair(sequence, start - 1))
    if given is None:
        return 0
    links = layout.group[group].links
    letters = [p.state for p in given for _ in range(round(p.duration_s))]
    green = [any(state[link] in GREEN for link in links) for state in reversed(letters)]
    return next((i for i, on in enumerate(green) if not on), len(green))


def _pair(sequence: Sequence[StageTiming], at: int) -> tuple[str, str]:
    return sequence[at].stage, sequence[(at + 1) % len(sequence)].stage
