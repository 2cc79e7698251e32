"""`signalopt release`: the signed hand-over of a plan or schedule, and its verification."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from signalopt.cli.options import Json, Scenario

if TYPE_CHECKING:
    from signalopt.scenario.case import Case
    from signalopt.timing.schedule import Schedule


def release(
    plan: Annotated[
        Path,
        typer.Argument(
            metavar="PLAN", help="A plan or schedule; with --verify the bundle: a folder or a zip."
        ),
    ],
    scenario: Scenario,
    output: Annotated[
        Path | None,
        typer.Option(
            "-o", "--output", metavar="DIR|ZIP", help="Folder, or zip file if the name ends so."
        ),
    ] = None,
    report: Annotated[
        Path | None,
        typer.Option(metavar="FILE|DIR", help="A report to put into the bundle as it is."),
    ] = None,
    lang: Annotated[
        str,
        typer.Option("--lang", metavar="LANG", help="Language of CIS sheets and cover: ru or kk."),
    ] = "ru",
    unconfirmed: Annotated[
        bool,
        typer.Option(
            "--unconfirmed",
            help="Bundle also plans that SUMO has not confirmed; the cover says so.",
        ),
    ] = False,
    verify: Annotated[
        bool,
        typer.Option(
            "--verify", help="PLAN is a bundle: check its sums, and judge its plan again."
        ),
    ] = False,
    as_json: Json = False,
) -> None:
    """Bundle a safe, confirmed plan with all sheets, its checks and SHA-256 sums; or verify a bundle.

    A bundle holds the plan, every format, the report if one is given, what the judge found (inherited
    findings too), a manifest, a cover sheet to sign and SHA256SUMS. The same input gives the same bytes.
    Ends with 1 for an unsafe plan, and for a bundle whose files were changed.

    Examples: `signalopt release plan.json mangilik_el_am -o handover.zip` -
    `signalopt release handover.zip mangilik_el_am --verify`
    """
    from signalopt.errors import InputError, Problem

    if verify:
        given = {"-o": output, "--report": report}
        problems = [
            Problem(name, str(value), "nothing: --verify writes nothing")
            for name, value in given.items()
            if value is not None
        ]
        if problems:
            raise InputError(*problems)
        _verify(plan, scenario, as_json=as_json)
        return
    if output is None:
        raise InputError(Problem("-o", "nothing", "a folder or a zip file to write"))
    from dataclasses import replace

    from signalopt.cli.cases import make_case
    from signalopt.cli.plans import read_schedule_for
    from signalopt.cli.progress_view import shown_progress
    from signalopt.cli.show import print_json, remark, say
    from signalopt.export.bundle import read_report, write_bundle
    from signalopt.export.release import SUMS, make_release
    from signalopt.handover import sheet_facts
    from signalopt.progress import Progress
    from signalopt.scenario.load import load_scenario

    with shown_progress() as listener:
        case = make_case(scenario, listener)
        chosen = read_schedule_for(case, plan)
        facts = replace(sheet_facts(load_scenario(scenario), case), language=lang)
        listener(Progress("release", 0, 2, "judge, write and read back all formats"))
        made = make_release(
            chosen,
            case.network,
            facts,
            report=read_report(report) if report is not None else None,
            allow_unconfirmed=unconfirmed,
        )
        listener(Progress("release", 1, 2, str(output)))
        write_bundle(output, made.files)
        listener(Progress("release", 2, 2))
    if as_json:
        print_json(
            {
                "plan": chosen.name,
                "scenario": case.name,
                "bundle": str(output),
                "files": len(made.files),
                "sums": made.files[SUMS].decode().splitlines(),
                "confirmed": not made.unconfirmed,
                "unconfirmed": list(made.unconfirmed),
                "refused": [{"format": name, "problem": str(p)} for name, p in made.export.refused],
            }
        )
        return
    say(f"{output}: {len(made.files)} files")
    for reason in made.unconfirmed:
        remark(f"UNCONFIRMED: {reason}")
    for name, problem in made.export.refused:
        remark(f"{name}: left out: {problem}")


def _verify(bundle: Path, scenario: str, *, as_json: bool) -> None:
    """Check sums, contents and safety of a bundle; ends with 1 if anything is wrong."""
    from signalopt.cli.cases import make_case
    from signalopt.cli.progress_view import shown_progress
    from signalopt.cli.show import print_json, say
    from signalopt.export.bundle import read_bundle
    from signalopt.export.package import judged
    from signalopt.export.release import content_problems, sum_problems
    from signalopt.timing.findings import new_findings
    from signalopt.verdict import inherited_findings

    files = read_bundle(bundle)
    changed = sum_problems(files)
    with shown_progress() as listener:
        case = make_case(scenario, listener)
        chosen = _bundled(files, bundle, case)
        found = judged(chosen, case.network)
        wrong = content_problems(files, chosen, case.network)
    added = new_findings(found, inherited_findings(case))
    fine = not (changed or wrong or added)
    if as_json:
        print_json(
            {
                "bundle": str(bundle),
                "scenario": case.name,
                "plan": chosen.name,
                "fine": fine,
                "changed_files": list(changed),
                "contents": list(wrong),
                "findings": [str(finding) for finding in added],
                "inherited": [str(finding) for finding in found if finding not in added],
            }
        )
    else:
        say(f"{bundle}: {len(files)} files, plan {chosen.name}: {'fine' if fine else 'NOT FINE'}")
        for text in (*changed, *wrong, *map(str, added)):
            say(f"  {text}")
    if not fine:
        raise typer.Exit(1)


def _bundled(files: dict[str, bytes], bundle: Path, case: Case) -> Schedule:
    """The plan or schedule of a bundle. Raises InputError if there is none for this network."""
    from signalopt.errors import InputError, Problem
    from signalopt.export.release import PLAN_FILE, SCHEDULE_FILE
    from signalopt.timing.planfile import plan_from_json
    from signalopt.timing.schedule import Schedule
    from signalopt.timing.schedule_file import schedule_from_json

    network = case.network.fingerprint
    for name in (PLAN_FILE, SCHEDULE_FILE):
        if name not in files:
            continue
        text, where = files[name].decode("utf-8", "replace"), f"{bundle}: {name}"
        if name == PLAN_FILE:
            return Schedule.of_plan(plan_from_json(text, where, network))
        return schedule_from_json(text, where, network)
    raise InputError(
        Problem(str(bundle), "neither plan nor schedule", f"{PLAN_FILE} in the bundle")
    )
