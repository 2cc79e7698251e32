"""What a CIS engineer would query on the sheets: times off the norm, sums, least greens.

Usual times: red with amber at most 2 s, flashing green 3 s, amber 3 s (ODM 218.6.003-2011; the text of the
Kazakh standard ST RK 1412 could not be read). Walkers: crossing / 1.3 m/s + 5 s (timing.clearance).
"""

from __future__ import annotations

from collections.abc import Iterator

from signalopt.export.cis.model import Kind, Passport, lamps_of
from signalopt.export.cis.passport import needed_green_s
from signalopt.export.cis.words import CisWords
from signalopt.export.lamps import green_windows

MOST_RED_AMBER_S = 2
FLASHING_S = 3
AMBER_S = 3


def lints(passport: Passport, words: CisWords) -> tuple[str, ...]:
    """All remarks, in the words' language; empty if everything is as usual."""
    return (*_direction_lints(passport, words), *_programme_lints(passport, words))


def _direction_lints(passport: Passport, words: CisWords) -> Iterator[str]:
    for direction in passport.directions:
        if direction.kind is Kind.ALWAYS_RED:
            continue
        n, walks = direction.number, direction.kind is Kind.PEDESTRIAN
        if direction.red_amber_s > MOST_RED_AMBER_S:
            yield words["lint_red_amber"].format(
                n=n, found=direction.red_amber_s, limit=MOST_RED_AMBER_S
            )
        if direction.flashing_s != FLASHING_S:
            yield words["lint_flashing"].format(n=n, found=direction.flashing_s, limit=FLASHING_S)
        if direction.amber_s != AMBER_S and not walks:
            yield words["lint_amber"].format(n=n, found=direction.amber_s, limit=AMBER_S)


def _programme_lints(passport: Passport, words: CisWords) -> Iterator[str]:
    for programme in passport.programmes:
        p = programme.number
        total = sum(row.main_s + row.between_s for row in programme.phases)
        if total != programme.cycle_s:
            yield words["lint_cycle"].format(p=p, found=total, limit=programme.cycle_s)
        for row in programme.phases:
            if row.least_s is not None and row.main_s < row.least_s:
                yield words["lint_phase"].format(
                    p=p, n=row.number, found=row.main_s, limit=row.least_s
                )
        lamps = lamps_of(programme, len(passport.directions))
        for direction in passport.directions:
            needed = needed_green_s(direction)
            windows = green_windows(lamps[direction.number])
            if needed is None or not windows:
                continue
            shortest = int(min(window.length_s for window in windows))
            if shortest < min(needed, programme.cycle_s):
                metres = f"{direction.crossing_m:g}"
                yield words["lint_pedestrian"].format(
                    p=p, n=direction.number, found=shortest, limit=needed, metres=metres
                )
