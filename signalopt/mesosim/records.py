"""Record types of the kernel: static facts and running state of one thing side by side in memory.

Arrays of a model are templates; every run works on copies of those that change. Indices of -1 mean
`none`. Lengths in metres, times in seconds of the model (0: first departure), speeds in m/s.
"""

from __future__ import annotations

from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

Records: TypeAlias = "np.recarray[Any, np.dtype[np.void]]"

LANE = np.dtype([
    # static: length, speed limit, edge, connections out of it, is it a pocket inside a junction,
    # its part of the release records
    ("m", "f8"), ("mps", "f8"), ("edge", "i4"), ("link0", "i4"), ("links", "i4"), ("pocket", "i4"),
    ("rel0", "i4"), ("rel_size", "i4"),
    # queue: first and last vehicle, room taken, why the first is held, who waits for room here,
    # since when the first ones have been moving off again
    ("head", "i4"), ("tail", "i4"), ("count", "i4"), ("hold", "i4"), ("wait_first", "i4"),
    ("rel_at", "i4"), ("rel_n", "i4"), ("used", "f8"), ("since", "f8"), ("room_t", "f8"),
    # discharge: asymptote of the last departure, last entry, room discharged since the queue started
    ("last_t", "f8"), ("last_in", "f8"), ("depth", "f8"),
    # the first vehicle's plan: connection, asymptote, speed at the line, free speed, arrival
    ("link", "i4"), ("plan_t", "f8"), ("plan_u", "f8"), ("plan_v", "f8"),
    ("plan_a", "f8"),
], align=True)  # fmt: skip

SERVER = np.dtype([
    ("time", "f8"), ("bucket", "i4"), ("next", "i4"), ("prev", "i4"), ("wait_next", "i4"),
    ("wait_on", "i4"),
], align=True)  # fmt: skip
"""Events of lanes, then of entries (one an edge)."""

EDGE = np.dtype([
    ("lane0", "i4"), ("lanes", "i4"), ("first", "i4"), ("last", "i4"), ("at", "i4"),
], align=True)  # fmt: skip
"""Lanes of an edge; its departures are order[first:last], `at` the next one. Who overtakes others that
wait to enter changes places with them."""

LINK = np.dtype([
    ("from_lane", "i4"), ("to_edge", "i4"), ("to_lane", "i4"), ("pocket", "i4"), ("lamp", "i4"),
    ("foe0", "i4"), ("foe1", "i4"), ("walk0", "i4"), ("walk1", "i4"), ("count", "i4"),
    ("m", "f8"), ("mps", "f8"), ("apart", "f8"), ("last", "f8"), ("delay", "f8"),
], align=True)  # fmt: skip
"""Connections: the path over the junction, how far it lies beside others from its lane, who to give
way to, last passage, vehicles, delay."""

VEHICLE = np.dtype([
    ("type", "i4"), ("first_step", "i4"), ("measured", "i4"), ("next", "i4"), ("prev", "i4"),
    ("step", "i4"), ("stops", "i4"),
    ("depart", "f8"), ("factor", "f8"), ("a", "f8"), ("t_in", "f8"), ("t_end", "f8"),
    ("free", "f8"), ("m", "f8"), ("partial", "f8"), ("idle", "f8"), ("lag", "f8"),
], align=True)  # fmt: skip

STEP = np.dtype([
    ("good", "i8"), ("able", "i8"), ("edge", "i4"), ("next", "i4"), ("dwell", "f8"), ("bay", "i4"),
], align=True)  # fmt: skip

TYPE = np.dtype([
    ("length", "f8"), ("space", "f8"), ("accel", "f8"), ("decel", "f8"), ("drag", "f8"),
    ("headway", "f8"), ("start", "f8"), ("vmax", "f8"), ("timegap", "f8"),
], align=True)  # fmt: skip

LAMP = np.dtype([("first", "i4"), ("cycle", "i4"), ("shift", "i4")], align=True)
SHOWN = np.dtype([("letter", "u1"), ("age", "i2"), ("wait", "i2")], align=True)
SPAN = np.dtype([("start", "f8"), ("end", "f8")], align=True)
"""Somebody on a crossing."""

WALKER = np.dtype([
    ("depart", "f8"), ("mps", "f8"), ("at", "f8"), ("lost", "f8"), ("end", "f8"), ("leg", "i4"),
    ("last", "i4"), ("near", "i4"), ("measured", "i4"),
], align=True)  # fmt: skip
"""A person on foot: legs[leg:last] are still ahead, `near`: stands in front of the next crossing."""

LEG = np.dtype([("crossing", "i4"), ("before", "f8"), ("m", "f8")], align=True)
CROSSING = np.dtype([("lamp", "i4"), ("first", "i4"), ("n", "i4")], align=True)
"""spans[first : first + n] are those of the crossing."""

RELEASE = np.dtype([("t", "f8"), ("asymptote", "f8"), ("m", "f8")], align=True)
WORLD = np.dtype([
    ("bucket", "i8"), ("until", "f8"), ("inside", "i8"), ("due", "i8"), ("wave", "f8"),
    ("clear", "f8"), ("change_m", "f8"), ("walker", "i8"),
], align=True)  # fmt: skip


class Demand(NamedTuple):
    """Vehicles of a draw: their records, edges with their part of `order`."""

    vehicles: Records
    edges: Records
    order: NDArray[np.int32]


class State(NamedTuple):
    """Everything that changes while the model runs."""

    world: Records
    bucket: NDArray[np.int32]
    servers: Records
    lanes: Records
    links: Records
    edges: Records
    vehicles: Records
    order: NDArray[np.int32]
    releases: Records
    walkers: Records
    crossings: Records
    spans: Records


def records(count: int, dtype: np.dtype[np.void], **values: object) -> Records:
    """A record array with all fields zero but those given (scalars or arrays)."""
    made = np.zeros(count, dtype).view(np.recarray)
    for name, value in values.items():
        made[name] = value
    return made
