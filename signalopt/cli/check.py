"""`signalopt check`: is a plan safe, and does an exported file show what it should?"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from signalopt.cli.options import Json, PlanFile, Scenario

if TYPE_CHECKING:
    from signalopt.timing.findings import Finding
    from signalopt.timing.schedule_lints import Lint
    from signalopt.verdict import Verdict


def check(
    plan: PlanFile,
    scenario: Scenario,
    realised: Annotated[
        bool,
        typer.Option(
            "--realised", help="Judge also what the lamps show in a run of SUMO, second by second."
        ),
    ] = False,
    against: Annotated[
        Path | None,
        typer.Option(
            "--against",
            metavar="PLAN",
            help="PLAN is then an exported file or folder: compare it with this plan or schedule.",
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Judge a plan by every safety rule and list all findings; ends with 1 if there is one.

    Of a schedule every plan and every transition is judged, and remarks are listed for the engineer who
    signs; `--realised` then runs whole days. One that misses a switch second is not safe.

    Findings that the program in force has already, and no less badly, are listed apart as inherited;
    they do not fail the check. With `--against` the lamps of exported files (GMNS, UTDF, NTCIP, VISSIG,
    RSMP, CIS, SUMO, CSV, JSON) are compared with a plan's second by second over a full day.

    Example: `signalopt check plan.json mangilik_el_am --realised`
    """
    if against is not None:
        _compare(plan, scenario, against, as_json=as_json)
        return
    from signalopt.cli.cases import make_case
    from signalopt.cli.plans import is_xml, read_plan_for, read_schedule_for
    from signalopt.cli.progress_view import shown_progress
    from signalopt.cli.show import print_json, say
    from signalopt.timing.schedule_file import is_schedule
    from signalopt.timing.schedule_lints import schedule_lints
    from signalopt.verdict import judge_for_case, judge_schedule_for_case

    lints: tuple[Lint, ...] = ()
    with shown_progress() as listener:
        case = make_case(scenario, listener)
        if not is_xml(plan) and is_schedule(plan):
            schedule = read_schedule_for(case, plan)
            verdict = judge_schedule_for_case(case, schedule, realised=realised, listener=listener)
            lints = schedule_lints(schedule, case.network.layouts, datetime.now(UTC).year)
        else:
            verdict = judge_for_case(case, read_plan_for(case, plan), realised=realised)
    if as_json:
        print_json(
            {
                "plan": verdict.plan,
                "scenario": case.name,
                "safe": verdict.safe,
                "intersections": verdict.intersections,
                "realised_s": verdict.judged_s,
                "findings": [_as_object(finding) for finding in verdict.findings],
                "inherited": [_as_object(finding) for finding in verdict.inherited],
                "remarks": [
                    {"kind": lint.kind.value, "where": lint.where, "text": lint.text}
                    for lint in lints
                ],
            }
        )
    else:
        say(sentence(verdict))
        for finding in verdict.findings:
            say(f"  {finding}")
        if verdict.inherited:
            say("inherited from the program in force:")
        for finding in verdict.inherited:
            say(f"  {finding}")
        if lints:
            say("remarks:")
        for lint in lints:
            say(f"  {lint}")
    if not verdict.safe:
        raise typer.Exit(1)


def _compare(path: Path, scenario: str, against: Path, *, as_json: bool) -> None:
    """Compare exported files with a plan; ends with 1 if they show anything else."""
    from signalopt.cli.cases import make_case
    from signalopt.cli.plans import read_schedule_for
    from signalopt.cli.progress_view import shown_progress
    from signalopt.cli.show import print_json, say
    from signalopt.export.read_back import compare_with_plans
    from signalopt.export.timetable import timetable

    with shown_progress() as listener:
        case = make_case(scenario, listener)
        schedule = read_schedule_for(case, against)
        results = compare_with_plans(path, timetable(schedule), case.network)
    if as_json:
        print_json(
            {
                "against": schedule.name,
                "scenario": case.name,
                "same": not any(found.differences for found in results),
                "formats": [
                    {
                        "format": found.format,
                        "intersections": found.intersections,
                        "files": list(found.files),
                        "differences": list(found.differences),
                    }
                    for found in results
                ],
            }
        )
    else:
        for found in results:
            verdict = "DIFFERENT" if found.differences else "the same over a full day"
            say(f"{found.format}, {found.intersections} intersections: {verdict}")
            for text in found.differences:
                say(f"  {text}")
    if any(found.differences for found in results):
        raise typer.Exit(1)


def sentence(verdict: Verdict) -> str:
    """The verdict in one line."""
    judged = f"plan {verdict.plan}, {verdict.intersections} intersections"
    if verdict.judged_s:
        judged += f", {verdict.judged_s} s of lamps in SUMO"
    if not verdict.safe:
        return f"{judged}: UNSAFE, {len(verdict.findings)} findings"
    rest = f" ({len(verdict.inherited)} inherited findings)" if verdict.inherited else ""
    return f"{judged}: safe{rest}"


def _as_object(finding: Finding) -> dict[str, Any]:
    return {
        "intersection": finding.intersection,
        "rule": finding.rule.value,
        "subjects": list(finding.subjects),
        "text": finding.text,
        "second": finding.second,
        "found_s": finding.found_s,
        "required_s": finding.required_s,
    }
