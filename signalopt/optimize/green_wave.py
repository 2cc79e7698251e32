"""Green waves on the streets of a case: an avenue's signals as an arterial, its bands as programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from signalopt.errors import InputError, Problem
from signalopt.network.model import Network
from signalopt.optimize.arterial import (
    Arterial,
    ArterialSignal,
    BandSolution,
    Green,
    Greens,
    Section,
    section_of,
)
from signalopt.optimize.bandwidth import widest_bands
from signalopt.optimize.choices import MOST_SETTINGS, choices
from signalopt.optimize.coordinate import SolverLimits
from signalopt.optimize.flows import CaseFlows
from signalopt.optimize.performance import OBJECTIVE_WEIGHTS
from signalopt.optimize.streams import MovementKey, Stream
from signalopt.timing.capacity import green_matrix
from signalopt.timing.plan import AnyProgram, IntersectionPlan
from signalopt.timing.program import cycle_states

Speeds = tuple[float, float]
"""Least and most progression speed of a section, m/s."""


@dataclass(frozen=True)
class GreenWave:
    """Programs of an avenue at one cycle with the bands that they leave."""

    programs: tuple[IntersectionPlan, ...]
    arterial: Arterial
    bands: BandSolution


def green_wave(
    network: Network,
    flows: CaseFlows,
    names: Sequence[str],
    cycle_s: int,
    speeds_mps: Speeds | Sequence[Speeds],
    limits: SolverLimits | None = None,
    *,
    per_section: bool = True,
    held: Mapping[str, AnyProgram] | None = None,
    most: int = MOST_SETTINGS,
) -> GreenWave:
    """Splits, stage orders and offsets of an avenue for the widest two-way bands.

    names: intersections in outbound order; speeds_mps: for all sections or one a section. Programs in
    `held` stay as they are. Raises InputError where no vehicles run between two neighbours either way, or
    a held program has another cycle.
    """
    given = held or {}
    models = {
        name: [given[name]]
        if name in given
        else [
            m.program
            for m in choices(
                network, flows, name, cycle_s, OBJECTIVE_WEIGHTS["delay"], False, most=most
            )
            if m.own_cycle_s == cycle_s
        ]
        for name in names
    }
    _check(network, names, models, cycle_s)
    arterial = arterial_of(network, flows, names, models, cycle_s, speeds_mps, frozenset(given))
    bands = widest_bands(arterial, limits, per_section=per_section)
    programs = []
    for name, setting, offset in zip(names, bands.settings, bands.offsets_s, strict=True):
        program = models[name][setting]
        if isinstance(program, IntersectionPlan) and name not in given:
            programs.append(replace(program, offset_s=offset % cycle_s))
    return GreenWave(tuple(programs), arterial, bands)


def arterial_of(
    network: Network,
    flows: CaseFlows,
    names: Sequence[str],
    programs: Mapping[str, Sequence[AnyProgram]],
    cycle_s: int,
    speeds_mps: Speeds | Sequence[Speeds],
    held: frozenset[str] = frozenset(),
) -> Arterial:
    """The avenue as an arterial: greens of its through movements, distances and volumes of its streams."""
    speeds = _speeds(speeds_mps, len(names) - 1)
    outbound = [_between(flows, a, b) for a, b in pairwise(names)]
    inbound = [_between(flows, b, a) for a, b in pairwise(names)]
    missing = [
        Problem(
            f"{a} - {b}", "no vehicles that pass one after the other", "two neighbours of an avenue"
        )
        for (a, b), out, back in zip(pairwise(names), outbound, inbound, strict=True)
        if not out and not back
    ]
    if missing:
        raise InputError(*missing)
    signals = []
    for i, name in enumerate(names):
        here = [
            _through(_at(outbound, i - 1), _at(outbound, i)),
            _through(_at(inbound, i), _at(inbound, i - 1)),
        ]
        settings = tuple(
            Greens(*(_green(network, flows, name, program, key) for key in here))
            for program in programs[name]
        )
        offset = round(programs[name][0].offset_s) if name in held else None
        signals.append(ArterialSignal(name, settings, offset))
    sections = tuple(
        _section(out, back, speed)
        for out, back, speed in zip(outbound, inbound, speeds, strict=True)
    )
    return Arterial(cycle_s, tuple(signals), sections)


def _check(
    network: Network, names: Sequence[str], models: Mapping[str, Sequence[AnyProgram]], cycle_s: int
) -> None:
    problems = []
    for name in names:
        layout = network.layouts[name]
        if not models[name]:
            found = f"no program at a cycle of {cycle_s} s"
            problems.append(Problem(f"intersection {name}", found, "minimum greens that fit it"))
        cycles = {len(cycle_states(layout, p)) for p in models[name]}
        if cycles - {cycle_s}:
            found = f"a held program of {max(cycles)} s"
            problems.append(Problem(f"intersection {name}", found, f"a cycle of {cycle_s} s"))
    if problems:
        raise InputError(*problems)


def _speeds(given: Speeds | Sequence[Speeds], count: int) -> list[Speeds]:
    if isinstance(given[0], (int, float)):
        return [(float(given[0]), float(given[1]))] * count  # type: ignore[arg-type]
    listed = [(float(low), float(high)) for low, high in given]  # type: ignore[misc]
    if len(listed) != count:
        found = f"{len(listed)} speed ranges"
        raise InputError(Problem("progression speeds", found, f"one, or {count}: one a section"))
    return listed


def _between(flows: CaseFlows, up: str, down: str) -> list[Stream]:
    return [
        s
        for s in flows.streams
        if s.upstream is not None
        and s.upstream.intersection == up
        and s.downstream.intersection == down
    ]


def _at(sections: Sequence[list[Stream]], position: int) -> list[Stream]:
    return sections[position] if 0 <= position < len(sections) else []


def _through(arriving: Sequence[Stream], leaving: Sequence[Stream]) -> MovementKey | None:
    """The movement that carries the avenue over a signal: in both sections, of most vehicles."""
    volume: dict[MovementKey, float] = {}
    onward = {s.upstream for s in leaving}
    for stream in arriving:
        if not leaving or stream.downstream in onward:
            volume[stream.downstream] = volume.get(stream.downstream, 0.0) + stream.flow_vph
    if not arriving:
        for stream in leaving:
            if stream.upstream is not None:
                volume[stream.upstream] = volume.get(stream.upstream, 0.0) + stream.flow_vph
    return max(volume, key=lambda key: (volume[key], key)) if volume else None


def _green(
    network: Network, flows: CaseFlows, name: str, program: AnyProgram, key: MovementKey | None
) -> Green:
    """The longest unbroken green of a movement; the whole cycle where the avenue does not run."""
    states = cycle_states(network.layouts[name], program)
    cycle = len(states)
    if key is None:
        return Green(0, cycle)
    green = green_matrix(states)[[m.link for m in flows.links[key]]].any(axis=0)
    if green.all() or not green.any():
        return Green(0, cycle if green.all() else 1)
    starts = np.flatnonzero(green & ~np.roll(green, 1))
    lengths = [int(np.argmin(np.roll(green, -int(start)))) for start in starts]
    longest = int(np.argmax(lengths))
    return Green(int(starts[longest]), lengths[longest])


def _section(out: Sequence[Stream], back: Sequence[Stream], speed: Speeds) -> Section:
    volumes = [sum(s.flow_vph for s in streams) for streams in (out, back)]
    lengths = [min((s.distance_m for s in streams), default=1.0) for streams in (out, back)]
    ways = [section_of(max(1.0, length), speed, *volumes) for length in lengths]
    return replace(ways[0], inbound_s=ways[1].inbound_s)
