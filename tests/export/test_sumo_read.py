"""SUMO additional file -> plan: exact round trips, foreign programs, bad files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signalopt.errors import InputError
from signalopt.export.stages import NO_STAGES, NOT_WHOLE
from signalopt.export.sumo import sumo_additional
from signalopt.export.sumo_read import read_sumo_additional
from signalopt.timing.bounds import least_greens_s
from signalopt.timing.plan import FixedProgram, IntersectionPlan, Plan, StageTiming
from signalopt.timing.program import cycle_of, phases, states_between
from signalopt.timing.signals import GivenInterstage, Phase, Stage
from tests.export.export_sample import IDS, sample_network, sample_plan

NETWORK = sample_network()
PLAN = sample_plan()
LAYOUT = NETWORK.layouts[IDS[0]]
ORDERS = (
    ("main", "side"),
    ("side", "main"),
    ("main", "left", "side"),
    ("left", "side", "main"),
    ("main", "side", "left"),
    ("main", "side", "left", "side"),
)


@st.composite
def programs(draw: st.DrawFn) -> IntersectionPlan:
    order = draw(st.sampled_from(ORDERS))
    bare = tuple(StageTiming(s, LAYOUT.stage[s].groups, 0) for s in order)
    least = least_greens_s(LAYOUT, bare)
    extra = draw(st.lists(st.integers(0, 40), min_size=len(order), max_size=len(order)))
    timed = tuple(
        replace(t, green_s=green + more) for t, green, more in zip(bare, least, extra, strict=True)
    )
    plan = IntersectionPlan(LAYOUT.intersection, 0, 0, timed)
    cycle = cycle_of(LAYOUT, plan)
    return replace(plan, cycle_s=cycle, offset_s=draw(st.integers(0, cycle - 1)))


def _round_trip(folder: Path, plan: Plan, network=NETWORK) -> Plan:
    path = folder / "plan.add.xml"
    path.write_text(sumo_additional(plan, network.layouts), encoding="utf-8")
    return read_sumo_additional(path, network)


@given(program=programs())
@settings(max_examples=150, deadline=None)
def test_round_trip_shows_the_same_states_and_stages(tmp_path_factory, program):
    read = _round_trip(tmp_path_factory.mktemp("x"), Plan("p", NETWORK.fingerprint, (program,)))
    found = read.intersections[0]
    span = 3 * program.cycle_s
    assert states_between(LAYOUT, found, 0, span) == states_between(LAYOUT, program, 0, span)
    assert isinstance(found, IntersectionPlan)
    assert {s.stage for s in found.stages} == {s.stage for s in program.stages}


@given(program=programs(), turn=st.integers(0, 12))
@settings(max_examples=60, deadline=None)
def test_a_file_that_starts_with_another_phase_means_the_same(tmp_path_factory, program, turn):
    lines = phases(LAYOUT, program)
    turn %= len(lines)
    moved = lines[turn:] + lines[:turn]
    shift = sum(p.duration_s for p in lines[:turn])
    fixed = FixedProgram(LAYOUT.intersection, program.offset_s + shift, moved)
    read = _round_trip(tmp_path_factory.mktemp("x"), Plan("p", NETWORK.fingerprint, (fixed,)))
    found = read.intersections[0]
    assert isinstance(found, IntersectionPlan)
    assert states_between(LAYOUT, found, 0, 200) == states_between(LAYOUT, program, 0, 200)


def test_the_very_plan_comes_back(tmp_path: Path):
    read = _round_trip(tmp_path, PLAN)
    assert read.intersections == PLAN.intersections
    assert (read.name, read.network) == (PLAN.name, PLAN.network)


def test_imported_stages_come_back(tmp_path: Path):
    """A layout with letters and interstages of its own, two stages of equal letters among them."""
    n = LAYOUT.link_count
    a, b, y = "G" + "r" * (n - 1), "r" * (n - 1) + "G", "y" + "r" * (n - 1)
    stages = (Stage("1", ("EW",), a), Stage("2", ("PNS",), b), Stage("3", ("EW",), a))
    given_ones = (
        GivenInterstage("1", "2", (Phase(4, y),)),
        GivenInterstage("2", "3", (Phase(2, "r" * n),)),
        GivenInterstage("3", "1", (Phase(5, y),)),
    )
    layout = replace(LAYOUT, stages=stages, interstages=given_ones)
    network = replace(NETWORK, intersections=(replace(NETWORK.intersections[0], layout=layout),))
    timed = tuple(StageTiming(s.id, s.groups, 10 + i) for i, s in enumerate(stages))
    plan = Plan("p", NETWORK.fingerprint, (IntersectionPlan(IDS[0], 44, 5, timed),))
    assert _round_trip(tmp_path, plan, network).intersections == plan.intersections


def test_a_shortened_amber_stays_a_fixed_program(tmp_path: Path):
    lines = list(phases(LAYOUT, PLAN.intersections[0]))
    amber = next(i for i, p in enumerate(lines) if "y" in p.state)
    lines[amber] = replace(lines[amber], duration_s=2)
    fixed = FixedProgram(IDS[0], 3, tuple(lines))
    found = _round_trip(tmp_path, Plan("p", NETWORK.fingerprint, (fixed,))).intersections[0]
    assert found == replace(fixed, reason=NO_STAGES)


def test_fractional_seconds_stay_a_fixed_program(tmp_path: Path):
    lines = phases(LAYOUT, PLAN.intersections[0])
    fixed = FixedProgram(IDS[0], 3, (replace(lines[0], duration_s=20.5), *lines[1:]))
    found = _round_trip(tmp_path, Plan("p", NETWORK.fingerprint, (fixed,))).intersections[0]
    assert found == replace(fixed, reason=NOT_WHOLE)


def _problems(tmp_path: Path, text: str, **options) -> list[str]:
    path = tmp_path / "bad.add.xml"
    path.write_text(text)
    with pytest.raises(InputError) as caught:
        read_sumo_additional(path, NETWORK, **options)
    return [str(problem).replace(str(path), "bad") for problem in caught.value.problems]


def test_all_problems_at_once(tmp_path: Path):
    n = LAYOUT.link_count
    text = f"""<additional>
