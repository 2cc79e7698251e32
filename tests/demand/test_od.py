from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signalopt.demand.graph import RoadGraph
from signalopt.demand.od import furness, gate_od, read_gates, read_od, scale_gates
from signalopt.errors import InputError

HEAD = "period,gate,entry_vph,exit_vph,confidence,source\n"


@given(
    st.lists(st.floats(1, 2000), min_size=3, max_size=6),
    st.lists(st.floats(1, 2000), min_size=6, max_size=6),
)
def test_furness_keeps_entries_and_the_proportions_of_exits(
    entries: list[float], exits: list[float]
) -> None:
    rows = {f"i{n}": v for n, v in enumerate(entries)}
    columns = {f"o{n}": v for n, v in enumerate(exits)}
    prior = {(a, b): 1.0 + (len(a + b) + n) % 3 for n, a in enumerate(rows) for b in columns}
    cells = furness(prior, rows, columns)
    for gate, volume in rows.items():
        assert sum(v for (a, _), v in cells.items() if a == gate) == pytest.approx(volume)
    ratio = sum(entries) / sum(exits)
    for gate, volume in columns.items():
        found = sum(v for (_, b), v in cells.items() if b == gate)
        assert found == pytest.approx(volume * ratio, rel=1e-3)


def test_furness_never_fills_an_empty_cell_of_the_prior() -> None:
    prior = {("a", "x"): 1.0, ("a", "y"): 0.0, ("b", "y"): 1.0}
    cells = furness(prior, {"a": 10, "b": 20}, {"x": 10, "y": 20})
    assert cells == {("a", "x"): pytest.approx(10), ("b", "y"): pytest.approx(20)}


def test_through_traffic_outweighs_turns(graph: RoadGraph, tmp_path: Path) -> None:
    gates = ("left0", "left1", "left2", "right0", "right1", "right2", "top1", "bottom1")
    file = tmp_path / "gates.csv"
    file.write_text(HEAD + "".join(f"am,{g},400,400,estimated,test\n" for g in gates))
    od = gate_od(graph, read_gates(file, "am", graph))
    assert od["left1", "right1"] == max(v for (a, _), v in od.items() if a == "left1")
    assert not any(a == b for a, b in od)


def test_every_bad_gate_is_reported_with_its_line(graph: RoadGraph, tmp_path: Path) -> None:
    file = tmp_path / "gates.csv"
    file.write_text(
        HEAD + "am,left0,100,50,estimated,x\nam,lefd1,-3,ten,guessed,x\nam,left0,1,1,estimated,x\n"
    )
    with pytest.raises(InputError) as error:
        read_gates(file, "am", graph)
    text = str(error.value)
    assert f"{file}:3: gate" in text
    assert "did you mean `left1`?" in text
    assert f"{file}:3: entry_vph" in text
    assert f"{file}:3: exit_vph" in text
    assert f"{file}:3: confidence" in text
    assert "left0 a second time" in text


def test_an_unknown_period_names_the_known_ones(graph: RoadGraph, tmp_path: Path) -> None:
    file = tmp_path / "gates.csv"
    file.write_text(HEAD + "am,left0,100,50,estimated,x\n")
    with pytest.raises(InputError, match="period `pm`; expected one of am"):
        read_gates(file, "pm", graph)


def test_scaled_gates_keep_everything_but_the_volumes(tmp_path: Path) -> None:
    source, target = tmp_path / "a.csv", tmp_path / "b.csv"
    source.write_text(HEAD + "# note\nam,left0,100,50,estimated,why\n")
    scale_gates(source, 0.5, target)
    assert target.read_text() == HEAD + "am,left0,50.0,25.0,estimated,why\n"


def test_od_pairs_add_up_and_unconnected_ones_are_refused(graph: RoadGraph, tmp_path: Path) -> None:
    file = tmp_path / "od.csv"
    file.write_text("from,to,vph\nleft0,right0,100\nleft0,right0,50\n")
    assert read_od(file, graph) == {("left0", "right0"): 150.0}
    closed = graph.without(frozenset(graph.reaching["right0"]))
    with pytest.raises(InputError) as error:
        read_od(file, closed)
    assert f"{file}:2: to" in str(error.value)
    file.write_text("from,to,vph\nA0A1,left0,100\n")
    stranded = graph.without(frozenset({"A1A0", "A1B1", "A1A2", "A1left1"}))
    with pytest.raises(InputError, match="expected a pair joined by streets"):
        read_od(file, stranded)
