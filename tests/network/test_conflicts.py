from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from signalopt.network.arms import headings
from signalopt.network.conflicts import Relations, relations
from signalopt.network.geometry import sample
from signalopt.network.model import Movement, Turn
from signalopt.network.movements import movements_by_signal
from signalopt.network.read_net import read_network
from signalopt.network.sumo_net import read_raw_net
from signalopt.network.tools import run_tool
from tests.network.made_nets import avenue_and_street, crossroads


def read(net: Path) -> tuple[list[Movement], Relations]:
    raw = read_raw_net(net)
    controlled = movements_by_signal(raw)["C"]
    movements = [c.movement for c in controlled]
    incoming = [m.from_edge for m in movements if m.turn is not Turn.CROSSING]
    return movements, relations(controlled, headings(raw, incoming), lefthand=raw.lefthand)


@pytest.fixture(scope="module")
def avenue(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Movement], Relations]:
    return read(avenue_and_street(tmp_path_factory.mktemp("net")))


def arms(movement: Movement) -> tuple[str, str]:
    """From and to arm letters; for a crossing, the arm that it lies on, twice."""
    if movement.turn is Turn.CROSSING:
        arm = movement.crosses[0].replace("--C", "").replace("C--", "")
        return arm, arm
    return movement.from_edge[0], movement.to_edge[-1]


OPPOSITE = {"N": "S", "S": "N", "E": "W", "W": "E"}


def expected(a: Movement, b: Movement) -> str:
    """The policy in the words of a traffic engineer, from arms and turns only."""
    if a.turn is Turn.CROSSING:
        a, b = b, a
    if a.turn is Turn.CROSSING:
        return "free"
    (start, end), (other_start, _) = arms(a), arms(b)
    if b.turn is Turn.CROSSING:
        if other_start == start:
            return "conflict"
        if other_start == end:
            return "conflict" if a.turn is Turn.THROUGH else "yield"
        return "free"
    if start == other_start:
        return "free"
    if OPPOSITE[start] == other_start:
        if {a.turn, b.turn} == {Turn.LEFT, Turn.THROUGH}:
            return "yield"
        return "merge or free" if {a.turn, b.turn} == {Turn.LEFT, Turn.RIGHT} else "free"
    if Turn.THROUGH in (a.turn, b.turn) and {a.turn, b.turn} <= {Turn.THROUGH, Turn.LEFT}:
        return "conflict"
    return "any hard or free"


def found(relation: Relations, i: int, j: int) -> str:
    if (i, j) in relation.conflicts:
        return "conflict"
    return "yield" if (i, j) in relation.permitted or (j, i) in relation.permitted else "free"


def test_every_pair_follows_the_policy(avenue: tuple[list[Movement], Relations]) -> None:
    movements, relation = avenue
    seen = set()
    for (i, a), (j, b) in combinations(enumerate(movements), 2):
        want, is_ = expected(a, b), found(relation, i, j)
        seen.add(want)
        allowed = {
            "merge or free": {"yield", "free"},
            "any hard or free": {"conflict", "free"},
        }.get(want, {want})
        assert is_ in allowed, (want, is_, a, b)
    assert seen >= {"conflict", "yield", "free"}


def test_only_the_turning_side_yields(avenue: tuple[list[Movement], Relations]) -> None:
    movements, relation = avenue
    assert relation.permitted
    for a, b in relation.permitted:
        assert movements[a].turn in (Turn.LEFT, Turn.RIGHT)
        assert movements[b].turn in (Turn.THROUGH, Turn.RIGHT, Turn.CROSSING)


def test_protected_links_turn_yielding_into_conflict(
    avenue: tuple[list[Movement], Relations],
) -> None:
    movements, relation = avenue
    left = next(m.link for m in movements if m.turn is Turn.LEFT and m.from_edge.startswith("N--C"))
    protected = relation.with_protected(movements, {left})
    pairs = {(a, b) for a, b in relation.link_yields(movements) if a == left}
    assert pairs
    assert pairs <= protected.link_conflicts(movements)
    assert not any(a == left for a, _ in protected.link_yields(movements))
    untouched = {(a, b) for a, b in relation.link_yields(movements) if a != left}
    assert protected.link_yields(movements) == untouched


def test_link_conflicts_are_stored_both_ways(avenue: tuple[list[Movement], Relations]) -> None:
    movements, relation = avenue
    pairs = relation.link_conflicts(movements)
    assert pairs == {(b, a) for a, b in pairs}
    assert not pairs & relation.link_yields(movements)


def test_where_traffic_keeps_left_the_right_turn_gives_way(tmp_path: Path) -> None:
    net = crossroads(
        tmp_path, {"N": 2, "S": 2, "E": 2, "W": 2}, options=("--lefthand",), sidewalks=False
    )
    movements, relation = read(net)
    assert {movements[a].turn for a, _ in relation.permitted} == {Turn.RIGHT}


def test_parts_of_a_joined_signal_do_not_conflict(tmp_path: Path) -> None:
    (tmp_path / "n.nod.xml").write_text(
        '<nodes><node id="a" x="0" y="0" type="traffic_light" tl="J"/>'
        '<node id="b" x="30" y="0" type="traffic_light" tl="J"/><node id="w" x="-200" y="0"/>'
        '<node id="e" x="230" y="0"/><node id="s" x="0" y="-200"/><node id="n" x="30" y="200"/></nodes>'
    )
    ends = [("w", "a"), ("a", "b"), ("b", "e"), ("s", "a"), ("n", "b")]
    (tmp_path / "n.edg.xml").write_text(
        "<edges>"
        + "".join(f'<edge id="{a}{b}" from="{a}" to="{b}" numLanes="1"/>' for a, b in ends)
        + "</edges>"
    )
    net = tmp_path / "n.net.xml"
    run_tool("netconvert", ["-n", str(tmp_path / "n.nod.xml"), "-e", str(tmp_path / "n.edg.xml"),
                            "-o", str(net)])  # fmt: skip
    place = read_network(net).intersection["J"]
    assert set(place.junctions) == {"a", "b"}
    junction = {m.link: m.junction for m in place.movements}
    assert place.layout.conflicts
    assert all(junction[a] == junction[b] for a, b in place.layout.conflicts)


def test_paths_that_may_be_green_together_never_come_close(
    avenue: tuple[list[Movement], Relations],
) -> None:
    """An independent check of the right-of-way table: by the drawn paths themselves."""
    movements, relation = avenue
    apart_m = []
    for (i, a), (j, b) in combinations(enumerate(movements), 2):
        if a.from_edge == b.from_edge or Turn.CROSSING in (a.turn, b.turn):
            continue
        if found(relation, i, j) == "free":
            (first, _), (second, _) = sample(a.shape), sample(b.shape)
            apart_m.append(np.hypot(*(first[:, None] - second[None]).transpose(2, 0, 1)).min())
    assert len(apart_m) > 10
    assert min(apart_m) > 1.8
