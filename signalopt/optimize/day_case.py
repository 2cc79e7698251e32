"""Cases for any time of a day type: scaled scenarios, and the trips of several scenarios put together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from lxml import etree

from signalopt.demand.trips import SLICE_S, write_xml
from signalopt.errors import InputError, Problem
from signalopt.optimize.day_demand import Anchor, DayDemand
from signalopt.scenario.build import build_case
from signalopt.scenario.case import Case
from signalopt.scenario.schema import Pedestrians, Scenario, Window

AS_IT_IS = 0.05
"""A scenario whose volumes need no more change than this is taken as it is."""
WARMUP_S = 900
RUN_OUT_S = 3600
_VEHICLE_FILES = ("vehicles.rou.xml", "buses.rou.xml")  # as scenario.traffic names them


def hour_case(day: DayDemand, second: int) -> tuple[Case, str]:
    """The case of one hour around a second of the day, by its main scenario, and how it was made.

    Raises InputError where the scenario cannot be built.
    """
    anchor, _ = max(day.weights_at(second), key=lambda part: part[1] * part[0].total_vph)
    scale = day.total_vph(second) / max(anchor.total_vph, 1e-9)
    own = day.own.scenario
    as_it_is = abs(scale - 1) <= AS_IT_IS and anchor.scenario.season == own.season
    if as_it_is:
        return anchor.case, anchor.scenario.name
    changed = _weathered(_scaled(anchor, scale, second), own)
    return build_case(changed), f"{anchor.scenario.name} at {round(100 * scale)} % of its volumes"


def window_case(day: DayDemand, begin_s: int, end_s: int, folder: Path) -> Case:
    """A case of [begin_s, end_s) of a day type, with the traffic rising and falling by quarters of an hour.

    The vehicles of all scenarios that make up the time are put into one file in `folder`; buses and
    pedestrians are those of the day type's own scenario. Raises InputError, OutputError.
    """
    first_s = max(0, begin_s - WARMUP_S)
    starts = range(first_s, end_s, SLICE_S)
    factors: dict[Anchor, dict[int, float]] = {}
    for start in starts:
        for anchor, factor in day.weights_at(start + SLICE_S / 2):
            factors.setdefault(anchor, {})[start] = factor
    parts: list[tuple[str, Case]] = []
    for number, (anchor, by_start) in enumerate(factors.items()):
        profile = tuple(by_start.get(start, 0.0) for start in starts)
        scenario = _windowed(day, anchor, number, (first_s, end_s), profile)
        parts.append((f"{anchor.scenario.name}.", build_case(scenario)))
    base = parts[0][1]
    merged = folder / f"{_plain(day.name)}_{begin_s}_{end_s}.rou.xml"
    _merge(merged, parts)
    others = tuple(p for p in base.route_files if p.name not in _VEHICLE_FILES)
    return replace(
        base,
        name=f"{day.name} {_clock(begin_s)}-{_clock(end_s)}",
        title=f"{day.name}, {_clock(begin_s)} to {_clock(end_s)}",
        route_files=(merged, *others),
        begin_s=begin_s,
        end_s=end_s,
        depart_begin_s=first_s,
        hard_stop_s=end_s + RUN_OUT_S,
    )


def _scaled(anchor: Anchor, scale: float, second: int) -> Scenario:
    scenario = anchor.scenario
    demand = replace(scenario.demand, scale=scenario.demand.scale * round(scale, 3), profile=())
    name = f"{scenario.name}-x{round(scale * 100)}-{_clock(second).replace(':', '')}"
    return replace(scenario, name=name, demand=demand)


def _weathered(scenario: Scenario, own: Scenario) -> Scenario:
    return replace(scenario, season=own.season, temperature_c=own.temperature_c)


def _windowed(
    day: DayDemand, anchor: Anchor, number: int, span: tuple[int, int], profile: tuple[float, ...]
) -> Scenario:
    """The anchor's volumes over the span; the first one brings buses and pedestrians."""
    own, scenario = day.own.scenario, anchor.scenario
    window = Window(begin=span[0], end=span[1], warmup_s=0, run_out_s=RUN_OUT_S)
    demand = replace(scenario.demand, profile=profile)
    name = f"{scenario.name}-{_plain(day.name)}-{span[0]}-{span[1]}"
    found = replace(_weathered(scenario, own), name=name, window=window, demand=demand)
    if number == 0:
        return replace(found, buses=own.buses, pedestrians=own.pedestrians)
    return replace(found, buses=(), pedestrians=Pedestrians())


def _merge(path: Path, parts: Sequence[tuple[str, Case]]) -> None:
    """All vehicles in one file sorted by departure; ids begin with their scenario's name."""
    vehicles: list[tuple[float, str, etree._Element]] = []
    for prefix, case in parts:
        for file in case.route_files:
            if file.name not in _VEHICLE_FILES:
                continue
            for element in etree.parse(str(file)).getroot():
                if element.tag != "vehicle" or not isinstance(element.get("depart"), str):
                    found = f"<{element.tag}> in {file}"
                    raise InputError(Problem(case.name, found, "vehicles with their own routes"))
                name = prefix + str(element.get("id"))
                element.set("id", name)
                vehicles.append((float(str(element.get("depart"))), name, element))
    root = etree.Element("routes")
    root.extend(element for _, _, element in sorted(vehicles, key=lambda v: v[:2]))
    write_xml(path, root)


def _plain(name: str) -> str:
    return "".join(letter if letter.isalnum() else "_" for letter in name)


def _clock(second: int) -> str:
    return f"{second // 3600:02}:{second // 60 % 60:02}"
