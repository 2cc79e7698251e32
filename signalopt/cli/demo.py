"""`signalopt demo`: the whole way once, from a scenario to printed sheets."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from signalopt.cli.options import Workers

_CONTENTS = {
    "index.html": "sheets of all intersections, time-space diagrams",
    "plan.add.xml": "plan for SUMO",
    "plan.csv": "plan as a table",
    "manifest.json": "what was exported from what",
}


def demo(
    scenario: Annotated[
        str, typer.Argument(metavar="SCENARIO", help="Scenario to go through.")
    ] = "mangilik_el_am",
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="DIR", help="Folder for everything made.")
    ] = Path("results/demo"),
    budget: Annotated[
        float, typer.Option(metavar="SECONDS", help="Time for the search and its confirmation.")
    ] = 140.0,
    workers: Workers = 0,
) -> None:
    """Build, simulate today's plan, optimise, confirm, check, export; about three minutes on two cores.

    Example: `signalopt demo` or `signalopt demo smoke -o results/smoke --budget 20`
    """
    from signalopt.cli.cases import make_case
    from signalopt.cli.check import sentence
    from signalopt.cli.figures import print_optimisation
    from signalopt.cli.progress_view import shown_progress
    from signalopt.cli.show import clock, say
    from signalopt.cli.targets import check_folder_target
    from signalopt.errors import UnsafePlanError
    from signalopt.export.package import export_plan
    from signalopt.files import write_text
    from signalopt.handover import sheet_facts
    from signalopt.optimize.job import optimize
    from signalopt.scenario.load import load_scenario
    from signalopt.timing.planfile import write_plan
    from signalopt.verdict import judge_for_case

    check_folder_target(output)
    with shown_progress() as listener:
        case = make_case(scenario, listener, output / "case")
        say(f"{case.title}, {clock(case.begin_s)}-{clock(case.end_s)}, {case.season}")
        found = optimize(case, budget_s=budget, workers=workers, listener=listener)
        write_plan(output / "plan.json", found.plan)
        write_text(output / "result.json", found.to_json() + "\n")
        if found.interrupted:
            raise KeyboardInterrupt(f"the best safe plan so far is in {output / 'plan.json'}")
        verdict = judge_for_case(case, found.plan, realised=True)
        if not verdict.safe:
            raise UnsafePlanError("\n".join(map(str, verdict.findings)))
        facts = sheet_facts(load_scenario(scenario), case, datetime.now(UTC).date().isoformat())
        formats = ("sumo", "csv", "html")
        written = export_plan(
            found.plan, case.network, formats, output, inherited=facts.inherited, facts=facts
        )
    print_optimisation(found)
    say(sentence(verdict))
    say()
    say(f"SUMO case: {case.config_file}")
    say(f"plan: {output / 'plan.json'}, all figures: {output / 'result.json'}")
    for path in written:
        if path.name in _CONTENTS:
            say(f"{_CONTENTS[path.name]}: {path}")
    for note in case.notes:
        say(f"{note.confidence}: {note.subject}: {note.text}")
