"""Hands a plan over: judges it, writes all formats or nothing, and leaves a manifest beside them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from signalopt.errors import InputError, Problem, UnsafePlanError
from signalopt.export.csv_sheet import csv_files
from signalopt.export.facts import SheetFacts
from signalopt.export.html import html_files
from signalopt.export.lamps import uneven_groups
from signalopt.export.sumo import sumo_files
from signalopt.export.together import write_together
from signalopt.network.model import Network
from signalopt.timing.findings import Finding
from signalopt.timing.plan import FixedProgram, Plan
from signalopt.timing.planfile import plan_hash
from signalopt.timing.safety import judge_plan, new_findings
from signalopt.timing.signals import GREEN

MANIFEST = "manifest.json"
FORMATS = ("sumo", "csv", "html")

_Writer = Callable[[Plan, Network, SheetFacts], dict[str, str]]
_WRITERS: Mapping[str, _Writer] = {
    "sumo": lambda plan, network, _facts: sumo_files(plan, network.layouts),
    "csv": lambda plan, network, _facts: csv_files(
        plan, network.layouts, {place.id: place.name for place in network.intersections}
    ),
    "html": html_files,
}


def export_plan(
    plan: Plan,
    network: Network,
    formats: Sequence[str],
    folder: Path,
    *,
    inherited: Sequence[Finding] = (),
    facts: SheetFacts | None = None,
) -> tuple[Path, ...]:
    """Judge a plan and write it in the formats named (of FORMATS). Returns the paths written.

    inherited: findings of the program in force, which the new plan may keep but not add to.
    Raises InputError (unknown format, plan for another network), UnsafePlanError (any new finding;
    nothing is written) and OutputError (the folder cannot be written; nothing is left behind).
    """
    _check_input(plan, network, formats)
    found = judge_plan(network.layouts, plan)
    added = new_findings(found, inherited)
    if added:
        lines = "\n".join(str(finding) for finding in added)
        raise UnsafePlanError(
            f"the plan `{plan.name}` is not safe and was not exported; {len(added)} findings:\n{lines}"
        )
    told = replace(
        facts or SheetFacts(),
        findings=found,
        inherited=tuple(inherited),
        versions=_versions(facts),
    )
    texts: dict[str, str] = {}
    for name in dict.fromkeys(formats):
        texts |= _WRITERS[name](plan, network, told)
    texts[MANIFEST] = manifest(plan, network, tuple(dict.fromkeys(formats)), told, tuple(texts))
    return write_together(folder, texts)


def manifest(
    plan: Plan,
    network: Network,
    formats: Sequence[str],
    facts: SheetFacts,
    files: Sequence[str] = (),
) -> str:
    """JSON text: which plan this is, from what it was made and what the formats cannot carry."""
    content = {
        "plan": plan.name,
        "plan_hash": plan_hash(plan),
        "network": plan.network,
        "scenario": facts.scenario,
        "area": facts.area,
        "created": facts.created,
        "provenance": dict(plan.provenance),
        "versions": dict(facts.versions),
        "intersections": [program.intersection for program in plan.intersections],
        "files": sorted(files),
        "findings": [str(finding) for finding in facts.findings],
        "not_carried": {name: list(_not_carried(name, plan, network)) for name in formats},
        "sources": list(facts.sources),
    }
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def _check_input(plan: Plan, network: Network, formats: Sequence[str]) -> None:
    problems = [
        Problem("--format", f"`{name}`", f"one of {', '.join(FORMATS)}")
        for name in dict.fromkeys(formats)
        if name not in FORMATS
    ]
    if not formats:
        problems.append(Problem("--format", "nothing", f"one or more of {', '.join(FORMATS)}"))
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
    if problems:
        raise InputError(*problems)


def _not_carried(name: str, plan: Plan, network: Network) -> tuple[str, ...]:
    if name == "sumo":
        return ("flashing green: written as the green that it ends (SUMO has no flashing)",)
    if name != "csv":
        return ()
    lost = ["priority and yielding greens are not told apart (both are green lamps)"]
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
    return tuple(lost)


def _versions(facts: SheetFacts | None) -> tuple[tuple[str, str], ...]:
    try:
        own = version("signalopt")
    except PackageNotFoundError:
        own = "unknown (not installed)"
    given = () if facts is None else facts.versions
    return (("signalopt", own), *(pair for pair in given if pair[0] != "signalopt"))
