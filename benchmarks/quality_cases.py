"""Cases of the quality benchmark: built-in scenarios and public SUMO cases, each under stated rules.

Public cases are found in the folder that $SIGNALOPT_PUBLIC_CASES names (NAME/NAME.sumocfg); a name with
`@amber3` has every amber of the net's own program cut to 3 s, which is the rule of the published controllers
that choose stages freely. Public cases are counted by `delay_all`: the window only, no run-out, vehicles that
never entered included.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path

from signalopt.assets import cache_folder
from signalopt.errors import InputError, Problem
from signalopt.network.import_sumo import import_sumo
from signalopt.network.model import Intersection, Network
from signalopt.scenario.build import build_case
from signalopt.scenario.case import Case
from signalopt.scenario.load import find_scenario, load_scenario
from signalopt.timing.plan import AnyProgram, FixedProgram, IntersectionPlan, Plan
from signalopt.timing.program import cycle_of
from signalopt.timing.signals import Phase, SignalLayout

AMBER3 = "@amber3"
PUBLIC_SEEDS = tuple(range(5))
FIRST_SEED = 9001
"""Seeds of built-in scenarios: none that optimising has used."""


@dataclass(frozen=True)
class BenchCase:
    """A case to optimise (`case`) and the one that counts (`judged`), with the rules that plans obey."""

    name: str
    case: Case
    judged: Case
    rules: str
    seeds: tuple[int, ...]
    public: bool


def bench_case(name: str, seed_count: int, *, as_judged: bool = False) -> BenchCase:
    """A case by name. as_judged: optimise on the counting of the benchmark, not on our own.

    Raises InputError for names that are neither a scenario nor a public case at hand.
    """
    bare, _, variant = name.partition("@")
    config = Path(os.environ.get("SIGNALOPT_PUBLIC_CASES", "")) / bare / f"{bare}.sumocfg"
    if not os.environ.get("SIGNALOPT_PUBLIC_CASES") or not config.is_file():
        case = build_case(load_scenario(find_scenario(bare)))
        seeds = tuple(range(FIRST_SEED, FIRST_SEED + seed_count))
        return BenchCase(name, case, case, "designed interstages with all-red", seeds, False)
    scenario = cache_folder() / "bench" / f"{bare}.yaml"
    import_sumo(config, scenario)
    case, rules = build_case(load_scenario(str(scenario))), "the net's own interstages"
    if variant:
        if f"@{variant}" != AMBER3:
            raise InputError(Problem(name, f"variant `{variant}`", f"`{AMBER3}`"))
        case, rules = with_amber(case, 3), "the net's own stages, amber 3 s, no all-red"
    judged = replace(case, hard_stop_s=case.end_s)
    return BenchCase(
        name, judged if as_judged else case, judged, rules, PUBLIC_SEEDS[:seed_count], True
    )


def with_amber(case: Case, amber_s: int) -> Case:
    """The case with ambers of at most `amber_s` in its given interstages and programs; greens stay.

    Clearances are cut to the amber as well: without all-red any stage may follow any other after it.
    """
    places = tuple(_shortened(place, amber_s) for place in case.network.intersections)
    network = replace(case.network, intersections=places)
    return replace(
        case,
        name=f"{case.name} amber {amber_s}",
        network=network,
        today=_shortened_plan(case.today, network),
        fingerprint=f"{case.fingerprint}-amber{amber_s}-clear{amber_s}",
    )


def _shortened(place: Intersection, amber_s: int) -> Intersection:
    layout = place.layout
    groups = tuple(replace(g, amber_s=min(g.amber_s, amber_s)) for g in layout.groups)
    given = tuple(
        replace(
            i,
            phases=tuple(
                Phase(min(p.duration_s, amber_s), p.state) if "y" in p.state else p
                for p in i.phases
            ),
        )
        for i in layout.interstages
    )
    clearances = tuple(
        replace(c, intergreen_s=min(c.intergreen_s, amber_s), rule=f"amber of {amber_s} s alone")
        for c in layout.clearances
    )
    new = replace(layout, groups=groups, interstages=given, clearances=clearances)
    return replace(place, layout=new, program=_refitted(place.program, new))


def _shortened_plan(plan: Plan, network: Network) -> Plan:
    programs = [_refitted(p, network.layouts[p.intersection]) for p in plan.intersections]
    return replace(plan, intersections=tuple(p for p in programs if p is not None))


def _refitted(program: AnyProgram | None, layout: SignalLayout) -> AnyProgram | None:
    if program is None or isinstance(program, FixedProgram):
        return program
    cycle = cycle_of(layout, program)
    made: IntersectionPlan = replace(program, cycle_s=cycle, offset_s=program.offset_s % cycle)
    return made
