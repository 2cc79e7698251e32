"""What formats refuse, and what their readers say of files that were cut or edited."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import pairwise

import pytest

from signalopt.errors import InputError
from signalopt.export.facts import SheetFacts
from signalopt.export.formats import FORMATS
from signalopt.export.package import export_plan, make_export
from signalopt.export.timetable import timetable
from signalopt.timing.day_calendar import CalendarRule
from signalopt.timing.plan import IntersectionPlan, Plan, StageTiming
from signalopt.timing.schedule import DayType, Period, Schedule
from tests.export.areas import NO_RINGS, all_day, area, longer, random_plan, week
from tests.export.export_sample import sample_network, sample_plan

NETWORK = sample_network()
PLAN = sample_plan()


def files(name: str, plan: Plan = PLAN) -> dict[str, str]:
    return dict(FORMATS[name].write(all_day(plan), NETWORK, SheetFacts()).files)


def read(name: str, content: dict[str, str]):
    return FORMATS[name].read(content, NETWORK)


EDITS = (
    ("ntcip", ".csv", "patternCycleTime,INTEGER,90", "patternCycleTime,INTEGER,300", "0 to 255"),
    ("ntcip", ".csv", "patternCycleTime,INTEGER,90", "patternCycleTime,INTEGER,91", "splits of 90"),
    ("ntcip", ".csv", "dbCreateTransaction,INTEGER,3", "dbCreateTransaction,INTEGER,2", "3 (ver"),
    ("ntcip", ".csv", "patternOffsetTime,INTEGER,", "patternOffsetTime,INTEGER,9", "a cycle or more"),
    ("ntcip", ".csv", "phaseWalk", "phaseStalk", "an NTCIP object"),
    ("utdf", ".csv", "\nYellow,1,,3", "\nYellow,1,,9", "apart"),
    ("utdf", ".csv", "UTDFVERSION,8", "UTDFVERSION,6", "version 8"),
    ("utdf", ".csv", "[Phases]", "[Phase]", "no records in [Phases]"),
    ("utdf", ".csv", "Referenced To,1,0", "Referenced To,1,2", "begin of green"),
    ("gmns", "phase.csv", "_D1_000000_2,", "_D9_000000_2,", "a signal_timing_"),
    ("gmns", "plan.csv", ",90\n", ",700\n", "0 to 600"),
    ("gmns", "plan.csv", ",90\n", ",91\n", "the cycle of 91 s"),
    ("vissig", ".sig", 'cycletime="90000"', 'cycletime="x"', "milliseconds"),
    ("vissig", ".sig", 'name="Alpha_First"', 'name="Beta"', "a signal of this network"),
    ("rsmp", ".json", '"v": "90"', '"v": "300"', "1 to 255"),
    ("rsmp", ".json", "1-1-0-0", "1-99-0-0", "0 to 16"),
    ("rsmp", ".json", "1-1-0-0", "1-1-0", "t-o-h-m"),
    ("json", ".json", '"lamp": "amber"', '"lamp": "pink"', "timing.json: plans"),
    ("csv", ".csv", ",90,0,", ",x,0,", "seconds"),
    ("sumo", ".xml", 'duration="3"', 'duration="-3"', "duration"),
)  # fmt: skip


@pytest.mark.parametrize(("name", "ending", "old", "new", "told"), EDITS)
def test_edited_files_are_told(name: str, ending: str, old: str, new: str, told: str):
    content = files(name)
    key = next(k for k, v in content.items() if k.endswith(ending) and old in v)
    content[key] = content[key].replace(old, new, 1)
    with pytest.raises(InputError) as caught:
        read(name, content)
    assert any(part in str(caught.value) for part in told.split("|")), str(caught.value)
    assert key.rpartition("/")[2].partition(".")[0] in str(caught.value) or name == "gmns"


@pytest.mark.parametrize("name", [n for n, f in FORMATS.items() if f.read is not None])
def test_truncated_files_are_told(name: str):
    content = files(name)
    if name == "gmns":
        key = "gmns/signal_timing_phase.csv"
    else:
        key = next(k for k in content if not k.endswith((".phases.csv", ".xlsx", ".html")))
    text = content[key].rstrip()
    content[key] = text[: len(text) * 2 // 3].rpartition(",")[0] or text[: len(text) // 2]
    with pytest.raises(InputError) as caught:
        read(name, content)
    assert caught.value.problems


def test_a_cycle_that_one_byte_cannot_hold():
    program = PLAN.intersections[0]
    first, *rest = program.stages
    stages = (StageTiming(first.stage, first.groups, first.green_s + 200), *rest)
    long = IntersectionPlan(program.intersection, program.cycle_s + 200, 0, stages)
    table = all_day(replace(PLAN, intersections=(long,)))
    for name in ("ntcip", "rsmp"):
        refused = FORMATS[name].write(table, NETWORK, SheetFacts()).refused
        assert "a cycle of 290 s" in refused[0].found and "255" in refused[0].expected
    gmns = FORMATS["gmns"].write(table, NETWORK, SheetFacts()).refused
    assert "255 s of clearance or walk" in gmns[0].found and "120 s" in gmns[0].expected
    for name in ("vissig", "utdf"):
        assert FORMATS[name].write(table, NETWORK, SheetFacts()).refused == ()


def test_what_one_controller_cannot_hold_for_all_plans():
    """Half minutes, more events than a day plan holds."""
    names = (PLAN.name, "b")
    other = replace(longer(PLAN, "b"))
    cuts = [600 * i for i in range(18)] + [86400]
    periods = tuple(
        Period(begin, end, names[i % 2]) for i, (begin, end) in enumerate(pairwise(cuts))
    )
    busy = Schedule("s", PLAN.network, (PLAN, other), (DayType("d", periods, (CalendarRule(),)),))
    written = FORMATS["ntcip"].write(timetable(busy), NETWORK, SheetFacts())
    assert "18 changes of plan" in written.refused[0].found and not written.files
    odd = (Period(0, 25230, names[0]), Period(25230, 86400, names[1]))
    late = replace(busy, day_types=(DayType("d", odd, (CalendarRule(),)),))
    for name in ("ntcip", "rsmp"):
        refused = FORMATS[name].write(timetable(late), NETWORK, SheetFacts()).refused
        assert "second 25230" in refused[0].found


def test_stage_orders_that_need_another_clearance_are_refused_by_ntcip():
    network = area("mangilik_el")
    table = timetable(week(random_plan(network, 1, "a"), random_plan(network, 3, "b")))
    refused = FORMATS["ntcip"].write(table, network, SheetFacts()).refused
    assert refused and all("plan `b`" in problem.found for problem in refused)


def test_a_named_format_is_refused_and_all_leaves_out(tmp_path):
    network = area("rightbank_core")
    plan = random_plan(network, 1)
    with pytest.raises(InputError, match="--format ntcip: Zheltoksan_Kenesary"):
        export_plan(plan, network, ("ntcip",), tmp_path / "out")
    assert list(tmp_path.iterdir()) == []
    made = make_export(Schedule.of_plan(plan), network, ("ntcip", "vissig"), partial=True)
    manifest = json.loads(made.files["manifest.json"])
    assert set(manifest["refused"]) == {"ntcip"}
    assert {p.where for _, p in made.refused} == NO_RINGS["rightbank_core"]
    assert "ntcip/Zheltoksan_Kenesary.csv" not in made.files
    assert "vissig/Zheltoksan_Kenesary.sig" in made.files


def test_the_manifest_tells_what_was_confirmed():
    provenance = (
        ("objective", "delay"),
        ("final seeds", "11 12"),
        ("verdict", "better"),
        ("confirmed delay_s", "41.0 -> 38.0 s, paired difference -3.0 [-4.1, -1.9] at 95 %"),
    )
    schedule = Schedule.of_plan(replace(PLAN, provenance=provenance))
    manifest = json.loads(make_export(schedule, NETWORK, tuple(FORMATS)).files["manifest.json"])
    told = manifest["plans"][0]
    assert told["objective"] == "delay"
    assert told["confirmed_improvement"]["delay_s"].endswith("[-4.1, -1.9] at 95 %")
    assert told["confirmed_improvement"]["final seeds"] == "11 12"
    assert all(manifest["not_carried"][name] for name in ("gmns", "utdf", "ntcip", "rsmp", "sumo"))
