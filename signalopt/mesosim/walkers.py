"""People on foot as arrays: who sets out when, over which crossings, on the shortest way."""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from lxml import etree
from numpy.typing import NDArray

from signalopt.errors import InputError, Problem
from signalopt.files import read_xml
from signalopt.mesosim.records import CROSSING, LEG, WALKER, Records, records
from signalopt.mesosim.streets import StreetIndex
from signalopt.network.routes import parse_seconds
from signalopt.network.sumo_net import RawNet
from signalopt.scenario.case import Case

DAWDLING_SHARE = 0.1
"""Mean share of their speed that SUMO's walkers lose (half of pedestrian.striping.dawdling, 0.2)."""
DEFAULT_WALK_MPS = 1.39
"""SUMO's default desired speed of pedestrians (user documentation, "Pedestrians")."""
SPREAD = 0.1
_SHOWN = 20
Way = tuple[tuple[str, float, float], ...]


@dataclass(frozen=True)
class Walks:
    """walkers and their legs; crossings with their part of the span records. ids: of the walkers."""

    walkers: Records
    legs: Records
    crossings: Records
    spans: int
    ids: tuple[str, ...]


class _Paths:
    """Shortest ways on foot between two edges: the crossings met and the metres in between."""

    def __init__(self, net: RawNet) -> None:
        self._length: dict[str, float] = {}
        self._next: dict[str, set[str]] = {}
        self.crossings = {e.id for e in net.edges.values() if e.function == "crossing"}
        for edge in net.edges.values():
            walkable = [lane for lane in edge.lanes if lane.for_walkers]
            if walkable or edge.function in ("crossing", "walkingarea"):
                self._length[edge.id] = (walkable or list(edge.lanes))[0].length_m
        for c in net.connections:
            if c.from_edge in self._length and c.to_edge in self._length:
                self._next.setdefault(c.from_edge, set()).add(c.to_edge)
                self._next.setdefault(c.to_edge, set()).add(c.from_edge)
        self._known: dict[tuple[str, str], Way | None] = {}

    def way(self, start: str, goal: str) -> Way | None:
        """Pieces (crossing or "", metres before it, its metres); None where there is no way."""
        key = (start, goal)
        if key not in self._known:
            self._known[key] = self._search(start, goal)
        return self._known[key]

    def _search(self, start: str, goal: str) -> Way | None:
        if start not in self._length or goal not in self._length:
            return None
        heap: list[tuple[float, str, tuple[str, ...]]] = [(0.0, start, (start,))]
        done = set()
        while heap:
            cost, here, path = heapq.heappop(heap)
            if here == goal:
                return self._pieces(path)
            if here in done:
                continue
            done.add(here)
            for after in sorted(self._next.get(here, ())):
                if after not in done:
                    heapq.heappush(heap, (cost + self._length[after], after, (*path, after)))
        return None

    def _pieces(self, path: tuple[str, ...]) -> Way:
        pieces, before = [], 0.0
        for name in path[1:-1]:
            if name in self.crossings:
                pieces.append((name, before, self._length[name]))
                before = 0.0
            else:
                before += self._length[name]
        return (*pieces, ("", before, 0.0))


@dataclass(frozen=True, slots=True)
class _Gait:
    mps: float
    deviation: float
    low: float
    high: float


def read_walks(case: Case, net: RawNet, index: StreetIndex) -> Walks:
    """Read every walk that sets out in [depart_begin_s, end_s).

    Stages of a person other than walks (rides, stops) are left out. Raises InputError with all walks
    between edges that no footway joins.
    """
    paths = _Paths(net)
    gaits = _gaits((*case.additional_files, *case.route_files))
    problems: list[Problem] = []
    rows: list[tuple[float, str, _Gait, Way]] = []
    for file in case.route_files:
        for person in read_xml(file, "SUMO routes").getroot().iter("person"):
            where = f"{file}:{person.sourceline}: person {person.get('id')}"
            try:
                depart = parse_seconds(person.get("depart", ""))
            except ValueError:
                problems.append(Problem(where, f"depart `{person.get('depart')}`", "a time"))
                continue
            if not case.depart_begin_s <= depart < case.end_s:
                continue
            gait = gaits.get(person.get("type", ""), _Gait(DEFAULT_WALK_MPS, SPREAD, 0.2, 2.0))
            way: list[tuple[str, float, float]] = []
            for walk in person.findall("walk"):
                found = _way_of(walk, person, paths)
                if found is None:
                    ends = f"a walk from {walk.get('from')} to {walk.get('to')}"
                    problems.append(Problem(where, ends, "edges joined by a footway"))
                    break
                way += found
            else:
                if way:
                    rows.append((depart, person.get("id", ""), gait, tuple(way)))
    if problems:
        raise InputError(*problems[:_SHOWN])
    rows.sort(key=lambda row: row[:2])
    return _arrays(case, net, index, rows)


