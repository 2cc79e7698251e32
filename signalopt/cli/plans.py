"""Plan files named on the command line: our JSON (plan or schedule), or a SUMO additional file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from signalopt.scenario.case import Case
    from signalopt.timing.plan import Plan
    from signalopt.timing.schedule import Schedule


def is_xml(path: Path) -> bool:
    """Whether a plan file is XML, seen from its name: `x.add.xml`, `x.xml`, `x.xml.gz`."""
    return path.name.endswith((".xml", ".xml.gz"))


def read_plan_for(case: Case, path: Path) -> Plan:
    """Read a plan in either format; intersections that it does not name keep today's program.

    Raises InputError, also for a plan that was made for another network.
    """
    from signalopt.export.sumo_read import read_sumo_additional
    from signalopt.timing.planfile import read_plan
    from signalopt.verdict import completed

    if is_xml(path):
        return completed(case, read_sumo_additional(path, case.network))
    return completed(case, read_plan(path, case.network.fingerprint))


def read_schedule_for(case: Case, path: Path) -> Schedule:
    """Read a schedule file, or a plan in any format as a schedule that runs it all day.

    Raises InputError, also for one that was made for another network.
    """
    from signalopt.timing.schedule import Schedule
    from signalopt.timing.schedule_file import is_schedule, read_schedule

    if not is_xml(path) and is_schedule(path):
        return read_schedule(path, case.network.fingerprint)
    return Schedule.of_plan(read_plan_for(case, path))
