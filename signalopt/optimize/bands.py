"""Widest two-way bands as the aim of coordination: every street of a part, the busiest first.

Each street is an arterial whose bands are widest and proven (bandwidth.py); where it crosses a street that
has its bands already, that signal stays. What is proven is proven street by street, in this order.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from signalopt.errors import InputError
from signalopt.network.model import Network
from signalopt.optimize.candidates import Part, PartSolution
from signalopt.optimize.choices import choices, modelled
from signalopt.optimize.coordinate import OffsetSolution, SolverLimits, SolverStatus
from signalopt.optimize.flows import CaseFlows
from signalopt.optimize.green_wave import GreenWave, Speeds, green_wave
from signalopt.optimize.performance import Weights, repeated
from signalopt.optimize.propagate import propagate
from signalopt.optimize.streets import Street, find_streets
from signalopt.optimize.tables import PROGRESSION_FACTOR
from signalopt.timing.plan import AnyProgram, IntersectionPlan
from signalopt.timing.program import cycle_states

BAND_UNIT = "hundredths of a percent of the cycle that the volume-weighted bands fall short of it"
_WHOLE = 10_000


@dataclass(frozen=True)
class StreetBands:
    """What one street got: widths in seconds by section, outbound and inbound, and what is proven."""

    street: Street
    cycle_s: int
    outbound_s: tuple[int, ...]
    inbound_s: tuple[int, ...]
    status: SolverStatus

    def __str__(self) -> str:
        both = f"{_span(self.outbound_s)} out, {_span(self.inbound_s)} back"
        return f"{' - '.join(self.street)}: bands of {both} at {self.cycle_s} s ({self.status})"


@dataclass(frozen=True)
class Banded:
    """A part with its bands: the solution (cost and bound in BAND_UNIT) and the streets in order."""

    solution: PartSolution
    streets: tuple[StreetBands, ...]


def solve_bands(
    network: Network,
    flows: CaseFlows,
    part: Part,
    cycle_s: int,
    weights: Weights,
    limits: SolverLimits,
    *,
    held: Mapping[str, AnyProgram],
) -> Banded:
    """Settings and offsets of a part at a common cycle for the widest bands, street by street.

    Bands run at a platoon's speed. Signals on no street get the setting that is cheapest under `weights`.
    Programs in `held` stay; a street ends where one has another cycle.
    """
    standing = {
        name: held[name]
        for name in part.held
        if len(cycle_states(network.layouts[name], held[name])) == cycle_s
        and isinstance(held[name].offset_s, int)
    }
    placed: dict[str, AnyProgram] = dict(standing)
    waves = []
    for street in find_streets(flows, {*part.members, *standing}):
        for wave in _waves(network, flows, street, cycle_s, placed, limits):
            placed |= {program.intersection: program for program in wave.programs}
            waves.append(wave)
    for name in part.members:
        if name not in placed:
            found = choices(network, flows, name, cycle_s, weights, only_webster=False, most=1)
            placed[name] = found[0].program
    chosen = {
        name: (
            repeated(modelled(network, flows, name, program), cycle_s),
            round(program.offset_s),
        )
        for name, program in placed.items()
    }
    _, modelled_cost = propagate(flows, chosen, cycle_s, weights)
    programs = tuple(
        program
        for name, program in placed.items()
        if name not in standing and isinstance(program, IntersectionPlan)
    )
    solution = PartSolution(cycle_s, programs, modelled_cost, _shortfall(waves))
    return Banded(solution, tuple(_bands_of(wave) for wave in waves))


def _waves(
    network: Network,
    flows: CaseFlows,
    street: Street,
    cycle_s: int,
    placed: Mapping[str, AnyProgram],
    limits: SolverLimits,
) -> Iterator[GreenWave]:
    """The bands of a street; where signals that stay leave no line through all greens, of its sections."""
    known = {name: placed[name] for name in street if name in placed}
    if len(known) == len(street):
        return
    try:
        yield _wave(network, flows, street, cycle_s, known, limits)
    except InputError:
        done = dict(known)
        for pair in pairwise(street):
            if all(name in done for name in pair):
                continue
            given = {name: done[name] for name in pair if name in done}
            wave = _wave(network, flows, pair, cycle_s, given, limits)
            done |= {program.intersection: program for program in wave.programs}
            yield wave


def _wave(
    network: Network,
    flows: CaseFlows,
    street: Street,
    cycle_s: int,
    held: Mapping[str, AnyProgram],
    limits: SolverLimits,
) -> GreenWave:
    speeds = [_speed(flows, a, b) for a, b in pairwise(street)]
    return green_wave(network, flows, street, cycle_s, speeds, limits, held=held)


def _speed(flows: CaseFlows, first: str, second: str) -> Speeds:
    """Running speed of a platoon between two signals, of most vehicles, m/s."""
    ends = {first, second}
    streams = [
        s
        for s in flows.streams
        if s.upstream is not None
        and {s.upstream.intersection, s.downstream.intersection} == ends
        and s.free_s > 0
    ]
    main = max(streams, key=lambda s: (s.flow_vph, s.downstream))
    speed = PROGRESSION_FACTOR * main.distance_m / main.free_s
    return speed, speed


def _shortfall(waves: list[GreenWave]) -> OffsetSolution | None:
    """What the bands of all streets together fall short of the whole cycle, and of what is proven."""
    if not waves:
        return None
    volumes = [
        sum(s.outbound_vph + s.inbound_vph for s in wave.arterial.sections) for wave in waves
    ]
    whole = sum(volumes) or 1.0
    pairs = list(zip(waves, volumes, strict=True))
    cost = round(_WHOLE * sum(v * (1 - wave.bands.value) for wave, v in pairs) / whole)
    bound = _WHOLE * sum(v * (1 - wave.bands.bound) for wave, v in pairs) / whole
    proven = all(wave.bands.status is SolverStatus.OPTIMAL for wave in waves)
    status = SolverStatus.OPTIMAL if proven else SolverStatus.FEASIBLE
    least = float(cost) if proven else max(0.0, min(float(cost), bound))
    return OffsetSolution((), (), cost, least, status, sum(w.bands.wall_s for w in waves))


def _bands_of(wave: GreenWave) -> StreetBands:
    bands, names = wave.bands, tuple(signal.name for signal in wave.arterial.signals)
    return StreetBands(names, bands.cycle_s, bands.outbound_s, bands.inbound_s, bands.status)


def _span(widths: tuple[int, ...]) -> str:
    low, high = min(widths), max(widths)
    return f"{low} s" if low == high else f"{low}-{high} s"
