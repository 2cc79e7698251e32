from dataclasses import replace

from signalopt.timing.day_calendar import CalendarRule
from signalopt.timing.schedule import PlanSwitch, Schedule, SwitchPoint
from signalopt.timing.schedule_lints import LintKind, schedule_lints
from signalopt.timing.schedule_switches import with_switch_points
from tests.layouts import four_arms
from tests.timing.schedules import WORK, H, day, plan, schedule

LAYOUTS = {"C": four_arms()}
A, B = plan("a", 90, 0), plan("b", 72, 0)


def kinds(found: Schedule, year: int = 2026) -> list[LintKind]:
    return [lint.kind for lint in schedule_lints(found, LAYOUTS, year)]


def test_a_clean_schedule_has_no_remarks():
    found = with_switch_points(schedule((A, B), day("d", (0, "b"), (7, "a"), (20, "b"))), LAYOUTS)
    assert kinds(found) == []


def test_almost_equal_cycles_of_neighbours_only():
    near, half = plan("near", 87, 0), plan("far", 100, 0)
    found = schedule((A, near, half), day("d", (0, "a"), (7, "near"), (20, "far")))
    lints = [x for x in schedule_lints(found, LAYOUTS, 2026) if x.kind is LintKind.CYCLES]
    assert len(lints) == 1
    assert "90 and 87 s" in lints[0].text


def test_a_plan_of_a_few_cycles():
    found = schedule((A, B), day("d", (0, "b"), (7, "a"), (7.2, "b")))
    lints = [x for x in schedule_lints(found, LAYOUTS, 2026) if x.kind is LintKind.SHORT]
    assert [x.where for x in lints] == ["d 07:00:00"]
    assert "8 cycles of 90 s" in lints[0].text  # 720 s


def test_a_switch_second_inside_an_interstage():
    end = A.by_id["C"].stages[0].green_s + 2
    start = 7 * H - (7 * H) % 90 + 90
    cut = PlanSwitch("a", "b", 7 * H, (SwitchPoint("C", start + end, start + end, "avenue"),))
    found = schedule((A, B), replace(day("d", (0, "a"), (7, "b")), switches=(cut,)))
    lints = [x for x in schedule_lints(found, LAYOUTS, 2026) if x.kind is LintKind.INTERSTAGE]
    assert any("`a`" in lint.text for lint in lints)


def test_clock_changes_name_the_switches_that_they_swallow_or_repeat():
    days = day("d", (0, "b"), (2.5, "a"), (20, "b"))
    found = replace(schedule((A, B), days), time_zone="Europe/Berlin")
    texts = [str(x) for x in schedule_lints(found, LAYOUTS, 2026) if x.kind is LintKind.CLOCK]
    assert len(texts) == 4
    assert any("2026-03-29 d" in t and "does not come" in t for t in texts)
    assert any("2026-10-25 d" in t and "comes twice" in t for t in texts)


def test_midnight_and_what_nobody_uses():
    odd = Schedule.of_plan(plan("odd", 85, 30))
    assert kinds(with_switch_points(odd, LAYOUTS)) == [LintKind.MIDNIGHT]
    never = day("never", (0, "a"), calendar=(CalendarRule(WORK),))
    found = schedule((A, B), day("d", (0, "a")), never)
    assert kinds(found) == [LintKind.UNUSED, LintKind.UNUSED]
