"""`signalopt export`: a safe plan in the formats of those who will run it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from signalopt.cli.options import Folder, Json, PlanFile, Scenario


def export(
    plan: PlanFile,
    scenario: Scenario,
    output: Folder,
    formats: Annotated[
        str,
        typer.Option("--format", metavar="LIST", help="Formats, comma-separated: sumo, csv, html."),
    ] = "sumo,csv,html",
    as_json: Json = False,
) -> None:
    """Write a plan as SUMO file, CSV table and printable sheets with time-space diagrams.

    The plan is judged first: with any finding that the program in force does not have, nothing is
    written and the command ends with 1.

    Example: `signalopt export plan.json mangilik_el_am --format sumo,csv,html -o sheets`
    """
    from signalopt.cli.cases import make_case
    from signalopt.cli.plans import read_plan_for
    from signalopt.cli.progress_view import shown_progress
    from signalopt.cli.show import print_json, say
    from signalopt.export.package import export_plan
    from signalopt.handover import sheet_facts
    from signalopt.scenario.load import load_scenario

    with shown_progress() as listener:
        case = make_case(scenario, listener)
        chosen = read_plan_for(case, plan)
        facts = sheet_facts(load_scenario(scenario), case, datetime.now(UTC).date().isoformat())
        wanted = [name.strip() for name in formats.split(",") if name.strip()]
        written = export_plan(
            chosen, case.network, wanted, output, inherited=facts.inherited, facts=facts
        )
    if as_json:
        print_json({"plan": chosen.name, "scenario": case.name, "files": [str(p) for p in written]})
        return
    for path in written:
        say(str(path))
