"""The CSV sheet of a schedule: a sheet for each plan, and a table of when they run."""

from __future__ import annotations

from collections.abc import Mapping

from signalopt.errors import InputError, Problem
from signalopt.export.csv_read import csv_programs
from signalopt.export.csv_sheet import FILE_NAME, csv_sheet
from signalopt.export.lamps import uneven_groups
from signalopt.export.shown import DAY_S, Shown, ShownDay, ShownProgram
from signalopt.export.table_text import table_rows, table_text, whole
from signalopt.export.timetable import Timetable
from signalopt.export.transliterate import distinct
from signalopt.export.written import Written
from signalopt.network.model import Network
from signalopt.timing.plan import FixedProgram, Plan
from signalopt.timing.signals import GREEN

DAYS_FILE = "days.csv"
_COLUMNS = ("weekdays", "name", "start", "plan_number", "plan")


def csv_schedule(table: Timetable, network: Network) -> Written:
    """`plan.csv` for the first plan, `plan-2-NAME.csv` … for others, `days.csv` if there are several."""
    names = {place.id: place.name for place in network.intersections}
    files: dict[str, str | bytes] = {
        name: csv_sheet(plan, network.layouts, names)
        for name, plan in zip(_file_names(table), table.plans, strict=True)
    }
    if len(table.plans) > 1:
        rows = (
            {
                "weekdays": "".join(str(w + 1) for w in day.weekdays),
                "name": day.name,
                "start": f"{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}",
                "plan_number": str(number),
                "plan": table.plans[number - 1].name,
            }
            for day in table.days
            for second, number in day.entries
        )
        files[DAYS_FILE] = "\ufeff" + table_text(_COLUMNS, rows)
    lost = ["priority and yielding greens are not told apart (both are green lamps)"]
    for plan in table.plans:
        lost += _lost(plan, network)
    return Written(files, tuple(dict.fromkeys(lost)) + table.lost)


def read_csv_schedule(files: Mapping[str, str | bytes], network: Network) -> Shown:
    """Read sheets and `days.csv`. Raises InputError with every problem, file and line each."""
    problems: list[Problem] = []
    programs: dict[tuple[int, str], ShownProgram] = {}
    days: tuple[ShownDay, ...] = (ShownDay(tuple(range(7)), ((0, 1),)),)
    for name, content in files.items():
        text = content if isinstance(content, str) else content.decode("utf-8", "replace")
        if name == DAYS_FILE:
            days = _days(text, problems)
            continue
        try:
            for program in csv_programs(text, name):
                known = network.layouts.get(program.intersection)
                if known is None:
                    found = f"intersection `{program.intersection}`"
                    problems.append(Problem(name, found, "a signal of this network"))
                    continue
                programs[_number(name), program.intersection] = ShownProgram(
                    program.cycle_s, program.offset_s, program.lamps
                )
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(*problems)
    return Shown(programs, days)


def _file_names(table: Timetable) -> list[str]:
    names = distinct(plan.name for plan in table.plans)
    return [
        FILE_NAME if number == 1 else f"plan-{number}-{names[plan.name].written}.csv"
        for number, plan in enumerate(table.plans, start=1)
    ]


def _number(name: str) -> int:
    part = name.removesuffix(".csv").split("-")
    return int(part[1]) if len(part) > 1 and part[1].isdecimal() else 1


def _days(text: str, problems: list[Problem]) -> tuple[ShownDay, ...]:
    found: dict[str, list[tuple[int, int]]] = {}
    for line, row in table_rows(text, DAYS_FILE, _COLUMNS, problems):
        where = f"{DAYS_FILE}:{line}"
        parts = row["start"].split(":")
        good = len(parts) == 3 and all(p.isdecimal() for p in parts)
        second = sum(int(p) * s for p, s in zip(parts, (3600, 60, 1), strict=True)) if good else -1
        if not 0 <= second < DAY_S:
            problems.append(Problem(f"{where}: start", f"`{row['start']}`", "a time HH:MM:SS"))
        if not row["weekdays"].isdecimal() or set(row["weekdays"]) - set("1234567"):
            found_text = f"`{row['weekdays']}`"
            problems.append(Problem(f"{where}: weekdays", found_text, "digits 1 (Monday) to 7"))
            continue
        number = whole(row["plan_number"], f"{where}: plan_number", problems, 1)
        found.setdefault(row["weekdays"], []).append((second, number))
    return tuple(
        ShownDay(tuple(int(d) - 1 for d in weekdays), tuple(sorted(entries)))
        for weekdays, entries in found.items()
    )


def _lost(plan: Plan, network: Network) -> list[str]:
    lost = []
    for program in plan.intersections:
        layout = network.layouts[program.intersection]
        uneven = uneven_groups(layout, program)
        if uneven:
            lost.append(
                f"{program.intersection}: links of group {', '.join(uneven)} show different lamps; "
                "the first link of each is written"
            )
        if isinstance(program, FixedProgram) and any(
            link not in layout.group_of_link and phase.state[link] in GREEN
            for phase in program.phases
            for link in range(layout.link_count)
        ):
            lost.append(f"{program.intersection}: greens of links without a signal group")
    return lost
