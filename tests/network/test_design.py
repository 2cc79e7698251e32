"""Signal groups and stages of designed intersections, and their clearances."""

from pathlib import Path

import pytest

from signalopt.network.area import load_area
from signalopt.network.build_area import build_area
from signalopt.network.model import Intersection, Turn
from signalopt.network.read_net import read_network
from signalopt.network.rules import IntersectionRules, LeftPolicy, SignalRules
from signalopt.timing.bounds import least_cycle_s, least_greens_s, stage_timings
from signalopt.timing.clearance import pedestrian_intergreen_s, pedestrian_min_green_s
from signalopt.timing.plan import IntersectionPlan, StageTiming
from signalopt.timing.program import cycle_of
from signalopt.timing.safety import judge_program
from signalopt.timing.signals import GroupKind
from tests.network.made_nets import avenue_and_street, connect, crossroads


def design(net: Path, policy: LeftPolicy = LeftPolicy.AUTO, all_red_s: int = 2) -> Intersection:
    rules = SignalRules({"C": IntersectionRules("Test", all_red_s, policy)})
    return read_network(net, rules).intersection["C"]


def stages(place: Intersection) -> dict[str, set[str]]:
    return {stage.id: set(stage.groups) for stage in place.layout.stages}


def check_sound(place: Intersection) -> None:
    """What every design must keep, however the intersection looks."""
    layout = place.layout
    assert {m.link for m in place.movements} == set(layout.group_of_link)
    served = {group for stage in layout.stages for group in stage.groups}
    assert served == set(layout.group)
    for stage in layout.stages:
        for a in stage.groups:
            assert not any(layout.groups_conflict(a, b) for b in stage.groups if a != b)
    pairs = {
        (a.id, b.id) for a in layout.groups for b in layout.groups
        if a.id != b.id and layout.groups_conflict(a.id, b.id)
    }  # fmt: skip
    assert set(layout.intergreen_s) == pairs
    for order in (layout.stages, layout.stages[::-1]):
        greens = least_greens_s(layout, stage_timings(order))
        timings = tuple(
            StageTiming(s.id, s.groups, g + 3) for s, g in zip(order, greens, strict=True)
        )
        draft = IntersectionPlan("C", 0, 0, timings)
        plan = IntersectionPlan("C", cycle_of(layout, draft), 0, timings)
        findings = judge_program(layout, plan)
        assert not [f for f in findings if "cycle" not in str(f.rule)], findings


