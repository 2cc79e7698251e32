"""What a SUMO route or additional file holds: trips, their times, and edges that the net lacks."""

from __future__ import annotations

import gzip
import math
import zlib
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from lxml import etree

from signalopt.errors import InputError, Problem
from signalopt.network.sumo_net import line_of

TRIPS = frozenset({"vehicle", "trip", "flow", "person", "personFlow", "container", "containerFlow"})
SIGNALS = frozenset({"tlLogic", "WAUT", "wautJunction", "timedEvent"})
_EDGE_LISTS = {"route": ("edges",), "walk": ("edges",)}
_EDGE_ENDS = ("from", "to", "via")
_GOES = frozenset({"trip", "flow", "walk", "ride", "personTrip"})
WHAT = "SUMO routes, trips or flows (XML)"


@dataclass(frozen=True, slots=True)
class RouteSummary:
    """Counts of one file: trips (a flow is one), elements directly below the root, other than signals.

    last_depart_s is None where no time is written as a number; signals: ids of signal programs.
    """

    file: Path
    trips: int
    elements: int
    first_depart_s: float | None
    last_depart_s: float | None
    signals: tuple[str, ...]


def parse_seconds(text: str) -> float:
    """Seconds from SUMO's `123.5`, `HH:MM:SS` or `D:HH:MM:SS`. Raises ValueError."""
    parts = [float(part) for part in text.split(":")]
    if len(parts) not in (1, 3, 4) or not all(math.isfinite(part) for part in parts):
        raise ValueError(f"{text!r} is no time")
    days, hours, minutes, seconds = ([0.0] * (4 - len(parts))) + parts
    return ((days * 24 + hours) * 60 + minutes) * 60 + seconds


def summarise_routes(file: Path, edges: Collection[str] | None) -> RouteSummary:
    """Read a file once and count. `edges`: those of the net, None to leave them unchecked.

    Raises InputError with one problem for each missing edge (its first place), or for broken XML.
    """
    trips, elements = 0, 0
    departs: list[float] = []
    signals: dict[str, None] = {}
    missing: dict[str, int] = {}
    for depth, item in _elements(file):
        tag = str(item.tag)
        elements += depth == 1 and tag not in SIGNALS
        if tag in TRIPS:
            trips += 1
            departs += _times(item)
        if tag in SIGNALS:
            signals[item.get("id") or ""] = None
        if edges is not None:
            for edge in _edges(item, tag):
                if edge not in edges:
                    missing.setdefault(edge, line_of(item))
    if missing:
        raise InputError(
            *(
                Problem(f"{file}:{line}", f"edge {edge!r}", "an edge of the net")
                for edge, line in missing.items()
            )
        )
    first, last = (min(departs), max(departs)) if departs else (None, None)
    return RouteSummary(file, trips, elements, first, last, tuple(signals))


def _elements(file: Path) -> Iterator[tuple[int, etree._Element]]:
    """Depth (1 = below the root) and element, document order, freed as soon as they were seen."""
    opener: Callable[[Path], IO[bytes]] = _open_gzip if file.suffix == ".gz" else _open_plain
    try:
        with opener(file) as stream:
            depth = 0
            for event, item in etree.iterparse(
                stream, events=("start", "end"), huge_tree=True, resolve_entities=False
            ):
                depth += 1 if event == "start" else -1
                if event == "end" and depth >= 1 and isinstance(item.tag, str):
                    yield depth, item
                    if depth == 1:
                        item.clear()
                        while item.getprevious() is not None:
                            del item.getparent()[0]
    except etree.XMLSyntaxError as error:
        where = f"{file}:{error.lineno or 1}"
        raise InputError(Problem(where, error.msg or "broken XML", WHAT)) from None
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(Problem(str(file), str(error), WHAT)) from None


def _open_gzip(file: Path) -> IO[bytes]:
    return gzip.open(file, "rb")  # type: ignore[return-value]


def _open_plain(file: Path) -> IO[bytes]:
    return file.open("rb")


def _edges(item: etree._Element, tag: str) -> list[str]:
    names = _EDGE_LISTS.get(tag, ())
    found = [edge for name in names for edge in (item.get(name) or "").split()]
    if tag in _GOES:
        found += [edge for name in _EDGE_ENDS for edge in (item.get(name) or "").split()]
    return found


def _times(item: etree._Element) -> list[float]:
    """Departure times of a trip, begin and end of a flow, those that are numbers."""
    found = []
    for name in ("depart", "begin", "end"):
        text = item.get(name)
        try:
            found.append(parse_seconds(text or ""))
        except ValueError:
            continue  # words such as `triggered`, or absent
    return found
