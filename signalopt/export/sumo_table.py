"""SUMO additional files of a schedule's plans, and what they show when they are read back."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from lxml import etree

from signalopt.errors import InputError, Problem
from signalopt.export.lamps import cycle_length_s, group_spans
from signalopt.export.shown import Shown, ShownProgram
from signalopt.export.sumo import FILE_NAME, sumo_additional
from signalopt.export.sumo_read import sumo_plan
from signalopt.export.timetable import Timetable
from signalopt.export.transliterate import distinct
from signalopt.export.written import Written
from signalopt.network.model import Network

LOST = ("flashing green: written as the green that it ends (SUMO has no flashing)",)
LOST_OF_MANY = ("time of day: one file a plan (the format `waut` has the schedule)",)


def sumo_schedule(table: Timetable, network: Network) -> Written:
    """`plan.add.xml` of the first plan, `plan-2-NAME.add.xml` … of the others."""
    names = distinct(plan.name for plan in table.plans)
    files: dict[str, str | bytes] = {}
    for number, plan in enumerate(table.plans, start=1):
        name = f"plan-{number}-{names[plan.name].written}.add.xml" if number > 1 else FILE_NAME
        files[name] = sumo_additional(plan, network.layouts)
    many = LOST_OF_MANY if len(table.plans) > 1 else ()
    return Written(files, (*LOST, *many))


def read_sumo_schedule(files: Mapping[str, str | bytes], network: Network) -> Shown:
    """Read the files of `sumo_schedule`. Raises InputError."""
    programs = {}
    problems: list[Problem] = []
    for name, content in files.items():
        data = content.encode() if isinstance(content, str) else content
        parser = etree.XMLParser(resolve_entities=False, remove_comments=True, huge_tree=True)
        parts = name.removesuffix(".add.xml").split("-")
        number = int(parts[1]) if len(parts) > 1 and parts[1].isdecimal() else 1
        try:
            plan = sumo_plan(etree.fromstring(data, parser), Path(name), network)
        except etree.XMLSyntaxError as error:
            where = f"{name}:{error.lineno or 1}"
            problems.append(Problem(where, error.msg or "broken XML", "a SUMO additional file"))
            continue
        except InputError as error:
            problems += error.problems
            continue
        for program in plan.intersections:
            layout = network.layouts[program.intersection]
            programs[number, program.intersection] = ShownProgram(
                cycle_length_s(layout, program), program.offset_s, group_spans(layout, program)
            )
    if problems:
        raise InputError(*problems)
    return Shown(programs)
