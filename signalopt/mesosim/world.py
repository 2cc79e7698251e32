"""A running world whose lamps somebody else sets: what controllers and learning stand on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from signalopt.mesosim.draws import AS_THEY_STAND, Draw, draw_demand
from signalopt.mesosim.engine import RunSums, new_state, sums_of
from signalopt.mesosim.kernel_world import AHEAD_S, RING_S, observe, steer
from signalopt.mesosim.lamps import Lamps
from signalopt.mesosim.model import MesoModel
from signalopt.mesosim.outcome import MesoOutcome
from signalopt.mesosim.records import LAMP, SHOWN, Demand, State, records

ADVANCE_M = 60.0
"""Place of the advance detectors before the stop line, metres (a usual distance at 60 km/h)."""


@dataclass(frozen=True)
class Detectors:
    """Readings at the end of the last slice; the arrays are filled anew in place by every `advance`.

    By lane (model.street_index.lanes): queue: vehicles that are held up; occupied: one stands at the
    stop bar; passed: vehicles over the advance detector since the start. By connection
    (model.street_index.links, then the pockets): waiting: queued vehicles that want it; served: vehicles
    that have passed since the start.
    """

    queue: NDArray[np.int32]
    occupied: NDArray[np.bool_]
    passed: NDArray[np.int32]
    waiting: NDArray[np.int32]
    served: NDArray[np.int32]


@dataclass
class World:
    """A world that stands at second `now_s` of the model (0: case.depart_begin_s).

    arrays: the records of model, demand, state and lamps as the kernel takes them; ready_s: lamps are
    written up to this second.
    """

    model: MesoModel
    demand: Demand
    state: State
    lamps: Lamps
    changed: NDArray[np.int64]
    detectors: Detectors
    arrays: tuple[NDArray[Any], ...]
    now_s: int = 0
    ready_s: int = 0

    @property
    def finished(self) -> bool:
        """Whether everybody has arrived, or the hard stop is reached."""
        world = self.arrays[0]
        gone = world["inside"][0] + world["due"][0] == 0
        return bool(gone) or self.now_s >= self.model.horizon_s

    def sums(self) -> RunSums:
        """What the measured vehicles and walkers have done up to now."""
        return sums_of(self.model, self.state, self.demand, float(self.now_s))

    def outcome(self) -> MesoOutcome:
        """The measures up to now (of one plan and one draw)."""
        found = self.sums()
        return MesoOutcome(
            self.model.classes, self.model.persons, found.vehicles[None, None],
            found.walks[None, None],
        )  # fmt: skip


def start(model: MesoModel, draw: Draw = AS_THEY_STAND) -> World:
    """A world at second 0. Raises InputError for a draw that cannot be made."""
    demand = draw_demand(model, draw)
    state = new_state(model, demand)
    count = len(model.street_index.lamps)
    lamps = Lamps(
        records(count, LAMP, first=np.arange(count) * RING_S, cycle=RING_S),
        records(count * RING_S, SHOWN),
    )
    lanes, links = model.streets.lanes.size, model.streets.links.size
    detectors = Detectors(
        np.zeros(lanes, np.int32), np.zeros(lanes, np.bool_), np.zeros(lanes, np.int32),
        np.zeros(links, np.int32), state.links["count"],
    )  # fmt: skip
    arrays = steered_arrays(model, state, lamps)
    return World(model, demand, state, lamps, np.zeros(count, np.int64), detectors, arrays)


def steered_arrays(model: MesoModel, st: State, lamps: Lamps) -> tuple[NDArray[Any], ...]:
    """The records that `kernel_world.steer` wants, as plain structured arrays on the same memory.

    Plain arrays in one tuple: Numba looks up the types of record arrays by Python, an array at a time,
    which would cost more than a second of the whole city.
    """
    streets = model.streets
    found: tuple[NDArray[Any], ...] = (
        st.world, st.bucket, st.servers, st.lanes, st.links, st.edges, model.steps, model.types,
        st.vehicles, st.releases, streets.foes, streets.walks, st.order, lamps.lamps,
        lamps.shown, st.walkers, model.walks.legs, st.crossings, st.spans,
    )  # fmt: skip
    return tuple(array.view(np.ndarray) for array in found)


def run_on(world: World, letters: NDArray[np.uint8], until_s: int) -> None:
    """Like `advance`, without reading the detectors and without checks of the arguments."""
    steer(
        world.arrays, letters, world.changed, world.now_s, world.ready_s, until_s,
        world.model.calibration.walk_share,
    )  # fmt: skip
    world.ready_s = world.now_s + AHEAD_S
    world.now_s = until_s


def advance(world: World, letters: NDArray[np.uint8], until_s: int) -> Detectors:
    """Show these lamps from now to second `until_s` of the model and let the world run on.

    letters: one code a link (0 red, 1 amber or red-amber, 2 green that yields, 3 green), in the order
    of model.street_index.lamps. At most 60 s at a time. Raises ValueError for another number of codes
    or a time that does not lie ahead.
    """
    if letters.size != world.changed.size:
        raise ValueError(f"{letters.size} lamps; the model has {world.changed.size}")
    if not world.now_s < until_s <= world.now_s + AHEAD_S - 4:
        raise ValueError(f"until {until_s} s: 1 to {AHEAD_S - 4} s after {world.now_s} s")
    run_on(world, letters, until_s)
    st, model = world.state, world.model
    d = world.detectors
    observe(
        st.lanes, st.links, model.steps, model.types, st.vehicles, ADVANCE_M, float(until_s),
        d.queue, d.occupied, d.passed, d.waiting,
    )  # fmt: skip
    return d
