"""Every readable format shows, second by second over a day, what the plans show; and edits are found."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from signalopt.export.equivalence import Carries, day_column, differences, expected
from signalopt.export.facts import SheetFacts
from signalopt.export.formats import FORMATS
from signalopt.export.lamps import Lamp, Span
from signalopt.export.shown import Shown, painted
from signalopt.export.timetable import Timetable, timetable
from signalopt.network.model import Network
from signalopt.testing import random_program
from signalopt.timing.plan import Plan
from signalopt.timing.program import states_between
from tests.export.areas import AREAS, NO_RINGS, all_day, area, longer, random_plan, week
from tests.export.export_sample import sample_network, sample_plan

READABLE = tuple(name for name, entry in FORMATS.items() if entry.read is not None)
ON_RINGS = ("gmns", "utdf", "ntcip")
SAMPLE = sample_network()


def shown_differently(name: str, table: Timetable, network: Network) -> tuple[str, ...]:
    entry = FORMATS[name]
    written = entry.write(table, network, SheetFacts())
    refused = frozenset(problem.where for problem in written.refused)
    if not any(name.endswith((".csv", ".sig", ".json", ".xml")) for name in written.files):
        return ()
    assert entry.read is not None and entry.carries is not None
    assert all(entry.owns(file) for file in written.files)
    shown = entry.read(written.files, network)
    held = {place for _, place in shown.programs}
    assert held | refused >= {p.intersection for p in table.plans[0].intersections}
    return differences(shown, table, network, entry.carries, refused)


@pytest.mark.parametrize("name", READABLE)
def test_the_sample_avenue(name: str):
    table = all_day(sample_plan())
    assert FORMATS[name].write(table, SAMPLE, SheetFacts()).refused == ()
    assert shown_differently(name, table, SAMPLE) == ()


@pytest.mark.parametrize("name", READABLE)
def test_two_plans_of_a_week(name: str):
    plan = sample_plan(offsets=(3, 17, 80))
    table = timetable(week(plan, longer(plan, "am peak, long")))
    assert FORMATS[name].write(table, SAMPLE, SheetFacts()).refused == ()
    assert shown_differently(name, table, SAMPLE) == ()


@pytest.mark.parametrize("name", READABLE)
@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck))
def test_random_plans_of_one_intersection(name: str, seed: int):
    dice = np.random.default_rng(seed)
    layouts = [place.layout for place in SAMPLE.intersections]
    programs = tuple(random_program(layout, dice) for layout in layouts)
    table = all_day(Plan("p", SAMPLE.fingerprint, programs))
    assert shown_differently(name, table, SAMPLE) == ()


def test_the_smallest_area_in_all_formats():
    network = area("tauelsizdik")
    table = all_day(random_plan(network, 5))
    for name in READABLE:
        assert shown_differently(name, table, network) == ()


@pytest.mark.slow_ci
@pytest.mark.parametrize("name", READABLE)
@pytest.mark.parametrize("area_name", AREAS)
def test_all_areas_with_random_plans(name: str, area_name: str):
    network = area(area_name)
    for seed in range(3):
        table = all_day(random_plan(network, seed))
        refused = {p.where for p in FORMATS[name].write(table, network, SheetFacts()).refused}
        assert refused <= (NO_RINGS.get(area_name, set()) if name in ON_RINGS else set())
        assert shown_differently(name, table, network) == ()


@pytest.mark.slow_ci
@pytest.mark.parametrize("area_name", AREAS)
def test_all_areas_with_two_plans(area_name: str):
    network = area(area_name)
    plan = random_plan(network, 11)
    table = timetable(week(plan, longer(plan, "long")))
    for name in READABLE:
        assert shown_differently(name, table, network) == (), name


def test_expected_lamps_are_the_letters_of_the_program():
    """The yardstick itself, against the states that SUMO would be given."""
    plan = sample_plan()
    wanted = expected(all_day(plan), SAMPLE)
    letters = {Lamp.GREEN: "Gg", Lamp.FLASHING: "Gg", Lamp.AMBER: "y", Lamp.RED: "r"}
    letters[Lamp.RED_AMBER] = "u"
    for program in plan.intersections:
        layout = SAMPLE.layouts[program.intersection]
        states = states_between(layout, program, 0, 400)
        shown = wanted.programs[1, program.intersection]
        for group in layout.groups:
            column = day_column(shown.lamps[group.id], shown.cycle_s, shown.offset_s)
            for second, state in enumerate(states):
                assert state[group.links[0]] in letters[tuple(Lamp)[column[second]]]


def test_one_second_is_found_and_told():
    table = all_day(sample_plan())
    shown = expected(table, SAMPLE)
    key = (1, SAMPLE.intersections[0].id)
    program = shown.programs[key]
    group, spans = next((g, s) for g, s in program.lamps.items() if len(s) > 2)
    first, second, *rest = spans
    moved = (
        Span(first.lamp, first.start_s, first.end_s - 1),
        Span(second.lamp, second.start_s - 1, second.end_s),
        *rest,
    )
    edited = type(program)(program.cycle_s, program.offset_s, {**program.lamps, group: moved})
    found = Shown({**shown.programs, key: edited}, shown.days)
    told = differences(found, table, SAMPLE, Carries())
    assert len(told) == 1
    assert f"group `{group}`" in told[0] and "(960 seconds differ)" in told[0]


def test_another_offset_day_or_missing_group_is_told():
    table = all_day(sample_plan())
    shown = expected(table, SAMPLE)
    key = (1, SAMPLE.intersections[1].id)
    program = shown.programs[key]
    late = type(program)(program.cycle_s, program.offset_s + 1, program.lamps)
    assert differences(Shown({**shown.programs, key: late}, shown.days), table, SAMPLE, Carries())
    none = type(program)(program.cycle_s, program.offset_s, {})
    told = differences(Shown({**shown.programs, key: none}, shown.days), table, SAMPLE, Carries())
    assert "is not in the file" in told[0]
    assert "no plan" in differences(Shown(shown.programs, ()), table, SAMPLE, Carries())[0]
    gone = {k: v for k, v in shown.programs.items() if k != key}
    assert "only in the plan" in differences(Shown(gone, shown.days), table, SAMPLE, Carries())[0]


def test_strokes_over_the_cycle_end():
    """Green 55-65 of a cycle of 60 s, amber to 68: by hand."""
    spans = painted(60, [(Lamp.GREEN, 55, 65), (Lamp.AMBER, 65, 68)])
    assert spans == (
        Span(Lamp.GREEN, 0, 5),
        Span(Lamp.AMBER, 5, 8),
        Span(Lamp.RED, 8, 55),
        Span(Lamp.GREEN, 55, 60),
    )
    column = day_column(spans, 60, 10)
    assert [tuple(Lamp)[c] for c in column[[5, 9, 10, 15, 17, 18]]] == [
        Lamp.GREEN, Lamp.GREEN, Lamp.GREEN, Lamp.AMBER, Lamp.AMBER, Lamp.RED,
    ]  # fmt: skip
