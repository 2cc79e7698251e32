"""Hands plans over: judges them, writes all formats or nothing, and leaves a manifest beside them."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from signalopt.errors import InputError, Problem, UnsafePlanError
from signalopt.export.facts import SheetFacts
from signalopt.export.formats import FORMATS
from signalopt.export.timetable import timetable
from signalopt.export.together import write_together
from signalopt.export.written import Written
from signalopt.network.model import Network
from signalopt.timing.findings import Finding
from signalopt.timing.plan import Plan
from signalopt.timing.planfile import plan_hash
from signalopt.timing.safety import judge_plan, new_findings
from signalopt.timing.schedule import Schedule
from signalopt.timing.schedule_checks import checked
from signalopt.timing.schedule_file import schedule_hash
from signalopt.timing.schedule_switches import schedule_findings

__all__ = ["FORMATS", "MANIFEST", "Export", "export_plan", "export_schedule", "make_export"]

MANIFEST = "manifest.json"


@dataclass(frozen=True)
class Export:
    """All files of an export in memory, by name, and what each format said while it was written."""

    files: Mapping[str, str | bytes]
    written: Mapping[str, Written]

    @property
    def refused(self) -> tuple[tuple[str, Problem], ...]:
        """(format, why) of every intersection that a format could not hold."""
        return tuple((name, problem) for name, w in self.written.items() for problem in w.refused)


def export_plan(
    plan: Plan,
    network: Network,
    formats: Collection[str],
    folder: Path,
    *,
    inherited: Sequence[Finding] = (),
    facts: SheetFacts | None = None,
    partial: bool = False,
) -> tuple[Path, ...]:
    """Judge a plan and write it in the formats named (of FORMATS). Returns the paths written.

    inherited: findings of the program in force, which the new plan may keep but not add to.
    partial: write formats also without the intersections that they cannot hold (the manifest names them).
    Raises InputError (unknown format, plan for another network, a plan that a format cannot hold),
    UnsafePlanError (any new finding; nothing is written) and OutputError (nothing is left behind).
    """
    schedule = Schedule.of_plan(plan)
    return export_schedule(
        schedule, network, formats, folder, inherited=inherited, facts=facts, partial=partial
    )


def export_schedule(
    schedule: Schedule,
    network: Network,
    formats: Collection[str],
    folder: Path,
    *,
    inherited: Sequence[Finding] = (),
    facts: SheetFacts | None = None,
    partial: bool = False,
) -> tuple[Path, ...]:
    """As `export_plan`, for the plans of a schedule and the times at which they run."""
    made = make_export(
        schedule, network, formats, inherited=inherited, facts=facts, partial=partial
    )
    return write_together(folder, made.files, earlier_files(folder))


def make_export(
    schedule: Schedule,
    network: Network,
    formats: Collection[str],
    *,
    inherited: Sequence[Finding] = (),
    facts: SheetFacts | None = None,
    partial: bool = False,
) -> Export:
    """Judge and write into memory; errors as `export_plan`. The manifest is among the files."""
    wanted = tuple(dict.fromkeys(formats))
    _check_input(schedule, network, wanted)
    if len(schedule.plans) > 1:
        checked(schedule)
    found = judged(schedule, network)
    _refuse_unsafe(schedule, new_findings(found, inherited))
    told = replace(
        facts or SheetFacts(),
        findings=found,
        inherited=tuple(inherited),
        versions=_versions(facts),
    )
    table = timetable(schedule)
    written = {name: FORMATS[name].write(table, network, told) for name in wanted}
    refused = [
        replace(problem, where=f"--format {name}: {problem.where}")
        for name, w in written.items()
        for problem in w.refused
    ]
    if refused and not partial:
        raise InputError(*refused)
    files: dict[str, str | bytes] = {k: v for w in written.values() for k, v in w.files.items()}
    files[MANIFEST] = manifest(schedule, told, written, tuple(files))
    return Export(files, written)


def earlier_files(folder: Path) -> tuple[str, ...]:
    """Names that the manifest of an earlier export in this folder lists; none without a readable one."""
    try:
        content = json.loads((folder / MANIFEST).read_bytes())
    except (OSError, ValueError):
        return ()
    listed = content.get("files") if isinstance(content, dict) else None
    if not isinstance(listed, list) or "plan_hash" not in content:
        return ()
    return tuple(name for name in listed if isinstance(name, str))


def manifest(
    schedule: Schedule,
    facts: SheetFacts,
    written: Mapping[str, Written],
    files: Sequence[str] = (),
) -> str:
    """JSON text: which plans these are, from what they were made and what the formats cannot carry."""
    first = schedule.plans[0]
    plans = [
        {
            "number": number,
            "plan": plan.name,
            "plan_hash": plan_hash(plan),
            "objective": dict(plan.provenance).get("objective", ""),
            "confirmed_improvement": _confirmed(plan),
            "provenance": dict(plan.provenance),
        }
        for number, plan in enumerate(schedule.plans, start=1)
    ]
    content = {
        "plan": first.name if len(schedule.plans) == 1 else schedule.name,
        "plan_hash": plan_hash(first) if len(schedule.plans) == 1 else schedule_hash(schedule),
        "network": schedule.network,
        "scenario": facts.scenario,
        "area": facts.area,
        "created": facts.created,
        "provenance": dict(schedule.provenance),
        "plans": plans,
        "versions": dict(facts.versions),
        "intersections": list(schedule.intersections),
        "files": sorted(files),
        "findings": [str(finding) for finding in facts.findings],
        "not_carried": {name: list(w.lost) for name, w in written.items()},
        "refused": {n: [str(p) for p in w.refused] for n, w in written.items() if w.refused},
        "transliterated": {name: list(w.names) for name, w in written.items() if w.names},
        "sources": list(facts.sources),
    }
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def _confirmed(plan: Plan) -> dict[str, str]:
    """What was confirmed in SUMO, with its interval and seeds; empty if nothing was."""
    told = dict(plan.provenance)
    kept = {k.removeprefix("confirmed "): v for k, v in told.items() if k.startswith("confirmed ")}
    extra = {key: told[key] for key in ("final seeds", "verdict") if kept and told.get(key)}
    return kept | extra


def judged(schedule: Schedule, network: Network) -> tuple[Finding, ...]:
    """Findings in every plan and, where there are several, in every transition between them."""
    if len(schedule.plans) > 1:
        return schedule_findings(schedule, network.layouts)
    return judge_plan(network.layouts, schedule.plans[0])


def _refuse_unsafe(schedule: Schedule, added: Sequence[Finding]) -> None:
    if added:
        lines = "\n".join(str(finding) for finding in added)
        what = "plan" if len(schedule.plans) == 1 else "schedule"
        raise UnsafePlanError(
            f"the {what} `{schedule.name}` is not safe and was not exported; {len(added)} findings:\n{lines}"
        )


def _check_input(schedule: Schedule, network: Network, formats: Sequence[str]) -> None:
    problems = [
        Problem("--format", f"`{name}`", f"all, or of {', '.join(FORMATS)}")
        for name in formats
        if name not in FORMATS
    ]
    if not formats:
        problems.append(Problem("--format", "nothing", f"all, or of {', '.join(FORMATS)}"))
    for plan in schedule.plans:
        if plan.network != network.fingerprint:
            hint = "signals, links or geometry differ: optimise again for this network"
            problems.append(
                Problem(
                    f"plan `{plan.name}`",
                    f"a plan for network {plan.network}",
                    f"network {network.fingerprint}",
                    hint,
                )
            )
        if not plan.intersections:
            problems.append(Problem(f"plan `{plan.name}`", "no intersections", "at least one"))
    if not schedule.plans:
        problems.append(Problem(f"schedule `{schedule.name}`", "no plans", "at least one"))
    if problems:
        raise InputError(*problems)


def _versions(facts: SheetFacts | None) -> tuple[tuple[str, str], ...]:
    try:
        own = version("signalopt")
    except PackageNotFoundError:
        own = "unknown (not installed)"
    given = () if facts is None else facts.versions
    return (("signalopt", own), *(pair for pair in given if pair[0] != "signalopt"))
