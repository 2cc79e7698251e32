from pathlib import Path

from signalopt.network.arms import arms_of
from signalopt.network.movements import movements_by_signal
from signalopt.network.sumo_net import read_raw_net
from signalopt.network.tools import run_tool
from tests.network.made_nets import crossroads


def star(folder: Path, ends: dict[str, tuple[float, float]]) -> Path:
    """A signal at the origin with two-way streets to the given points."""
    nodes = "".join(f'<node id="{n}" x="{x}" y="{y}"/>' for n, (x, y) in ends.items())
    edges = "".join(
        f'<edge id="{n}in" from="{n}" to="C"/><edge id="{n}out" from="C" to="{n}"/>' for n in ends
    )
    (folder / "s.nod.xml").write_text(
        f'<nodes><node id="C" x="0" y="0" type="traffic_light"/>{nodes}</nodes>'
    )
    (folder / "s.edg.xml").write_text(f"<edges>{edges}</edges>")
    net = folder / "s.net.xml"
    run_tool("netconvert", ["-n", str(folder / "s.nod.xml"), "-e", str(folder / "s.edg.xml"),
                            "-o", str(net)])  # fmt: skip
    return net


def letters(net: Path, given: dict[str, str] | None = None) -> dict[str, str]:
    raw = read_raw_net(net)
    return arms_of(raw, [c.movement for c in movements_by_signal(raw)["C"]], given)


def test_both_directions_of_a_street_are_one_arm(tmp_path: Path) -> None:
    net = crossroads(tmp_path, {"N": 3, "S": 3, "E": 2, "W": 2})
    assert letters(net) == {f"{a}--C": a for a in "NESW"} | {f"C--{a}": a for a in "NESW"}


def test_close_arms_get_finer_letters(tmp_path: Path) -> None:
    net = star(tmp_path, {"a": (0, 200), "b": (140, 140), "c": (0, -200)})
    found = letters(net)
    assert (found["ain"], found["bin"], found["cin"]) == ("N", "NE", "S")
    assert all(found[f"{n}in"] == found[f"{n}out"] for n in "abc")


def test_arms_too_close_for_letters_get_numbers(tmp_path: Path) -> None:
    net = star(tmp_path, {"a": (-60, 200), "b": (60, 200), "c": (0, -200), "d": (190, 100)})
    found = [letters(net)[f"{n}in"] for n in "abcd"]
    assert len(set(found)) == 4


def test_given_letters_take_the_edges_beside_them_along(tmp_path: Path) -> None:
    net = star(tmp_path, {"a": (0, 200), "b": (200, 0), "c": (0, -200)})
    found = letters(net, {"ain": "Q"})
    assert (found["ain"], found["aout"]) == ("Q", "Q")
    assert (found["bin"], found["cout"]) == ("E", "S")
