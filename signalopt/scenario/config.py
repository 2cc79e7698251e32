"""Files beside the vehicles that make a case run in plain SUMO: configuration, closures, outages."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

from lxml import etree

from signalopt.demand.graph import RoadGraph
from signalopt.demand.trips import write_xml
from signalopt.scenario.schema import Closure

DARK_SIGNALS = (("jmIgnoreFoeProb", "0.1"), ("jmIgnoreFoeSpeed", "0.5"))
"""At dark signals everybody who yields to everybody would stand for ever: with probability 0.1 a
second a driver goes ahead of a vehicle that is slower than 0.5 m/s (estimated; clears such knots)."""

_UPSTREAM_STEPS = 3  # how many edges ahead of a closure drivers learn of it


def write_config(
    path: Path, net_file: Path, route_files: Sequence[Path], additional_files: Sequence[Path],
    begin_s: int, end_s: int, step_length_s: float, seed: int,
) -> None:  # fmt: skip
    """Write a `.sumocfg` by the counting protocol: no teleports, nobody given up in the queue.

    Paths are written relative to the configuration. Raises OutputError.
    """
    root = etree.Element("configuration")
    inputs = etree.SubElement(root, "input")
    for name, files in (
        ("net-file", [net_file]), ("route-files", route_files), ("additional-files", additional_files)
    ):  # fmt: skip
        if files:
            etree.SubElement(inputs, name, value=",".join(_relative(file, path) for file in files))
    time = etree.SubElement(root, "time")
    etree.SubElement(time, "begin", value=str(begin_s))
    etree.SubElement(time, "end", value=str(end_s))
    etree.SubElement(time, "step-length", value=f"{step_length_s:g}")
    processing = etree.SubElement(root, "processing")
    etree.SubElement(processing, "time-to-teleport", value="-1")
    etree.SubElement(processing, "max-depart-delay", value="-1")
    etree.SubElement(processing, "collision.action", value="warn")
    # A collision is contact. SUMO's default also counts standing closer than minGap.
    etree.SubElement(processing, "collision.mingap-factor", value="0")
    etree.SubElement(etree.SubElement(root, "report"), "no-step-log", value="true")
    etree.SubElement(etree.SubElement(root, "random_number"), "seed", value=str(seed))
    write_xml(path, root)


def _relative(file: Path, config: Path) -> str:
    return file.relative_to(config.parent).as_posix()


def write_types(
    path: Path, types_xml: str, taken: Collection[str] = (), *, dark_signals: bool = False
) -> None:
    """Write vehicle types as an additional file, without the ids `taken` by the user's own types.

    dark_signals: drivers also come to terms with vehicles that stand, see `DARK_SIGNALS`. Raises
    OutputError.
    """
    root = etree.fromstring(f"<additional>\n{types_xml}</additional>")
    for element in [e for e in root if e.get("id") in taken]:
        root.remove(element)
    for vehicle_type in root.iterfind("vType") if dark_signals else ():
        if vehicle_type.get("vClass") != "pedestrian":
            for name, value in DARK_SIGNALS:
                vehicle_type.set(name, value)
    write_xml(path, root)


def write_signals_off(path: Path, intersections: Iterable[str]) -> None:
    """Write programs `off`: lamps dark, the junction's right-of-way rules hold. Raises OutputError."""
    root = etree.Element("additional")
    for name in intersections:
        etree.SubElement(root, "tlLogic", id=name, type="static", programID="off")
    write_xml(path, root)


def write_closures(
    path: Path, closures: Sequence[Closure], graph: RoadGraph, begin_s: int, end_s: int
) -> None:
    """Write closures as SUMO rerouters: closed lanes, and closed edges with the ways round them.

    Closures without times hold from begin_s to end_s. Raises OutputError.
    """
    root = etree.Element("additional")
    for number, closure in enumerate(closures):
        upstream = _upstream(graph, closure.edge)
        rerouter = etree.SubElement(
            root, "rerouter", id=f"closure.{number}", edges=" ".join(upstream), probability="1"
        )
        interval = etree.SubElement(
            rerouter, "interval",
            begin=str(begin_s if closure.begin is None else closure.begin),
            end=str(end_s if closure.end is None else closure.end),
        )  # fmt: skip
        for lane in closure.lanes:
            name = f"{closure.edge}_{lane}"
            etree.SubElement(interval, "closingLaneReroute", id=name, allow="pedestrian")
        if not closure.lanes:
            etree.SubElement(interval, "closingReroute", id=closure.edge, allow="pedestrian")
    write_xml(path, root)


def _upstream(graph: RoadGraph, edge: str) -> list[str]:
    """Edges from which a closure is learnt of, the edge itself not included."""
    before: dict[str, list[str]] = {}
    for source, turns in graph.turns.items():
        for target, _ in turns:
            before.setdefault(target, []).append(source)
    seen, front = {edge: None}, [edge]
    for _ in range(_UPSTREAM_STEPS):
        front = [source for target in front for source in before.get(target, ())]
        front = [source for source in dict.fromkeys(front) if source not in seen]
        seen |= dict.fromkeys(front)
    return [name for name in seen if name != edge] or [edge]
