"""Programs that nets bring: exact round trips, and what is kept letter by letter."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from signalopt.network.model import Intersection, Movement, Turn
from signalopt.network.programs import FoundProgram, read_program
from signalopt.network.read_net import read_network
from signalopt.network.sumo_net import RawPhase, RawProgram, read_raw_net
from signalopt.network.tools import run_tool
from signalopt.timing.plan import FixedProgram, IntersectionPlan
from signalopt.timing.program import cycle_of, cycle_states, states_between
from signalopt.timing.signals import SignalLayout
from tests.network.made_nets import avenue_and_street, crossroads, replace_program

LINKS = 4
EMPTY: frozenset[tuple[int, int]] = frozenset()


def movement(link: int, turn: Turn = Turn.THROUGH) -> Movement:
    return Movement(link, turn, f"e{link}", "x", 0, 0, "J", 10.0, 10.0, ((0, 0), (9, 0)), ("e0",))


MOVEMENTS = tuple(movement(link) for link in range(LINKS))
ARMS = {f"e{link}": "NESW"[link] for link in range(LINKS)}


def program(
    *phases: tuple[float, str], offset_s: float | None = 0.0, kind: str = "static"
) -> RawProgram:
    return RawProgram(
        "J", kind, "0", offset_s, tuple(RawPhase(d, s, jumps=False) for d, s in phases), 1
    )


def read(raw: RawProgram) -> FoundProgram:
    return read_program(raw, MOVEMENTS, ARMS)


def layout_of(found: FoundProgram) -> SignalLayout:
    return SignalLayout("J", LINKS, found.groups, found.stages, EMPTY, EMPTY, (), found.interstages)


def sumo_state(raw: RawProgram, second: int) -> str:
    """What SUMO shows: phase 0 starts whenever (time - offset) is a multiple of the cycle."""
    cycle = sum(p.duration_s for p in raw.phases)
    at = (second - (raw.offset_s or 0)) % cycle
    for phase in raw.phases:
        if at < phase.duration_s:
            return phase.state
        at -= phase.duration_s
    raise AssertionError


ORDINARY = program(
    (30, "GGrr"), (3, "yyrr"), (2, "rrrr"), (1, "rruu"), (25, "rrGG"), (3, "rryy"), (2, "rrrr"),
    offset_s=17,
)  # fmt: skip


def test_an_ordinary_program_becomes_two_stages() -> None:
    found = read(ORDINARY)
    assert found.tunable
    assert isinstance(found.program, IntersectionPlan)
    assert [g.links for g in found.groups] == [(0, 1), (2, 3)]
    assert [s.state for s in found.stages] == ["GGrr", "rrGG"]
    assert [s.green_s for s in found.program.stages] == [30, 25]
    assert (found.program.cycle_s, found.program.offset_s) == (66, 17)
    assert cycle_of(layout_of(found), found.program) == 66
    assert found.groups[1].red_amber_s == 1
    assert found.groups[0].amber_s == 3


def test_a_program_that_starts_in_the_middle_keeps_its_clock() -> None:
    raw = program(
        (10, "GGrr"), (3, "yyrr"), (2, "rrrr"), (25, "rrGG"), (3, "rryy"), (2, "rrrr"), (20, "GGrr"),
        offset_s=5,
    )  # fmt: skip
    found = read(raw)
    assert isinstance(found.program, IntersectionPlan)
    assert [s.green_s for s in found.program.stages] == [30, 25]
    assert found.program.offset_s == (5 - 20) % 65
    shown = states_between(layout_of(found), found.program, 1000, 1130)
    assert list(shown) == [sumo_state(raw, second) for second in range(1000, 1130)]


states = st.text("GgryuGGrr", min_size=LINKS, max_size=LINKS)
programs = st.builds(
    lambda phases, offset: program(*phases, offset_s=offset),
    st.lists(st.tuples(st.integers(1, 40), states), min_size=1, max_size=9),
    st.integers(-200, 200),
)


@settings(max_examples=400, deadline=None)
@given(raw=programs, begin=st.integers(0, 90_000))
def test_every_second_is_shown_as_sumo_shows_it(raw: RawProgram, begin: int) -> None:
    found = read(raw)
    assert found.program is not None
    end = begin + 2 * int(sum(p.duration_s for p in raw.phases))
    shown = states_between(layout_of(found), found.program, begin, end)
    assert list(shown) == [sumo_state(raw, second) for second in range(begin, end)]
    assert found.tunable is isinstance(found.program, IntersectionPlan)
    assert found.tunable or found.remarks


def test_walkers_that_end_early_do_not_make_a_stage() -> None:
    raw = program((30, "GGrG"), (5, "GGrr"), (3, "yyrr"), (20, "rrGr"), (3, "rryr"))
    assert [s.state for s in read(raw).stages] == ["GGrG", "rrGr"]


def test_stages_with_equal_groups_stay_apart() -> None:
    raw = program((20, "GGrr"), (3, "yyrr"), (20, "Ggrr"), (3, "yyrr"), (20, "rrGG"), (3, "rryy"))
    found = read(raw)
    assert [s.id for s in found.stages] == ["1", "2", "3"]
    assert found.stages[0].groups == ("G1", "G2")
    assert found.stages[1].groups == ("G1", "G2")
    assert found.stages[0].state != found.stages[1].state
    assert isinstance(found.program, IntersectionPlan)


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (program((30.5, "GGrr"), (3, "yyrr"), (30, "rrGG")), "fractions"),
        (program((30, "GGrr"), (30, "rrGG"), offset_s=0.5), "fractions"),
        (program((30, "GGrr"), (0, "yyrr"), (30, "rrGG")), "without duration"),
        (program((90, "GGGG")), "single stage"),
        (program((30, "GGrr"), (3, "yyrr"), (30, "rrrr")), "single stage"),
        (program((3, "yyyy"), (30, "rrrr")), "no stage"),
        (RawProgram("J", "static", "0", 0, (RawPhase(9, "GGrr", jumps=True),), 1), "successors"),
    ],
)
def test_what_is_not_read_is_kept_as_it_is(raw: RawProgram, reason: str) -> None:
    found = read(raw)
    assert isinstance(found.program, FixedProgram)
    assert [(p.duration_s, p.state) for p in found.program.phases] == [
        (p.duration_s, p.state) for p in raw.phases
    ]
    assert not found.tunable
    assert reason in found.remarks[0]


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (program((30, "GGrr"), (3, "yyrr"), (30, "rrGG"), kind="actuated"), "type actuated"),
        (program((30, "GGrr"), kind="NEMA"), "type NEMA"),
        (program((30, "GGrr"), (30, "rrGG"), offset_s=None), "begin of the simulation"),
        (None, "no program"),
    ],
)
def test_what_sumo_steers_itself_has_no_program(raw: RawProgram | None, reason: str) -> None:
    found = read_program(raw, MOVEMENTS, ARMS)
    assert found.program is None
    assert not found.tunable
    assert reason in found.remarks[0]


def test_walkers_and_vehicles_of_equal_columns_are_two_groups() -> None:
    movements = (*MOVEMENTS[:3], movement(3, Turn.CROSSING))
    found = read_program(
        program((30, "GGrr"), (3, "yyrr"), (30, "rrGG"), (3, "rryy")), movements, ARMS
    )
    assert [(g.id, g.links) for g in found.groups] == [("G1", (0, 1)), ("G2", (2,)), ("P1", (3,))]


def test_links_that_are_never_green_belong_to_no_group() -> None:
    found = read(program((30, "Grrr"), (3, "yrrr"), (30, "rGrr"), (3, "ryrr")))
    assert [g.links for g in found.groups] == [(0,), (1,)]


def net_states(place: Intersection, raw: RawProgram, begin: int) -> bool:
    assert place.program is not None
    shown = states_between(place.layout, place.program, begin, begin + 400)
    return list(shown) == [sumo_state(raw, s) for s in range(begin, begin + 400)]


@pytest.mark.parametrize("layout", ["opposites", "incoming", "alternateOneWay"])
def test_programs_of_netconvert_round_trip(tmp_path: Path, layout: str) -> None:
    net = crossroads(tmp_path, {"N": 3, "S": 3, "E": 2, "W": 2}, options=("--tls.layout", layout))
    place = read_network(net).intersection["C"]
    assert place.tunable
    assert len(place.layout.stages) >= 2
    assert net_states(place, read_raw_net(net).programs["C"], 27_000)


def test_several_programs_of_one_signal_are_remarked_and_the_last_one_counts(
    tmp_path: Path,
) -> None:
    net = avenue_and_street(tmp_path)
    text = net.read_text()
    start, end = text.index("<tlLogic"), text.index("</tlLogic>") + len("</tlLogic>")
    second = text[start:end].replace('programID="0"', 'programID="night"')
    second = second.replace('duration="', 'duration="1')
    both = replace_program(net, text[start:end] + second)
    place = read_network(both).intersection["C"]
    assert "several programs" in place.remarks[0]
    assert isinstance(place.program, IntersectionPlan)
    alone = read_network(replace_program(net, second, "alone")).intersection["C"]
    assert place.program == alone.program
    assert cycle_states(place.layout, place.program)


def test_sumo_shows_the_program_at_the_seconds_that_we_say(tmp_path: Path) -> None:
    net = crossroads(tmp_path, {"N": 2, "S": 2, "E": 2, "W": 2})
    shifted = net.with_name("shifted.net.xml")
    shifted.write_text(net.read_text().replace('offset="0"', 'offset="17"'))
    begin, end, out = 27_003, 27_203, tmp_path / "states.xml"
    (tmp_path / "save.add.xml").write_text(
        f'<additional><timedEvent type="SaveTLSStates" source="C" dest="{out}"/></additional>'
    )
    run_tool("sumo", ["-n", str(shifted), "-a", str(tmp_path / "save.add.xml"), "-b", str(begin),
                      "-e", str(end), "--no-step-log"])  # fmt: skip
    shown = {float(e.get("time", "")): e.get("state") for e in etree.parse(out).getroot()}
    place = read_network(shifted).intersection["C"]
    assert isinstance(place.program, IntersectionPlan)
    assert place.program.offset_s == 17
    wanted = states_between(place.layout, place.program, begin, end)
    assert [shown[second] for second in range(begin, end)] == list(wanted)


def test_sumo_runs_the_program_that_was_loaded_last(tmp_path: Path) -> None:
    net = crossroads(tmp_path, {"N": 1, "S": 1, "E": 1, "W": 1})
    text = net.read_text()
    first = text[text.index("<tlLogic") : text.index("</tlLogic>") + len("</tlLogic>")]
    second = first.replace('programID="0"', 'programID="1"').replace('duration="', 'duration="1')
    both = replace_program(net, first + second)
    out = tmp_path / "states.xml"
    (tmp_path / "save.add.xml").write_text(
        f'<additional><timedEvent type="SaveTLSStates" source="C" dest="{out}"/></additional>'
    )
    run_tool("sumo", ["-n", str(both), "-a", str(tmp_path / "save.add.xml"), "-e", "50",
                      "--no-step-log"])  # fmt: skip
    assert {e.get("programID") for e in etree.parse(out).getroot()} == {"1"}
    assert read_raw_net(both).programs["C"].program_id == "1"
