"""Schedule -> additional file with WAUT -> SUMO, its schema and our own reading of its rules."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from lxml import etree

from signalopt.errors import InputError, MissingToolError
from signalopt.export.timetable import timetable
from signalopt.export.waut import GSP_KEY, waut_additional, waut_files, waut_schedule
from signalopt.export.waut_read import waut_lamps
from signalopt.network.model import Network
from signalopt.network.tools import sumo_home
from signalopt.timing.day_lamps import lamps_of_day, states_of
from signalopt.timing.indications import judge_states
from signalopt.timing.schedule import DAY_S, Schedule
from signalopt.timing.schedule_switches import judge_schedule, schedule_findings
from signalopt.timing.switching import Change, find_points
from tests.export.areas import AREAS, area, random_plan
from tests.export.day_schedules import H, busy_day, shown_by_sumo


@pytest.fixture(scope="module")
def smoke() -> Network:
    return area("smoke")


@pytest.fixture(scope="module")
def busy(smoke: Network) -> Schedule:
    return busy_day(smoke, 3)


def root_of(schedule: Schedule, network: Network) -> etree._Element:
    return etree.fromstring(waut_additional(schedule, network.layouts, "workday").encode())


def test_the_file_fits_sumos_schema(smoke, busy):
    xmlschema = pytest.importorskip("xmlschema", reason="the schema oracle is not installed")
    try:
        path = sumo_home() / "data" / "xsd" / "additional_file.xsd"
    except MissingToolError:
        pytest.skip("SUMO_HOME with its schemas is not there")
    text = waut_additional(busy, smoke.layouts, "workday")
    assert list(xmlschema.XMLSchema(str(path)).iter_errors(etree.fromstring(text.encode()))) == []


def test_switches_ascend_and_name_programs_of_the_file(smoke, busy):
    root = root_of(busy, smoke)
    for waut in root.iter("WAUT"):
        times = [int(s.get("time")) for s in waut.iter("wautSwitch")]
        assert times == sorted(times)
        assert len(times) >= 4
        assert waut.get("refTime") == "0"
        place = waut.get("id").removeprefix("day.")
        programs = {x.get("programID") for x in root.iter("tlLogic") if x.get("id") == place}
        assert {waut.get("startProg"), *(s.get("to") for s in waut.iter("wautSwitch"))} <= programs
    for junction in root.iter("wautJunction"):
        if junction.get("procedure") is None:
            continue
        assert (junction.get("procedure"), junction.get("synchron")) == ("GSP", "true")
        logics = [x for x in root.iter("tlLogic") if x.get("id") == junction.get("junctionID")]
        assert all(any(p.get("key") == GSP_KEY for p in x.iter("param")) for x in logics)


def test_ids_are_ascii(smoke, busy):
    root = root_of(busy, smoke)
    assert all(x.get("programID").isascii() for x in root.iter("tlLogic"))
    assert list(waut_files(busy, smoke.layouts)) == ["schedule-workday.add.xml"]


@pytest.mark.parametrize(
    "cycles_s",
    [
        (None, None, None),
        pytest.param((90, 90, 90), marks=pytest.mark.slow_ci),
        pytest.param((100, 96, 100), marks=pytest.mark.slow_ci),
    ],
)
def test_sumo_shows_the_whole_day_as_the_schedule_does(smoke, cycles_s, tmp_path: Path):
    schedule = busy_day(smoke, 11, cycles_s)
    assert not schedule_findings(schedule, smoke.layouts)
    text = waut_additional(schedule, smoke.layouts, "workday")

    shown, said = shown_by_sumo(smoke, text, tmp_path)

    assert "rror" not in said
    expected = lamps_of_day(schedule, smoke.layouts, "workday")
    for name, lamps in expected.items():
        assert np.array_equal(shown[name], lamps), name
        for part in (lamps[6 * H : 11 * H], lamps[16 * H : 21 * H]):
            assert not judge_states(smoke.layouts[name], states_of(part), cyclic=False)


def test_points_without_a_common_second_are_switched_at_their_exact_seconds(smoke, tmp_path: Path):
    schedule = busy_day(smoke, 11)
    layout, (day,) = smoke.layouts["West"], schedule.day_types
    first, second = day.switches[:2]
    old, new = (schedule.plan[n].by_id["West"] for n in (second.before, second.after))
    others = (
        find_points(layout, [Change(old, new, second.at_s + wait, 17 * H)])[0]
        for wait in range(0, 3600, 45)
    )
    # Each of these is safe by itself, but most do not follow on the point at 07:00.
    changed = (
        replace(
            second, points=tuple(other if p.intersection == "West" else p for p in second.points)
        )
        for other in others
        if other is not None
    )
    schedules = (
        replace(schedule, day_types=(replace(day, switches=(first, s, *day.switches[2:])),))
        for s in changed
    )
    unchained = next(s for s in schedules if not _by_gsp(s, smoke, "West"))
    text = waut_additional(unchained, smoke.layouts, "workday")

    shown, said = shown_by_sumo(smoke, text, tmp_path, 22 * H)

    assert "Missing" not in said
    for name, lamps in lamps_of_day(unchained, smoke.layouts, "workday").items():
        assert np.array_equal(shown[name], lamps[: 22 * H]), name
    assert np.array_equal(
        waut_lamps(text, smoke)["West"], lamps_of_day(unchained, smoke.layouts, "workday")["West"]
    )


def _by_gsp(schedule: Schedule, network: Network, name: str) -> bool:
    junctions = root_of(schedule, network).iter("wautJunction")
    return next(j for j in junctions if j.get("junctionID") == name).get("procedure") == "GSP"


def test_a_file_that_repeats_shows_the_second_day_as_the_first(smoke, tmp_path: Path):
    schedule = busy_day(smoke, 0, (120, 120, 120))
    text = waut_additional(schedule, smoke.layouts, "workday")
    repeating = [
        w.get("id")[4:] for w in etree.fromstring(text.encode()).iter("WAUT") if w.get("period")
    ]
    assert "East" in repeating

    shown, _ = shown_by_sumo(smoke, text, tmp_path, 2 * DAY_S)

    for name in repeating:
        assert np.array_equal(shown[name][:DAY_S], shown[name][DAY_S:])


@pytest.mark.parametrize("seed", range(6))
def test_our_reading_of_the_file_is_the_schedule(smoke, seed):
    cycles_s = [(None, None, None), (90, 90, 90), (90, 80, 100)][seed % 3]
    schedule = busy_day(smoke, 100 + seed, cycles_s)
    text = waut_additional(schedule, smoke.layouts, "workday")
    expected = lamps_of_day(schedule, smoke.layouts, "workday")
    found = waut_lamps(text, smoke)
    assert set(found) == set(expected)
    assert all(np.array_equal(found[name], lamps) for name, lamps in expected.items())


def test_a_single_plan_needs_no_waut(smoke):
    plan = random_plan(smoke, 1)
    schedule = Schedule.of_plan(plan)
    text = waut_additional(schedule, smoke.layouts, "every day")
    assert "<WAUT" not in text
    expected = lamps_of_day(schedule, smoke.layouts, "every day")
    found = waut_lamps(text, smoke)
    assert all(np.array_equal(found[name], lamps) for name, lamps in expected.items())


def test_a_schedule_without_switch_seconds_is_refused(smoke, busy):
    days = tuple(type(d)(d.name, d.periods, d.calendar) for d in busy.day_types)
    bare = Schedule(busy.name, busy.network, busy.plans, days)
    with pytest.raises(InputError) as error:
        waut_additional(bare, smoke.layouts, "workday")
    assert len(error.value.problems) == 4 * len(smoke.intersections)


def test_edited_files_are_refused_with_every_problem(smoke, busy):
    text = waut_additional(busy, smoke.layouts, "workday")
    with pytest.raises(InputError, match="expected an additional file"):
        waut_lamps(text[:-50], smoke)
    root = etree.fromstring(text.encode())
    logics = list(root.iter("tlLogic"))
    logics[0].set("id", "Nowhere")
    next(logics[1].iter("phase")).set("duration", "10.5")
    next(logics[2].iter("phase")).set("state", "Gr")
    with pytest.raises(InputError) as error:
        waut_lamps(etree.tostring(root), smoke)
    found = str(error.value)
    assert "tlLogic `Nowhere`" in found
    assert "10.5 s" in found
    assert "a state of 2 letters" in found


def test_switches_out_of_order_are_refused(smoke, busy):
    root = root_of(busy, smoke)
    switch = list(next(root.iter("WAUT")).iter("wautSwitch"))[-1]
    switch.set("time", "10")
    with pytest.raises(InputError, match="10 s; expected not before"):
        waut_lamps(etree.tostring(root), smoke)


def test_the_format_tells_what_it_cannot_carry(smoke, busy):
    written = waut_schedule(timetable(busy), smoke)
    assert any("flashing" in text for text in written.lost)


@pytest.mark.slow
@pytest.mark.parametrize("name", AREAS)
def test_whole_days_of_the_areas_in_sumo(name, tmp_path: Path):
    network = area(name)
    schedule = busy_day(network, 7)
    assert not [f for judged in judge_schedule(schedule, network.layouts) for f in judged.findings]
    shown, _ = shown_by_sumo(
        network, waut_additional(schedule, network.layouts, "workday"), tmp_path
    )
    for intersection, lamps in lamps_of_day(schedule, network.layouts, "workday").items():
        assert np.array_equal(shown[intersection], lamps), intersection
