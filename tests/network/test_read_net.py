import gzip
from pathlib import Path

import pytest

from signalopt.errors import InputError
from signalopt.network.model import Turn
from signalopt.network.read_net import read_network
from signalopt.network.rules import IntersectionRules, SignalRules, rules_path, write_rules
from signalopt.network.tools import run_tool
from signalopt.timing.plan import FixedProgram
from tests.network.made_nets import avenue_and_street, crossroads, replace_program

RULES = SignalRules({"C": IntersectionRules("Avenue / Street")})


@pytest.fixture(scope="module")
def avenue(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return avenue_and_street(tmp_path_factory.mktemp("net"))


def problem_of(net: Path) -> str:
    with pytest.raises(InputError) as caught:
        read_network(net)
    return str(caught.value)


def test_edges_lanes_and_names(avenue: Path) -> None:
    network = read_network(avenue)
    edge = network.edge["N--C"]
    assert (edge.from_node, edge.to_node, edge.name) == ("N", "C", "Street N")
    assert edge.lanes == 4  # the sidewalk is not counted
    assert edge.speed_mps == pytest.approx(16.67)
    assert 150 < edge.length_m < 200
    assert not any(e.startswith(":") for e in network.edge)
    place = network.intersection["C"]
    assert place.incoming_edges[0] == "N--C"
    assert (place.lat, place.lon) == (None, None)
    assert "Street N" in place.name


def test_gzipped_net_is_the_same_network(avenue: Path, tmp_path: Path) -> None:
    packed = tmp_path / "x.net.xml.gz"
    packed.write_bytes(gzip.compress(avenue.read_bytes()))
    assert read_network(packed).fingerprint == read_network(avenue).fingerprint


def test_rules_beside_the_net_are_found(avenue: Path, tmp_path: Path) -> None:
    net = tmp_path / "a.net.xml"
    net.write_bytes(avenue.read_bytes())
    write_rules(rules_path(net), RULES)
    found, given = read_network(net), read_network(avenue, RULES)
    assert found.intersections == given.intersections
    assert found.fingerprint == given.fingerprint != read_network(avenue).fingerprint
    place = found.intersection["C"]
    assert place.name == "Avenue / Street"
    assert isinstance(place.program, FixedProgram)
    assert place.tunable


def test_fingerprint_ignores_form_and_programs(avenue: Path) -> None:
    base = read_network(avenue).fingerprint
    text = avenue.read_text()
    spaced = avenue.with_name("spaced.net.xml")
    spaced.write_text(text.replace("<lane ", "<!-- note -->\n<lane    "))
    other = replace_program(
        avenue, text[text.index("<tlLogic") : text.index("</tlLogic>") + 10].replace("36", "20")
    )
    renamed = avenue.with_name("renamed.net.xml")
    renamed.write_text(text.replace("Street N", "Avenue N"))
    assert {read_network(net).fingerprint for net in (spaced, other, renamed)} == {base}


def test_fingerprint_changes_with_links_lengths_and_rules(avenue: Path, tmp_path: Path) -> None:
    nets = [avenue, avenue_and_street(tmp_path / "narrow", through=2)]
    text = avenue.read_text()
    swapped = tmp_path / "swapped.net.xml"
    swapped.write_text(
        text.replace('linkIndex="1"', 'linkIndex="x"')
        .replace('linkIndex="2"', 'linkIndex="1"')
        .replace('linkIndex="x"', 'linkIndex="2"')
    )
    prints = [read_network(net).fingerprint for net in (*nets, swapped)]
    for seconds in (2, 4):
        rules = SignalRules({"C": IntersectionRules("x", seconds)})
        prints.append(read_network(avenue, rules).fingerprint)
    assert len(set(prints)) == len(prints)


def test_a_net_without_signals(tmp_path: Path) -> None:
    net = crossroads(tmp_path, {"N": 1, "S": 1, "E": 1}, options=("--tls.unset", "C"))
    assert "no signals" in problem_of(net)


def test_missing_broken_and_foreign_files(avenue: Path, tmp_path: Path) -> None:
    assert "no such file" in problem_of(tmp_path / "none.net.xml")
    broken = tmp_path / "broken.net.xml"
    broken.write_text("\n".join(avenue.read_text().splitlines()[:60]))
    assert "broken.net.xml:" in problem_of(broken)
    foreign = tmp_path / "routes.net.xml"
    foreign.write_text("<routes/>")
    assert "routes.net.xml:1: found <routes>" in problem_of(foreign)


def test_every_wrong_number_is_reported_with_its_line(avenue: Path, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.net.xml"
    text = avenue.read_text().replace('speed="16.67"', 'speed="fast"', 2)
    wrong.write_text(text.replace('state="g', 'state="Q', 1))
    lines = problem_of(wrong).splitlines()
    assert len(lines) == 3
    assert all("wrong.net.xml:" in line for line in lines)


def test_a_program_shorter_than_its_links(avenue: Path) -> None:
    short = '<tlLogic id="C" offset="0"><phase duration="9" state="Gr"/></tlLogic>'
    text = problem_of(replace_program(avenue, short, "short"))
    assert "states of 2 letters" in text
    assert "short.net.xml:" in text


def test_states_of_different_lengths(avenue: Path) -> None:
    uneven = (
        '<tlLogic id="C" type="static" programID="0" offset="0"><phase duration="9" state="Gr"/>'
        '<phase duration="9" state="Grr"/></tlLogic>'
    )
    assert "3 letters after one of 2" in problem_of(replace_program(avenue, uneven, "uneven"))


def test_rules_for_a_signal_that_is_not_there(avenue: Path) -> None:
    rules = SignalRules({"C": IntersectionRules("x"), "D": IntersectionRules("y")})
    with pytest.raises(InputError, match="rules for 'D'"):
        read_network(avenue, rules)


def test_actuated_signals_are_left_to_sumo(tmp_path: Path) -> None:
    net = crossroads(tmp_path, {"N": 2, "S": 2, "E": 1, "W": 1}, tl_type="actuated",
                     options=("--tls.default-type", "actuated"))  # fmt: skip
    network = read_network(net)
    place = network.intersection["C"]
    assert (place.program, place.tunable) == (None, False)
    assert place.layout.groups
    assert network.found_plan().intersections == ()


def test_a_link_with_several_connections_holds_all_their_conflicts(avenue: Path) -> None:
    """All links of the N approach on one index: what any of them conflicts with stays a conflict."""
    text = avenue.read_text()
    network = read_network(avenue)
    north = [m.link for m in network.intersection["C"].movements if m.from_edge == "N--C"]
    for link in north[1:]:
        text = text.replace(f'linkIndex="{link}"', f'linkIndex="{north[0]}"')
    merged = avenue.with_name("merged.net.xml")
    merged.write_text(text)
    place = read_network(merged).intersection["C"]
    before = network.intersection["C"].layout.conflicts
    wanted = {north[0] if a in north else a for a, b in before if b in north and a not in north}
    assert {a for a, b in place.layout.conflicts if b == north[0]} >= wanted
    assert sum(1 for m in place.movements if m.link == north[0]) == len(north)
    assert place.layout.link_count == network.intersection["C"].layout.link_count


def test_nets_without_internal_lanes_have_the_same_conflicts(tmp_path: Path) -> None:
    lanes = {"N": 2, "S": 2, "E": 2, "W": 2}
    inside = crossroads(tmp_path, lanes, sidewalks=False)
    bare = crossroads(
        tmp_path, lanes, sidewalks=False, name="bare", options=("--no-internal-links", "true")
    )
    layouts = [read_network(net).intersection["C"].layout for net in (inside, bare)]
    assert layouts[0].conflicts == layouts[1].conflicts != frozenset()
    assert layouts[0].yields == layouts[1].yields


def test_crossings_with_an_index_each_way(tmp_path: Path) -> None:
    crossing = '<crossing node="C" edges="N--C C--N" linkIndex="12" linkIndex2="13" priority="1"/>'
    net = crossroads(tmp_path, {"N": 1, "S": 1, "E": 1, "W": 1}, connections=crossing)
    place = read_network(net).intersection["C"]
    walks = [m for m in place.movements if m.turn is Turn.CROSSING]
    assert {m.link for m in walks} == {12, 13}
    assert all({"N--C", "C--N"} == set(m.crosses) for m in walks)
    layout = read_network(net, RULES).intersection["C"].layout
    group = layout.group["P-N"]
    assert group.links == (12, 13)
    assert group.crossing_m == pytest.approx(walks[0].length_m)


def test_degrees_come_from_the_projection(tmp_path: Path) -> None:
    (tmp_path / "x.osm").write_text(
        '<osm version="0.6">'
        + "".join(
            f'<node id="{i}" lat="{51.1 + y}" lon="{71.42 + x}" version="1"/>'
            for i, (x, y) in enumerate(((0, 0), (0.003, 0), (-0.003, 0), (0, 0.003)), start=1)
        )
        + '<way id="1" version="1"><nd ref="3"/><nd ref="1"/><nd ref="2"/>'
        '<tag k="highway" v="primary"/></way><way id="2" version="1"><nd ref="4"/><nd ref="1"/>'
        '<tag k="highway" v="primary"/></way></osm>'
    )
    net = tmp_path / "x.net.xml"
    run_tool("netconvert", ["--osm-files", str(tmp_path / "x.osm"), "-o", str(net), "--proj.utm",
                            "--tls.set", "1"])  # fmt: skip
    place = read_network(net).intersections[0]
    assert (place.lat, place.lon) == pytest.approx((51.1, 71.42), abs=1e-4)


def test_rail_crossings_are_not_intersections(tmp_path: Path) -> None:
    (tmp_path / "r.nod.xml").write_text(
        '<nodes><node id="X" x="0" y="0" type="rail_crossing"/><node id="w" x="-99" y="0"/>'
        '<node id="e" x="99" y="0"/><node id="s" x="0" y="-99"/><node id="n" x="0" y="99"/></nodes>'
    )
    edges = [("w", "X", ""), ("X", "e", ""), ("s", "X", "rail"), ("X", "n", "rail")]
    (tmp_path / "r.edg.xml").write_text(
        "<edges>"
        + "".join(
            f'<edge id="{a}{b}" from="{a}" to="{b}"{f" allow={chr(34)}{k}{chr(34)}" if k else ""}/>'
            for a, b, k in edges
        )
        + "</edges>"
    )
    net = tmp_path / "r.net.xml"
    run_tool("netconvert", ["-n", str(tmp_path / "r.nod.xml"), "-e", str(tmp_path / "r.edg.xml"),
                            "-o", str(net)])  # fmt: skip
    assert "rail_crossing" in net.read_text()
    assert "no signals" in problem_of(net)
