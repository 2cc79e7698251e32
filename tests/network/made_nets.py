"""Nets that tests make with netconvert: crossroads of any arms, lanes and connections."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from signalopt.network.tools import run_tool

PLACES = {"N": (0, 200), "E": (200, 0), "S": (0, -200), "W": (-200, 0)}


def crossroads(
    folder: Path,
    lanes: Mapping[str, int],
    *,
    connections: str = "",
    exits: Mapping[str, int] | None = None,
    options: tuple[str, ...] = (),
    sidewalks: bool = True,
    name: str = "cross",
    tl_type: str = "static",
) -> Path:
    """A signal at `C` with the arms named in `lanes` (incoming lanes) and `exits` (default: the same).

    Incoming edges are `N--C`, outgoing `C--N`; lane 0 is a sidewalk, lane 1 the rightmost for cars.
    """
    folder.mkdir(parents=True, exist_ok=True)
    exits = lanes if exits is None else exits
    walk = ' sidewalkWidth="2"' if sidewalks else ""
    nodes = [f'<node id="C" x="0" y="0" type="traffic_light" tlType="{tl_type}"/>']
    edges = []
    for arm in {**lanes, **exits}:
        x, y = PLACES[arm]
        nodes.append(f'<node id="{arm}" x="{x}" y="{y}"/>')
    for arm, count in lanes.items():
        edges.append(
            f'<edge id="{arm}--C" from="{arm}" to="C" numLanes="{count}" speed="16.67"{walk}'
            f' name="Street {arm}"/>'
        )
    for arm, count in exits.items():
        edges.append(
            f'<edge id="C--{arm}" from="C" to="{arm}" numLanes="{count}" speed="16.67"{walk}/>'
        )
    (folder / f"{name}.nod.xml").write_text(f"<nodes>{''.join(nodes)}</nodes>")
    (folder / f"{name}.edg.xml").write_text(f"<edges>{''.join(edges)}</edges>")
    (folder / f"{name}.con.xml").write_text(f"<connections>{connections}</connections>")
    net = folder / f"{name}.net.xml"
    guess = ("--crossings.guess", "--crossings.guess.speed-threshold", "20") if sidewalks else ()
    files = [f"--{k}-files={folder / name}.{e}.xml"
             for k, e in (("node", "nod"), ("edge", "edg"), ("connection", "con"))]  # fmt: skip
    run_tool(
        "netconvert",
        [*files, "-o", str(net), "--no-turnarounds", "true", "--output.street-names",
         *guess, *options],
    )  # fmt: skip
    return net


def connect(start: str, end: str, *pairs: tuple[int, int]) -> str:
    """`<connection>` elements from arm to arm by (from lane, to lane)."""
    return "".join(
        f'<connection from="{start}--C" to="C--{end}" fromLane="{a}" toLane="{b}"/>'
        for a, b in pairs
    )


def with_bays(*, through: int = 3) -> str:
    """Connections of a four-arm crossing whose N and S have a left-turn lane of their own.

    N and S: lane 1 right and through, up to `through` lanes ahead, then one lane for the left turn;
    E and W: two lanes, right+through and through+left.
    """
    text = ""
    for start, right, ahead, left in (("N", "W", "S", "E"), ("S", "E", "N", "W")):
        text += connect(start, right, (1, 1))
        text += connect(start, ahead, *((lane, lane) for lane in range(1, through + 1)))
        text += connect(start, left, (through + 1, 2))
    for start, right, ahead, left in (("E", "N", "W", "S"), ("W", "S", "E", "N")):
        text += connect(start, right, (1, 1)) + connect(start, ahead, (1, 1), (2, 2))
        text += connect(start, left, (2, through))
    return text


def avenue_and_street(folder: Path, *, through: int = 3, name: str = "cross") -> Path:
    """An avenue N-S (`through` lanes and a left-turn lane) crossing a two-lane street E-W."""
    return crossroads(
        folder,
        {"N": through + 1, "S": through + 1, "E": 2, "W": 2},
        exits={"N": through, "S": through, "E": 2, "W": 2},
        connections=with_bays(through=through),
        name=name,
    )


def replace_program(net: Path, program: str, name: str = "changed") -> Path:
    """The net with its first `tlLogic` replaced by other text."""
    text = net.read_text()
    start, end = text.index("<tlLogic"), text.index("</tlLogic>") + len("</tlLogic>")
    changed = net.with_name(f"{name}.net.xml")
    changed.write_text(text[:start] + program + text[end:])
    return changed
