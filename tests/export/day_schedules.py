"""Schedules with switch points on real areas, and SUMO's own account of a day under them."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
from lxml import etree

from signalopt.network.model import Network
from signalopt.network.tools import find_tool
from signalopt.testing import random_program
from signalopt.timing.day_calendar import CalendarRule
from signalopt.timing.day_lamps import Lamps
from signalopt.timing.plan import IntersectionPlan, Plan
from signalopt.timing.program import cycle_of
from signalopt.timing.schedule import DAY_S, DayType, Period, Schedule
from signalopt.timing.schedule_switches import with_switch_points

H = 3600


def random_plan(network: Network, seed: int, name: str, cycle_s: int | None = None) -> Plan:
    """Random splits and offsets in the designed order; with `cycle_s` all at that cycle."""
    dice = np.random.default_rng(seed)
    programs = []
    for place in network.intersections:
        if not place.tunable:
            programs.append(place.program)
            continue
        drawn = random_program(place.layout, dice)
        order = {stage.id: number for number, stage in enumerate(place.layout.stages)}
        stages = sorted(drawn.stages, key=lambda timing: order[timing.stage])
        program = IntersectionPlan(place.id, 0, drawn.offset_s, tuple(stages))
        length = cycle_of(place.layout, program)
        if cycle_s is not None and length < cycle_s:
            first = stages[0]
            longer = type(first)(first.stage, first.groups, first.green_s + cycle_s - length)
            program = IntersectionPlan(place.id, 0, 0, (longer, *stages[1:]))
            length = cycle_s
        programs.append(IntersectionPlan(place.id, length, drawn.offset_s % length, program.stages))
    return Plan(name, network.fingerprint, tuple(p for p in programs if p is not None))


def busy_day(
    network: Network, seed: int, cycles_s: tuple[int | None, ...] = (None, None, None)
) -> Schedule:
    """Night, morning, midday, evening, night: three plans, four switches."""
    night, peak, between = (
        random_plan(network, seed + n, name, cycle_s)
        for n, (name, cycle_s) in enumerate(zip(("ночь", "peak", "midday"), cycles_s, strict=True))
    )
    names = (night.name, peak.name, between.name, peak.name, night.name)
    edges = (0, 7 * H, 10 * H, 17 * H, 20 * H, DAY_S)
    periods = tuple(Period(a, b, n) for a, b, n in zip(edges, edges[1:], names, strict=False))
    day = DayType("workday", periods, (CalendarRule(),))
    bare = Schedule("random", network.fingerprint, (night, peak, between), (day,))
    return with_switch_points(bare, network.layouts)


def shown_by_sumo(
    network: Network, additional: str, folder: Path, end_s: int = DAY_S
) -> tuple[dict[str, Lamps], str]:
    """Letters that SUMO saves for every second of [0, end_s), and what it says on standard error."""
    (folder / "day.add.xml").write_text(additional, encoding="utf-8")
    events = etree.Element("additional")
    for name in network.intersection:
        etree.SubElement(events, "timedEvent", type="SaveTLSStates", source=name, dest="states.xml")
    (folder / "events.add.xml").write_bytes(etree.tostring(events))
    done = subprocess.run(
        [str(find_tool("sumo")), "-n", str(network.net_file), "-a", "day.add.xml,events.add.xml",
         "--begin", "0", "--end", str(end_s), "--no-step-log", "true"],
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    states: dict[str, list[bytes]] = {name: [b""] * end_s for name in network.intersection}
    for _, element in etree.iterparse(str(folder / "states.xml"), tag="tlsState"):
        states[element.get("id")][int(float(element.get("time")))] = element.get("state").encode()
        element.clear()
    shown = {
        name: np.frombuffer(b"".join(rows), dtype=np.uint8).reshape(end_s, -1)
        for name, rows in states.items()
    }
    return shown, done.stderr
