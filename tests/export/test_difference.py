"""What changed: found where it is, told once, and nothing told where lamps are the same."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from signalopt.errors import InputError
from signalopt.export.difference import Item, Side, as_object, difference
from signalopt.export.difference_page import bars_side_by_side, difference_html, text_bars
from signalopt.export.equivalence import expected
from signalopt.export.shown import Shown, ShownProgram
from signalopt.export.shown_plan import program_of_shown, schedule_of_shown
from signalopt.export.timetable import timetable
from signalopt.timing.plan import FixedProgram, IntersectionPlan, Plan
from signalopt.timing.program import cycle_states, phases
from signalopt.timing.schedule import Schedule
from tests.export.areas import all_day, area, longer, random_plan, week
from tests.export.export_sample import IDS, sample_network, sample_plan

NETWORK = sample_network()
PLAN = sample_plan()


def one(plan: Plan) -> Side:
    return Side.of(Schedule.of_plan(plan))


def changed(first: IntersectionPlan, **fields: object) -> Plan:
    return PLAN.with_programs([replace(first, **fields)])


def test_the_same_plan_under_another_name_is_the_same():
    found = difference(one(PLAN), one(replace(PLAN, name="b", provenance=(("made by", "x"),))))
    assert found.same and found.plans[0].same == 3 and found.plans[0].places == ()
    assert "Both show the same lamps" in difference_html(found, NETWORK)


def test_cycle_offset_order_and_greens_are_told_where_they_changed():
    first = PLAN.intersections[1]
    main, side = first.stages
    longer_main = replace(main, green_s=main.green_s + 5)
    found = difference(
        one(PLAN),
        one(changed(first, cycle_s=95, offset_s=40, stages=(side, longer_main))),
    )
    (place,) = found.plans[0].places
    assert place.intersection == IDS[1] and not found.same
    assert place.items == (
        Item("cycle, s", "90", "95"),
        Item("offset, s", "17", "40"),
        Item("order", "main → side", "side → main"),
        Item("green of main, s", str(main.green_s), str(main.green_s + 5)),
    )
    content = as_object(found)
    assert content["same"] is False
    page = difference_html(found, NETWORK)
    assert page.count("<svg") >= 2 and "side → main" in page and IDS[0] not in page


def test_groups_of_a_stage_and_intersections_of_one_side():
    first = PLAN.intersections[0]
    main, side = first.stages
    fewer = replace(main, groups=main.groups[:-1])
    found = difference(one(PLAN), one(changed(first, stages=(fewer, side))))
    assert [item.what for item in found.plans[0].places[0].items] == ["groups of main"]
    rest = replace(PLAN, intersections=PLAN.intersections[1:])
    gone = difference(one(PLAN), one(rest)).plans[0].places
    assert [(p.intersection, p.after) for p in gone] == [(IDS[0], None)]
    assert len(bars_side_by_side(NETWORK.layouts[IDS[0]], gone[0])) == len(
        NETWORK.layouts[IDS[0]].groups
    )


def test_a_stage_plan_against_a_fixed_program():
    first = PLAN.intersections[0]
    fixed = FixedProgram(first.intersection, first.offset_s, phases(NETWORK.layouts[IDS[0]], first))
    found = difference(one(PLAN), one(PLAN.with_programs([fixed]))).plans[0]
    assert [item.what for item in found.places[0].items] == ["kind"]
    other = replace(fixed, phases=fixed.phases[1:] + fixed.phases[:1])
    pair = difference(one(PLAN.with_programs([fixed])), one(PLAN.with_programs([other]))).plans[0]
    assert [item.what for item in pair.places[0].items] == ["phases"]


def test_schedules_are_compared_by_day_and_plan():
    peak = longer(PLAN, "peak")
    before, after = week(PLAN, peak), week(PLAN, longer(PLAN, "rush"))
    found = difference(Side.of(before), Side.of(after))
    assert [item.what for item in found.schedule] == ["day type workday"]
    assert "07:00:00-10:00:00 peak" in found.schedule[0].before
    assert (found.only_before, found.only_after) == (("peak",), ("rush",))
    assert [plan.before for plan in found.plans] == [PLAN.name]
    assert difference(Side.of(before), Side.of(before)).same


def test_bars_in_letters():
    """Cycle of 90 s on 90 letters: green, then 3 s flashing, 3 s amber, red."""
    program = PLAN.intersections[0]
    layout = NETWORK.layouts[program.intersection]
    green = program.stages[0].green_s
    bar = text_bars(layout, program, 90)[0].split()[1]
    assert bar.startswith("█" * green + "▓▓▓---·") and len(bar) == 90


@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
def test_stages_are_found_again_in_the_lamps_of_a_file(seed: int):
    plan = random_plan(NETWORK, seed)
    read = schedule_of_shown(expected(all_day(plan), NETWORK), NETWORK, "file")
    assert read.plans[0].name == "file"
    for program in plan.intersections:
        layout, found = NETWORK.layouts[program.intersection], read.plans[0].by_id
        back = found[program.intersection]
        mine, other = (cycle_states(layout, p) for p in (program, back))
        shift = int(back.offset_s - program.offset_s) % len(mine)
        assert other == mine[shift:] + mine[:shift]
        assert isinstance(back, IntersectionPlan)


def test_days_of_a_file_and_fractions():
    schedule = week(PLAN, longer(PLAN, "peak"))
    read = schedule_of_shown(expected(timetable(schedule), NETWORK), NETWORK, "file")
    assert [plan.name for plan in read.plans] == ["plan 1", "plan 2"]
    assert [len(day.periods) for day in read.day_types] == [3, 1]
    half = ShownProgram(60.5, 0, {})
    with pytest.raises(InputError, match="fractions"):
        schedule_of_shown(Shown({(1, IDS[0]): half}), NETWORK, "file")
    nothing = program_of_shown(NETWORK.layouts[IDS[0]], ShownProgram(60, 0, {}))
    assert isinstance(nothing, FixedProgram) and set(nothing.phases[0].state) == {"r"}


@pytest.mark.slow_ci
def test_an_area_read_back_differs_in_nothing():
    network = area("tauelsizdik")
    plan = random_plan(network, 9)
    read = schedule_of_shown(expected(all_day(plan), network), network, "file")
    found = difference(one(plan), Side.of(read))
    # A file does not say with which stage a plan begins where two readings show the same lamps.
    for place in found.plans[0].places:
        layout = network.layouts[place.intersection]
        mine, other = (cycle_states(layout, p) for p in (place.before, place.after))
        shift = int(place.after.offset_s - place.before.offset_s) % len(mine)
        assert other == mine[shift:] + mine[:shift]
