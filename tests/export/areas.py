"""Networks, random plans and schedules that the format tests share."""

from __future__ import annotations

from functools import cache

import numpy as np

from signalopt.export.timetable import Timetable, timetable
from signalopt.network.area import load_area
from signalopt.network.build_area import build_area
from signalopt.network.model import Network
from signalopt.network.read_net import read_network
from signalopt.testing import random_program
from signalopt.timing.day_calendar import CalendarRule
from signalopt.timing.plan import Plan
from signalopt.timing.schedule import DAY_S, DayType, Period, Schedule

AREAS = ("mangilik_el", "leftbank_core", "rightbank_core", "tauelsizdik")
NO_RINGS = {"rightbank_core": {"Zheltoksan_Kenesary"}}
"""Walks of two different stages there overlap while each conflicts with the other's vehicles."""


@cache
def area(name: str) -> Network:
    return read_network(build_area(load_area(name)))


def random_plan(network: Network, seed: int, name: str = "am") -> Plan:
    dice = np.random.default_rng(seed)
    programs = tuple(random_program(p.layout, dice) for p in network.intersections if p.tunable)
    return Plan(name, network.fingerprint, programs)


def all_day(plan: Plan) -> Timetable:
    return timetable(Schedule.of_plan(plan))


def longer(plan: Plan, name: str, extra_s: int = 6) -> Plan:
    """The same stages with a longer first green: what a second plan of a day looks like."""
    programs = []
    for program in plan.intersections:
        first, *rest = program.stages
        stages = (type(first)(first.stage, first.groups, first.green_s + extra_s), *rest)
        cycle = program.cycle_s + extra_s
        programs.append(type(program)(program.intersection, cycle, program.offset_s, stages))
    return Plan(name, plan.network, tuple(programs))


def week(plan: Plan, other: Plan) -> Schedule:
    """Weekdays: `other` from 07:00 to 10:00; weekends: `plan` all day."""
    peak = (Period(10 * 3600, 7 * 3600, plan.name), Period(7 * 3600, 10 * 3600, other.name))
    return Schedule(
        "week",
        plan.network,
        (plan, other),
        (
            DayType("workday", peak, (CalendarRule((1, 2, 3, 4, 5)),)),
            DayType("weekend", (Period(0, DAY_S, plan.name),), (CalendarRule((6, 7)),)),
        ),
    )