def _arrays(
    case: Case, net: RawNet, index: StreetIndex, rows: Sequence[tuple[float, str, _Gait, Way]]
) -> Walks:
    lamp: dict[str, int] = {}
    for c in net.connections:
        if c.tl and c.to_edge in index.crossing_of and (c.tl, c.link) in index.lamp_of:
            lamp[c.to_edge] = index.lamp_of[c.tl, c.link]
    pieces = [piece for row in rows for piece in row[3]]
    number = [index.crossing_of[name] if name else -1 for name, _, _ in pieces]
    visits = np.bincount([n for n in number if n >= 0], minlength=len(index.crossings))
    starts = np.concatenate([[0], np.cumsum(visits)])
    ends = np.cumsum([len(row[3]) for row in rows]).astype(np.int64)
    dice = np.random.default_rng([7, len(rows)])
    factor = [
        float(np.clip(1 + g.deviation * z, g.low, g.high)) * g.mps
        for (_, _, g, _), z in zip(rows, dice.standard_normal(len(rows)), strict=True)
    ]
    depart: NDArray[np.float64] = np.array([row[0] for row in rows], np.float64)
    walkers = records(
        len(rows), WALKER, depart=depart - case.depart_begin_s, at=depart - case.depart_begin_s,
        mps=np.array(factor) * (1 - DAWDLING_SHARE), leg=ends - [len(row[3]) for row in rows],
        last=ends, measured=(depart >= case.begin_s) & (depart < case.end_s), end=-1.0,
    )  # fmt: skip
    legs = records(
        len(pieces), LEG, crossing=number, before=[p[1] for p in pieces], m=[p[2] for p in pieces]
    )
    crossings = records(
        len(index.crossings), CROSSING, lamp=[lamp.get(c, -1) for c in index.crossings],
        first=starts[:-1],
    )  # fmt: skip
    return Walks(walkers, legs, crossings, int(starts[-1]), tuple(row[1] for row in rows))


def _way_of(walk: etree._Element, person: etree._Element, paths: _Paths) -> Way | None:
    edges = (walk.get("edges") or "").split()
    start, goal = walk.get("from", ""), walk.get("to", "")
    if edges:
        start, goal = edges[0], edges[-1]
    found = paths.way(start, goal)
    if found is None:
        return None
    first = _distance(person.get("departPos") or walk.get("departPos"), from_end=True)
    last = _distance(walk.get("arrivalPos"), from_end=False)
    head = (found[0][0], found[0][1] + first, found[0][2])
    way = (head, *found[1:])
    tail = (way[-1][0], way[-1][1] + last, way[-1][2])
    return (*way[:-1], tail)


def _distance(text: str | None, *, from_end: bool) -> float:
    """Metres walked on the first or last edge, where the position is written from the near end."""
    try:
        value = float(text or "0")
    except ValueError:
        return 0.0
    return -value if from_end and value < 0 else (0.0 if from_end else max(value, 0.0))


def _gaits(files: Sequence[Path]) -> Mapping[str, _Gait]:
    found = {}
    for file in files:
        for element in read_xml(file, "SUMO types").getroot().iter("vType"):
            if element.get("vClass") == "pedestrian":
                text = element.get("speedFactor", "")
                try:
                    values = [float(v) for v in text[text.index("(") + 1 : -1].split(",")]
                except ValueError:
                    values = [1.0, SPREAD, 0.2, 2.0]
                speed = element.get("desiredMaxSpeed") or element.get("maxSpeed")
                mps = float(speed) if speed else DEFAULT_WALK_MPS
                low, high = (values[2], values[3]) if len(values) > 3 else (0.2, 2.0)
                found[element.get("id", "")] = _Gait(mps * values[0], values[1], low, high)
    return found
