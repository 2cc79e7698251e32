"""An arterial for bandwidth: signals with their greens, the sections between, and bands as a solution."""

from __future__ import annotations

from dataclasses import dataclass

from signalopt.errors import InputError, Problem
from signalopt.optimize.coordinate import SolverStatus

SCALE = 100
"""Weights are given to the solver in hundredths."""


@dataclass(frozen=True, slots=True)
class Green:
    """A green of the arterial: first second after the signal's own offset, length, in seconds."""

    start_s: int
    length_s: int


@dataclass(frozen=True, slots=True)
class Greens:
    """What one setting of a signal shows the arterial, outbound (in listed order) and inbound."""

    outbound: Green
    inbound: Green


@dataclass(frozen=True)
class ArterialSignal:
    """A signal with the settings (splits, stage orders) to choose from; all at the common cycle.

    offset_s: given where the program may not be changed.
    """

    name: str
    settings: tuple[Greens, ...]
    offset_s: int | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """The street between two neighbouring signals.

    Travel times in whole seconds, least and most (equal: one progression speed). Volumes weigh the bands;
    0 for a direction without traffic.
    """

    outbound_s: tuple[int, int]
    inbound_s: tuple[int, int]
    outbound_vph: float = 1.0
    inbound_vph: float = 1.0


@dataclass(frozen=True)
class Arterial:
    """Signals in outbound order with the sections between them, at one common cycle."""

    cycle_s: int
    signals: tuple[ArterialSignal, ...]
    sections: tuple[Section, ...]


@dataclass(frozen=True)
class BandSolution:
    """Bands in seconds by section; `value` = mean weighted share of the cycle, no solution exceeds `bound`.

    outbound_centres_s, inbound_centres_s: clock second (mod cycle) at which the band's centre passes each
    signal. travel times: those chosen within the sections' ranges.
    """

    cycle_s: int
    offsets_s: tuple[int, ...]
    settings: tuple[int, ...]
    outbound_s: tuple[int, ...]
    inbound_s: tuple[int, ...]
    outbound_centres_s: tuple[float, ...]
    inbound_centres_s: tuple[float, ...]
    outbound_travel_s: tuple[int, ...]
    inbound_travel_s: tuple[int, ...]
    value: float
    bound: float
    status: SolverStatus
    wall_s: float

    @property
    def gap(self) -> float:
        """(bound - value) / bound."""
        return max(0.0, (self.bound - self.value) / self.bound) if self.bound > 0 else 0.0


def section_of(
    length_m: float, speed_mps: tuple[float, float], outbound_vph: float, inbound_vph: float
) -> Section:
    """A section from its length and the range of progression speeds (least, most) of both directions."""
    slow, fast = speed_mps
    if not 0 < slow <= fast or length_m <= 0:
        found = f"{length_m:g} m at {slow:g} to {fast:g} m/s"
        raise InputError(Problem("section", found, "a length and speeds above 0, least first"))
    travel = (round(length_m / fast), round(length_m / slow))
    return Section(travel, travel, outbound_vph, inbound_vph)


def check(arterial: Arterial) -> None:
    """Raise InputError with everything that makes an arterial unusable."""
    problems, cycle = [], arterial.cycle_s
    if len(arterial.signals) < 2 or len(arterial.sections) != len(arterial.signals) - 1:
        found = f"{len(arterial.signals)} signals and {len(arterial.sections)} sections"
        problems.append(
            Problem("arterial", found, "two signals or more, a section between each two")
        )
    for signal in arterial.signals:
        greens = [g for s in signal.settings for g in (s.outbound, s.inbound)]
        bad = [g for g in greens if not 0 < g.length_s <= cycle]
        if bad or not greens:
            found = f"greens of {[g.length_s for g in bad]} s" if bad else "no setting"
            problems.append(Problem(f"signal {signal.name}", found, f"greens of 1 to {cycle} s"))
    for number, section in enumerate(arterial.sections):
        for low, high in (section.outbound_s, section.inbound_s):
            if not 0 <= low <= high:
                found = f"travel times {low} to {high} s"
                problems.append(Problem(f"section {number}", found, "0 or more, least first"))
        if min(section.outbound_vph, section.inbound_vph) < 0:
            problems.append(Problem(f"section {number}", "a negative volume", "0 or more"))
    if problems:
        raise InputError(*problems)


def section_weights(arterial: Arterial) -> list[tuple[int, int]]:
    """Weight of a second of band, outbound and inbound, by section: volumes, scaled to a mean of SCALE."""
    count = 2 * len(arterial.sections)
    total = sum(s.outbound_vph + s.inbound_vph for s in arterial.sections) or 1.0
    return [
        (
            round(SCALE * count * s.outbound_vph / total),
            round(SCALE * count * s.inbound_vph / total),
        )
        for s in arterial.sections
    ]


def value_unit(arterial: Arterial) -> int:
    """What a band of the whole cycle in both directions of every section is worth in weights."""
    return SCALE * 2 * len(arterial.sections) * arterial.cycle_s
