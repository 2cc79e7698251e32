"""One run of the kernel: a fresh state, the walkers, the vehicles, and the sums."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from signalopt.mesosim import kernel
from signalopt.mesosim.kernel_events import BUCKETS_PER_S
from signalopt.mesosim.kernel_sums import SUMS, sum_up
from signalopt.mesosim.kernel_walks import sum_walks, walk
from signalopt.mesosim.lamps import Lamps
from signalopt.mesosim.model import MesoModel
from signalopt.mesosim.records import RELEASE, SERVER, SPAN, Demand, State, records
from signalopt.mesosim.walkers import DAWDLING_SHARE

WALKERS, WALK_LOSS_S, WALKS_UNFINISHED = range(3)


class RunSums(NamedTuple):
    """vehicles: rows by class, columns of `kernel`; walks: walkers, seconds lost, unfinished."""

    vehicles: NDArray[np.float64]
    walks: NDArray[np.float64]


def new_state(model: MesoModel, demand: Demand) -> State:
    """An empty world in which the vehicles and walkers of a draw are due."""
    streets = model.streets
    st = State(
        world=model.world.copy(),
        bucket=np.full(int(model.horizon_s * BUCKETS_PER_S) + 2, -1, np.int32),
        servers=records(
            streets.lanes.size + streets.edges.size, SERVER, time=1e9, bucket=-1, next=-1, prev=-1,
            wait_next=-1, wait_on=-1,
        ),
        lanes=streets.lanes.copy(),
        links=streets.links.copy(),
        edges=demand.edges.copy(),
        vehicles=demand.vehicles.copy(),
        order=demand.order.copy(),
        releases=np.empty(streets.releases, RELEASE).view(np.recarray),
        walkers=model.walks.walkers.copy(),
        crossings=model.walks.crossings.copy(),
        spans=np.empty(model.walks.spans, SPAN).view(np.recarray),
    )  # fmt: skip
    st.world["due"] = demand.order.size
    kernel.start_entries(st.world, st.bucket, st.servers, st.lanes, st.edges, st.vehicles, st.order)
    return st


def advance(
    model: MesoModel, st: State, lamps: Lamps, until_s: float,
    walk_until_s: float | None = None,
) -> None:  # fmt: skip
    """Let a world run on to second `until_s` of the model.

    walk_until_s: how far ahead people on foot are moved (drivers see who is about to step out); None:
    to the hard stop, which needs lamps that are known for the whole run.
    """
    walk(
        st.world, st.walkers, model.walks.legs, st.crossings, st.spans, lamps.lamps, lamps.shown,
        model.calibration.walk_share, model.horizon_s if walk_until_s is None else walk_until_s,
    )  # fmt: skip
    kernel.run(
        st.world, st.bucket, st.servers, st.lanes, st.links, st.edges, model.steps, model.types,
        st.vehicles, st.releases, model.streets.foes, model.streets.walks, st.order, lamps.lamps,
        lamps.shown, st.crossings, st.spans, until_s,
    )  # fmt: skip


def run_state(model: MesoModel, lamps: Lamps, demand: Demand) -> State:
    """Run a plan to the hard stop (or until nobody is left) and give the final state."""
    st = new_state(model, demand)
    advance(model, st, lamps, model.horizon_s)
    return st


def sums_of(model: MesoModel, st: State, demand: Demand, stop_s: float) -> RunSums:
    """What the measured vehicles and walkers of a state have done by second `stop_s`."""
    vehicles = np.zeros((len(model.classes), SUMS))
    sum_up(st.vehicles, demand.order, stop_s, vehicles)
    walks = np.zeros(3)
    sum_walks(st.walkers, stop_s, DAWDLING_SHARE, walks)
    return RunSums(vehicles, walks)


def run_sums(model: MesoModel, lamps: Lamps, demand: Demand) -> RunSums:
    """Sums of one run."""
    return sums_of(model, run_state(model, lamps, demand), demand, model.horizon_s)
