"""`signalopt diff`: what changed between two plans, schedules or exported files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from signalopt.cli.options import Json

if TYPE_CHECKING:
    from signalopt.export.difference import Difference, Side
    from signalopt.network.model import Network
    from signalopt.scenario.case import Case

TODAY = "today"
_HELP = "A plan or schedule (JSON), or, with SCENARIO: `today`, a SUMO file, an exported file or folder."


def diff(
    before: Annotated[str, typer.Argument(metavar="A", help=_HELP)],
    after: Annotated[str, typer.Argument(metavar="B", help="As A.")],
    scenario: Annotated[
        str | None,
        typer.Argument(
            metavar="[SCENARIO]",
            help="Scenario of both: adds timing bars, and reads exported files.",
            show_default=False,
        ),
    ] = None,
    page: Annotated[
        Path | None,
        typer.Option(
            "-o", "--output", metavar="FILE", help="Also write a page with both timing bars (HTML)."
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Show what changed from A to B: cycle, offset, stage order, greens, times of day.

    Ends with 0 whether or not something changed (1 is kept for unsafe plans and regressions); `same` in
    the JSON says which it was. A folder with several formats is read by its first one that holds all lamps.

    Example: `signalopt diff today plan.json mangilik_el_am -o changes.html`
    """
    from signalopt.cli.cases import make_case
    from signalopt.cli.progress_view import shown_progress
    from signalopt.cli.show import print_json, say
    from signalopt.errors import InputError, Problem
    from signalopt.export.difference import as_object, difference
    from signalopt.export.difference_page import difference_html
    from signalopt.files import write_text

    case = None
    if scenario is not None:
        with shown_progress() as listener:
            case = make_case(scenario, listener)
    problems: list[Problem] = []
    sides: list[Side] = []
    for text in (before, after):
        try:
            sides.append(_side(text, case))
        except InputError as error:
            problems += error.problems
    if page is not None and case is None:
        problems.append(Problem("-o", "no SCENARIO", "a scenario: bars need its intersections"))
    if problems:
        raise InputError(*problems)
    found = difference(*sides)
    if page is not None and case is not None:
        write_text(page, difference_html(found, case.network))
    if as_json:
        print_json(as_object(found))
        return
    _print(found, case.network if case is not None else None)
    if page is not None:
        say(str(page))


def _side(text: str, case: Case | None) -> Side:
    from signalopt.errors import InputError, Problem
    from signalopt.export.difference import Side
    from signalopt.timing.plan import Plan
    from signalopt.timing.planfile import FORMAT as PLAN
    from signalopt.timing.planfile import read_plan
    from signalopt.timing.schedule import Schedule
    from signalopt.timing.schedule_file import FORMAT as SCHEDULE
    from signalopt.timing.schedule_file import read_schedule

    path = Path(text)
    network = case.network.fingerprint if case is not None else None
    if text == TODAY and case is not None:
        today = case.today
        return Side.of(Schedule.of_plan(Plan(TODAY, today.network, today.intersections)))
    kind = _format_of(path)
    if kind == SCHEDULE:
        return Side.of(read_schedule(path, network))
    if kind == PLAN:
        return Side.of(Schedule.of_plan(read_plan(path, network)))
    if case is None:
        hint = "name a SCENARIO to compare `today`, SUMO files and exported files"
        raise InputError(Problem(text, "no plan or schedule in our JSON", "a plan file", hint))
    return _exported(path, case)


def _format_of(path: Path) -> str | None:
    """What a JSON file says that it is; None for everything else."""
    import json

    from signalopt.files import read_text

    if path.suffix != ".json" or not path.is_file():
        return None
    try:
        content = json.loads(read_text(path, "a plan or a schedule (JSON)"))
    except json.JSONDecodeError:
        return "signalopt-plan"  # its reader tells the line
    named = content.get("format") if isinstance(content, dict) else None
    return named if isinstance(named, str) else None


def _exported(path: Path, case: Case) -> Side:
    from signalopt.cli.plans import is_xml, read_plan_for
    from signalopt.errors import InputError, Problem
    from signalopt.export.difference import Side
    from signalopt.export.read_back import read_lamps
    from signalopt.export.shown_plan import schedule_of_shown
    from signalopt.timing.schedule import Schedule

    if path.is_file() and is_xml(path):
        return Side.of(Schedule.of_plan(read_plan_for(case, path)), path.name)
    if not path.exists():
        raise InputError(Problem(str(path), "no such file", "a plan, a schedule, an exported file"))
    shown = read_lamps(path, case.network)
    return Side.of(schedule_of_shown(shown, case.network, path.name), path.name)


def _print(found: Difference, network: Network | None) -> None:
    from signalopt.cli.show import print_table, say
    from signalopt.export.difference_page import bars_side_by_side

    if found.same:
        say(f"{found.before} and {found.after}: the same lamps")
        return
    say(f"{found.before} -> {found.after}")
    for item in found.schedule:
        say(f"{item.what}: {item.before}  ->  {item.after}")
    for side, names in (("before", found.only_before), ("after", found.only_after)):
        for name in names:
            say(f"plan {name}: only {side}")
    for plan in found.plans:
        rows = [
            (place.intersection if index == 0 else "", item.what, item.before, item.after)
            for place in plan.places
            for index, item in enumerate(place.items)
        ]
        title = (
            f"plan {plan.before}: {len(plan.places)} intersections changed, {plan.same} the same"
        )
        print_table(title, ("intersection", "", "before", "after"), rows)
        for place in plan.places if network is not None else ():
            layout = network.layouts.get(place.intersection) if network is not None else None
            if layout is not None:
                say()
                say(f"{place.intersection}: before | after")
                for line in bars_side_by_side(layout, place):
                    say(line)