<tlLogic id="Nowhere" type="static" programID="a"><phase duration="5" state="rG"/></tlLogic>
<tlLogic id="{IDS[0]}" type="actuated" programID="a" offset="x">
  <phase duration="5" state="rG"/>
  <phase duration="-1" state="{"r" * n}"/>
  <phase duration="nan" state="{"q" * n}"/>
  <phase duration="4" state="{"r" * n}" next="0"/>
</tlLogic>
<tlLogic id="{IDS[1]}" programID="a"/>
<tlLogic id="{IDS[1]}" programID="b"><phase duration="0" state="{"r" * n}"/></tlLogic>
</additional>"""
    found = _problems(tmp_path, text)
    for line, words in (
        (2, "tlLogic `Nowhere`"),
        (3, "type `actuated`"),
        (3, "offset `x`"),
        (4, "a state of 2 letters"),
        (5, "duration `-1`"),
        (6, "duration `nan`"),
        (6, "state `qqq"),
        (7, "attribute `next`"),
        (9, "no phases"),
        (10, "a second program `b`"),
        (10, "a cycle of 0 s"),
    ):
        assert any(p.startswith(f"bad:{line}: found {words}") for p in found), (line, words, found)
    assert len(found) == 11


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("<additional>\n<tlLogic></additional>", "bad:2:"),
        ("<routes/>", "a file of <routes>"),
        ("<additional/>", "no tlLogic"),
        ("", "bad:1:"),
    ],
)
def test_no_plan_file(tmp_path: Path, text: str, words: str):
    assert words in _problems(tmp_path, text)[0]


def test_another_network_is_refused(tmp_path: Path):
    text = sumo_additional(replace(PLAN, network="other"), NETWORK.layouts)
    found = _problems(tmp_path, text)
    assert len(found) == 1
    assert "a plan for network other" in found[0]


def test_one_of_several_programs_by_its_id(tmp_path: Path):
    night = sumo_additional(sample_plan(80), NETWORK.layouts, "night")
    day = sumo_additional(PLAN, NETWORK.layouts, "day")
    body = day.split("<!--", 1)[1].split("-->", 1)[1].rsplit("</additional>", 1)[0]
    path = tmp_path / "both.add.xml"
    path.write_text(night.replace("</additional>", body.split("-->")[-1] + "</additional>"))
    assert read_sumo_additional(path, NETWORK, "day").intersections == PLAN.intersections
    with pytest.raises(InputError, match="second program"):
        read_sumo_additional(path, NETWORK)
    with pytest.raises(InputError, match="programID `dusk`"):
        read_sumo_additional(path, NETWORK, "dusk")


def test_missing_file(tmp_path: Path):
    with pytest.raises(InputError, match="no such file"):
        read_sumo_additional(tmp_path / "none.xml", NETWORK)
