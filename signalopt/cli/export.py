"""`signalopt export`: a safe plan or schedule in the formats of those who will run it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated

import typer

from signalopt.cli.options import Folder, Json, PlanFile, Scenario

ALL = "all"


def export(
    plan: PlanFile,
    scenario: Scenario,
    output: Folder,
    formats: Annotated[
        str,
        typer.Option(
            "--format",
            metavar="LIST",
            help="Formats, comma-separated, or `all`: sumo, waut, csv, json, html, gmns, utdf, "
            "ntcip, vissig, rsmp, cis (docs/formats.md).",
        ),
    ] = "sumo,csv,html",
    lang: Annotated[
        str, typer.Option("--lang", metavar="LANG", help="Language of the CIS sheets: ru or kk.")
    ] = "ru",
    as_json: Json = False,
) -> None:
    """Write a plan or a schedule for controllers, other programs and people, with a manifest.

    The plan is judged first: with any finding that the program in force does not have, nothing is
    written and the command ends with 1. Files that an earlier export left in the folder, and that its
    manifest lists, are taken away. A format that cannot hold an intersection is refused and says
    why; with `all` that intersection is left out of that format, and told.

    Example: `signalopt export plan.json mangilik_el_am --format all -o handover`
    """
    from signalopt.cli.cases import make_case
    from signalopt.cli.plans import read_schedule_for
    from signalopt.cli.progress_view import shown_progress
    from signalopt.cli.show import print_json, remark, say
    from signalopt.export.package import FORMATS, earlier_files, make_export
    from signalopt.export.together import write_together
    from signalopt.handover import sheet_facts
    from signalopt.scenario.load import load_scenario

    names = [name.strip() for name in formats.split(",") if name.strip()]
    partial = ALL in names
    wanted = list(FORMATS) if partial else names
    with shown_progress() as listener:
        case = make_case(scenario, listener)
        chosen = read_schedule_for(case, plan)
        today = datetime.now(UTC).date().isoformat()
        facts = replace(sheet_facts(load_scenario(scenario), case, today), language=lang)
        made = make_export(
            chosen, case.network, wanted, inherited=facts.inherited, facts=facts, partial=partial
        )
        written = write_together(output, made.files, earlier_files(output))
    if as_json:
        print_json(
            {
                "plan": chosen.name,
                "scenario": case.name,
                "files": [str(p) for p in written],
                "refused": [
                    {"format": name, "intersection": p.where, "found": p.found}
                    for name, p in made.refused
                ],
                "transliterated": {n: list(w.names) for n, w in made.written.items() if w.names},
            }
        )
        return
    for path in written:
        say(str(path))
    for name, problem in made.refused:
        remark(f"{name}: left out: {problem}")
    for name, entry in made.written.items():
        for text in entry.names:
            remark(f"{name}: {text}")