@pytest.fixture(scope="module")
def avenue(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return avenue_and_street(tmp_path_factory.mktemp("net"))


def test_avenue_with_bays_gets_a_protected_left_stage(avenue: Path) -> None:
    place = design(avenue)
    assert stages(place) == {
        "NS": {"N", "S", "P-E", "P-W"},
        "NS-left": {"N-left", "S-left"},
        "EW": {"E", "W", "P-N", "P-S"},
    }
    assert place.tunable
    assert place.layout.group["N-left"].name == "left from N"
    check_sound(place)


def test_opposed_lefts_go_with_their_through_traffic(avenue: Path) -> None:
    place = design(avenue, LeftPolicy.OPPOSED)
    assert set(stages(place)) == {"NS", "EW"}
    check_sound(place)


def test_two_opposing_lanes_are_no_reason_for_protection(tmp_path: Path) -> None:
    net = avenue_and_street(tmp_path, through=2)
    assert set(stages(design(net))) == {"NS", "EW"}
    protected = design(net, LeftPolicy.PROTECTED)
    assert set(stages(protected)) == {"NS", "NS-left", "EW"}
    check_sound(protected)


def test_a_protected_left_meets_neither_traffic_nor_walkers(avenue: Path) -> None:
    layout = design(avenue).layout
    assert layout.groups_conflict("N-left", "S")
    assert layout.groups_conflict("N-left", "P-E")
    assert not layout.groups_conflict("N-left", "S-left")
    lefts = set(layout.group["N-left"].links)
    assert not any(a in lefts for a, _ in layout.yields)
    opposed = design(avenue, LeftPolicy.OPPOSED).layout
    assert not opposed.groups_conflict("N", "S")
    assert any(a in lefts for a, _ in opposed.yields)


def test_t_junction_lets_the_through_traffic_go_on_beside_a_single_left(tmp_path: Path) -> None:
    connections = (
        connect("W", "E", (1, 1), (2, 2), (3, 3)) + connect("W", "N", (4, 1))
        + connect("E", "W", (1, 1), (2, 2), (3, 3)) + connect("E", "N", (1, 1))
        + connect("N", "W", (1, 1)) + connect("N", "E", (2, 1))
    )  # fmt: skip
    net = crossroads(
        tmp_path, {"W": 4, "E": 3, "N": 2}, exits={"W": 3, "E": 3, "N": 2}, connections=connections
    )
    place = design(net)
    assert stages(place) == {
        "EW": {"E", "W", "P-N"},
        "W-left": {"W", "W-left"},
        "N": {"N", "P-E", "P-W"},
    }
    check_sound(place)


def test_one_way_streets_need_two_stages(tmp_path: Path) -> None:
    crossings = "".join(
        f'<crossing node="C" edges="{edge}" priority="1"/>'
        for edge in ("W--C", "N--C", "C--E", "C--S")
    )
    connections = (
        connect("W", "E", (1, 1), (2, 2)) + connect("W", "S", (1, 1))
        + connect("N", "S", (1, 1), (2, 2)) + connect("N", "E", (2, 2)) + crossings
    )  # fmt: skip
    net = crossroads(tmp_path, {"W": 2, "N": 2}, exits={"E": 2, "S": 2}, connections=connections)
    place = design(net)
    # N's left turn and W's right turn give way to the walkers beside them
    assert stages(place) == {"N": {"N", "P-E", "P-W"}, "W": {"W", "P-N", "P-S"}}
    check_sound(place)


def test_approach_of_two_left_lanes_only_gets_its_green_apart(tmp_path: Path) -> None:
    connections = (
        connect("E", "W", (1, 1), (2, 2)) + connect("S", "W", (1, 1), (2, 2))
        + connect("N", "S", (1, 1), (2, 2)) + connect("E", "S", (2, 2))
    )  # fmt: skip
    net = crossroads(
        tmp_path, {"N": 2, "E": 2, "S": 2}, exits={"W": 2, "S": 2}, connections=connections
    )
    place = design(net)
    names = {"".join(sorted(g for g in groups if g[0] != "P")) for groups in stages(place).values()}
    assert names == {"N", "S", "E"}
    assert place.layout.groups_conflict("N", "S")
    check_sound(place)


def test_a_signalled_crossing_between_junctions_has_a_stage_for_walkers(tmp_path: Path) -> None:
    connections = (
        connect("W", "E", (1, 1)) + connect("E", "W", (1, 1))
        + '<crossing node="C" edges="W--C C--W" priority="1"/>'
    )  # fmt: skip
    net = crossroads(tmp_path, {"W": 1, "E": 1}, connections=connections)
    place = design(net)
    assert stages(place) == {"EW": {"E", "W"}, "walkers": {"P-W"}}
    check_sound(place)


def test_all_red_of_the_rules_reaches_the_clearances(avenue: Path) -> None:
    two, four = (design(avenue, all_red_s=s).layout for s in (2, 4))
    vehicles = {
        pair for pair in two.intergreen_s
        if all(two.group[g].kind is GroupKind.VEHICLE for g in pair)
    }  # fmt: skip
    assert min(two.intergreen_s[pair] for pair in vehicles) >= 5
    assert min(four.intergreen_s[pair] for pair in vehicles) == 7
    assert all(four.intergreen_s[p] >= two.intergreen_s[p] for p in two.intergreen_s)


def test_clearances_grow_with_the_way_to_the_conflict(avenue: Path) -> None:
    layout = design(avenue).layout
    rows = {(c.ending, c.starting): c for c in layout.clearances}
    near, far = rows["N", "P-N"], rows["N", "P-S"]
    assert near.clear_m is not None
    assert far.clear_m is not None
    assert near.clear_m < 10 < 20 < far.clear_m
    assert near.intergreen_s < far.intergreen_s
    walkers = rows["P-N", "N"]
    assert walkers.intergreen_s == pedestrian_intergreen_s(layout.group["P-N"].crossing_m or 0)


def test_walkers_get_green_for_the_whole_width(avenue: Path) -> None:
    place = design(avenue)
    group = place.layout.group["P-N"]
    length = sum(m.length_m for m in place.movements if m.link in group.links)
    assert group.crossing_m == pytest.approx(length)
    assert group.min_green_s == pedestrian_min_green_s(length)
    assert (group.amber_s, group.red_amber_s) == (0, 0)


def test_arm_letters_of_the_rules_are_used(avenue: Path) -> None:
    arms = {"N--C": "A", "C--N": "A", "S--C": "B", "C--S": "B"}
    rules = SignalRules({"C": IntersectionRules("T", arms=arms, streets={"N--C": "Avenue"})})
    place = read_network(avenue, rules).intersection["C"]
    assert {"A", "A-left", "B", "E", "W", "P-A"} <= set(place.layout.group)
    assert place.layout.group["A"].name == "through+right from A (Avenue)"


def test_movements_know_their_turns(avenue: Path) -> None:
    place = design(avenue)
    turns = {
        (m.from_edge[0], m.to_edge[-1]): m.turn
        for m in place.movements
        if m.turn is not Turn.CROSSING
    }
    assert turns["N", "S"] is Turn.THROUGH
    assert turns["N", "E"] is Turn.LEFT
    assert turns["N", "W"] is Turn.RIGHT
    crossings = [m for m in place.movements if m.turn is Turn.CROSSING]
    assert len(crossings) == 4
    assert all(m.length_m > 5 and len(m.shape) >= 2 and m.crosses for m in crossings)


@pytest.mark.parametrize("name", ["mangilik_el", "leftbank_core", "rightbank_core", "tauelsizdik"])
def test_every_intersection_of_the_built_in_areas_is_sound(name: str, tmp_path: Path) -> None:
    network = read_network(build_area(load_area(name), tmp_path))
    for place in network.intersections:
        check_sound(place)
        assert place.tunable
        assert 2 <= len(place.layout.stages) <= 4
        assert least_cycle_s(place.layout, stage_timings(place.layout.stages)) <= 120
