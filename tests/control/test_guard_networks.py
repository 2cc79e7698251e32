"""The guard on real layouts: built-in areas with random programs, imported nets with their own."""

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from signalopt.control.guard import judge_shown
from signalopt.control.site import Site
from signalopt.control.transitions import make_site
from signalopt.network.area import list_areas, load_area
from signalopt.network.build_area import build_area
from signalopt.network.model import Network
from signalopt.network.read_net import read_network
from signalopt.testing import random_program
from signalopt.timing.plan import IntersectionPlan
from signalopt.timing.signals import Phase, SignalLayout
from tests.control.steered import city_of, random_ride, site_of

FOLDER = os.environ.get("SIGNALOPT_PUBLIC_CASES", "")
PUBLIC = ("cologne1", "cologne3", "ingolstadt1")


def area_network(name: str) -> Network:
    net = build_area(load_area(name))
    return read_network(net)


def assert_rides_safely(sites: Sequence[Site], seconds: int, seeds: Sequence[int]) -> None:
    city = city_of(*sites)
    steered_s = 0
    for seed in seeds:
        ride = random_ride(city, seconds, seed)
        for n, states in enumerate(ride.shown):
            found = judge_shown(city, n, states)
            assert not found, "\n".join(map(str, found))
        steered_s += ride.steered_s
    assert steered_s > seconds * len(seeds) * len(sites) / 4


@pytest.mark.parametrize(
    "area",
    [pytest.param(a, marks=() if a == "smoke" else pytest.mark.slow_ci) for a in list_areas()],
)
def test_built_in_areas_with_random_programs(area: str) -> None:
    rng = np.random.default_rng(len(area))
    layouts = [p.layout for p in area_network(area).intersections]
    sites = [site_of(layout, random_program(layout, rng)) for layout in layouts]
    for site in sites:
        assert len(site.changes) == len(site.stages) * (len(site.stages) - 1), site.notes
    assert_rides_safely(sites, 1200, (1, 2))


def public_layouts(case: str) -> list[tuple[SignalLayout, IntersectionPlan]]:
    net = Path(FOLDER) / case / f"{case}.net.xml"
    if not FOLDER or not net.is_file():
        pytest.skip("public cases are not at hand ($SIGNALOPT_PUBLIC_CASES names their folder)")
    places = read_network(net).intersections
    return [(p.layout, p.program) for p in places if isinstance(p.program, IntersectionPlan)]


def with_amber(layout: SignalLayout, amber_s: int) -> SignalLayout:
    """Ambers cut and no all-red: the rules of published controllers, here the given ones."""
    given = tuple(
        replace(i, phases=tuple(_cut(phase, amber_s) for phase in i.phases))
        for i in layout.interstages
    )
    clearances = tuple(
        replace(c, intergreen_s=min(c.intergreen_s, amber_s)) for c in layout.clearances
    )
    groups = tuple(replace(g, amber_s=min(g.amber_s, amber_s)) for g in layout.groups)
    return replace(layout, interstages=given, clearances=clearances, groups=groups)


def _cut(phase: Phase, amber_s: int) -> Phase:
    return Phase(min(phase.duration_s, amber_s), phase.state) if "y" in phase.state else phase


@pytest.mark.parametrize("amber_s", [None, 3])
@pytest.mark.parametrize("case", PUBLIC)
def test_imported_programs_with_their_own_interstages(case: str, amber_s: int | None) -> None:
    sites = []
    for layout, program in public_layouts(case):
        rules = layout if amber_s is None else with_amber(layout, amber_s)
        site, reason = make_site(rules, program)
        assert site is not None, reason
        sites.append(site)
        for (a, b), phases in (((i.from_stage, i.to_stage), i.phases) for i in rules.interstages):
            names = [s.stage for s in site.stages]
            shown = site.changes[names.index(a), names.index(b)]
            assert list(shown) == [p.state for p in phases for _ in range(round(p.duration_s))]
    assert_rides_safely(sites, 2500, (1, 2))


def test_imported_programs_may_go_from_any_stage_to_any_other() -> None:
    layout, program = public_layouts("cologne1")[0]
    cut = with_amber(layout, 3)
    site = site_of(cut, program)
    assert len(site.changes) == 12
    assert max(map(len, site.changes.values())) == 3
