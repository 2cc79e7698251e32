"""A case whose signals have other stages: layouts exchanged, today's programs kept as the lamps show them."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import yaml

from signalopt.files import write_text
from signalopt.network.fingerprint import LENGTH, fingerprint
from signalopt.network.stage_plan import REDESIGNED, StagePlans, write_stage_plans
from signalopt.scenario.case import Case
from signalopt.timing.plan import FixedProgram, IntersectionPlan, Plan
from signalopt.timing.program import phases
from signalopt.timing.signals import SignalLayout


def case_with_layouts(case: Case, layouts: Mapping[str, SignalLayout]) -> Case:
    """The case with other layouts at some intersections; today's programs there are kept by their letters.

    The network gets another fingerprint, so that plans for it cannot be mistaken for plans of the street
    as it is. Raises KeyError for an unknown intersection.
    """
    if not layouts:
        return case
    network = case.network
    unknown = sorted(set(layouts) - set(network.intersection))
    if unknown:
        raise KeyError(f"no such intersection: {', '.join(unknown)}")
    places = tuple(
        replace(place, layout=layouts[place.id], tunable=True, remarks=(REDESIGNED,))
        if place.id in layouts
        else place
        for place in network.intersections
    )
    changed = [place for place in places if place.id in layouts]
    own = fingerprint((), changed, frozenset(layouts))
    text = f"{network.fingerprint} {own}"
    mark = hashlib.sha256(text.encode()).hexdigest()[:LENGTH]
    renewed = replace(network, intersections=places, fingerprint=mark)
    today = replace(case.today, network=mark).with_programs(
        by_letters(case.network.layouts[program.intersection], program)
        for program in case.today.intersections
        if program.intersection in layouts and isinstance(program, IntersectionPlan)
    )
    return replace(case, network=renewed, today=today)


def by_letters(layout: SignalLayout, program: IntersectionPlan) -> FixedProgram:
    """What a program shows in its own layout, letter by letter, so that any layout can show it."""
    return FixedProgram(
        program.intersection, program.offset_s, phases(layout, program), "stages of today's layout"
    )


def shown_by_letters(case: Case, plan: Plan, network: str) -> Plan:
    """A plan of a case as fixed programs, for the same streets with other stages (their fingerprint)."""
    programs = (
        by_letters(case.network.layouts[p.intersection], p)
        if isinstance(p, IntersectionPlan)
        else p
        for p in plan.intersections
    )
    return Plan(plan.name, network, tuple(programs), plan.provenance)


def write_redesign(plan_file: Path, stages: StagePlans, scenario: str) -> tuple[Path, Path]:
    """Write what a plan for new stages needs beside it: the stages, and the scenario that shows them.

    plan.json gets plan.stages.json and plan.yaml, which extends `scenario` (a file or a built-in name); with
    plan.yaml in its place every command takes the plan. Returns both files. Raises OutputError.
    """
    stem = plan_file.name.removesuffix(".json")
    stages_file = plan_file.with_name(f"{stem}.stages.json")
    scenario_file = plan_file.with_name(f"{stem}.yaml")
    base = Path(scenario)
    if base.is_file():
        scenario = os.path.relpath(base.resolve(), plan_file.resolve().parent)
    content = {"extends": scenario, "network": {"stages": stages_file.name}}
    write_stage_plans(stages_file, stages)
    write_text(scenario_file, yaml.safe_dump(content, allow_unicode=True, sort_keys=False))
    return stages_file, scenario_file
