"""One run looked at closely: delay of every movement, queues over time, spillback."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from signalopt.mesosim.draws import AS_THEY_STAND, Draw, draw_demand
from signalopt.mesosim.engine import advance, new_state, sums_of
from signalopt.mesosim.evaluate import compile_plan
from signalopt.mesosim.kernel_world import observe
from signalopt.mesosim.model import MesoModel
from signalopt.mesosim.outcome import MesoOutcome
from signalopt.mesosim.world import ADVANCE_M
from signalopt.timing.plan import Plan


@dataclass(frozen=True, slots=True)
class MovementDelay:
    """All vehicles of the run (warm-up included) on one connection of the net.

    delay_s: mean loss between the free arrival at the end of the lane and the passage. signal and link
    are empty and -1 for connections without a signal.
    """

    from_lane: str
    to_lane: str
    signal: str
    link: int
    vehicles: int
    delay_s: float


@dataclass(frozen=True)
class Trace:
    """A run in detail.

    lanes: ids, the pockets inside junctions last; times_s: seconds of the day at which queues were
    read; queue: (times, lanes) vehicles held up; full_s: by lane, seconds for which it was full
    (spillback: nobody could enter), at the resolution of times_s.
    """

    outcome: MesoOutcome
    lanes: tuple[str, ...]
    times_s: NDArray[np.int64]
    queue: NDArray[np.int32]
    full_s: NDArray[np.float64]
    movements: tuple[MovementDelay, ...]

    def queue_of(self, lane: str) -> NDArray[np.int32]:
        """Queue of one lane over time. Raises ValueError for a lane that the model does not have."""
        return self.queue[:, self.lanes.index(lane)]


def trace(model: MesoModel, plan: Plan, draw: Draw = AS_THEY_STAND, *, step_s: int = 10) -> Trace:
    """Run a plan and read every lane's queue each `step_s` seconds. Raises InputError (draw)."""
    demand, lamps = draw_demand(model, draw), compile_plan(model, plan)
    st = new_state(model, demand)
    lanes, links = model.streets.lanes.size, model.streets.links.size
    queue, occupied = np.zeros(lanes, np.int32), np.zeros(lanes, np.bool_)
    passed, waiting = np.zeros(lanes, np.int32), np.zeros(links, np.int32)
    shortest = float(model.types.space.min()) if model.types.size else 0.0
    times, queues = [], []
    full = np.zeros(lanes)
    now = 0
    while now < model.horizon_s and st.world[0].inside + st.world[0].due > 0:
        now = min(now + step_s, int(model.horizon_s))
        advance(model, st, lamps, float(now))
        observe(
            st.lanes, st.links, model.steps, model.types, st.vehicles, ADVANCE_M, float(now),
            queue, occupied, passed, waiting,
        )  # fmt: skip
        times.append(now + model.case.depart_begin_s)
        queues.append(queue.copy())
        full += step_s * (st.lanes["used"] + shortest > st.lanes["m"]) * (queue > 0)
    sums = sums_of(model, st, demand, float(model.horizon_s))
    return Trace(
        outcome=MesoOutcome(
            model.classes, model.persons, sums.vehicles[None, None], sums.walks[None, None]
        ),
        lanes=model.street_index.lanes,
        times_s=np.array(times, np.int64),
        queue=np.array(queues, np.int32).reshape(len(times), lanes),
        full_s=full,
        movements=_movements(model, st.links["count"], st.links["delay"]),
    )


def _movements(
    model: MesoModel, count: NDArray[np.int32], delay: NDArray[np.float64]
) -> tuple[MovementDelay, ...]:
    """Delays by connection; what is lost in the pocket behind the line belongs to it."""
    total = delay.copy()
    links = model.streets.links
    for k in range(len(model.street_index.links)):
        if links[k].pocket >= 0:
            total[k] += delay[model.streets.lanes[links[k].pocket].link0]
    return tuple(
        MovementDelay(
            f"{c.from_edge}_{c.from_lane}", f"{c.to_edge}_{c.to_lane}", c.tl, c.link,
            int(count[k]), float(total[k] / count[k]),
        )
        for k, c in enumerate(model.street_index.links)
        if count[k]
    )  # fmt: skip
