"""The discharge test bed: how fast a standing queue of our vehicles really leaves a stop line in SUMO.

One approach of a four-leg intersection, all lanes for one movement, a queue longer than any green can
empty. Crossings come from SUMO's instant induction loops at the stop line (front bumper, interpolated
within the step). Saturation headway and start-up lost time are computed as the Highway Capacity
Manual (2010, chapter 31, field measurement) does: the first four vehicles of each green are start-up,
the headway is (t_n - t_4) / (n - 4), the lost time t_4 - 4 headways after the start of green.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

from signalopt.demand.vehicles import vehicle_types_xml
from signalopt.errors import SimulationError
from signalopt.microsim.bed_net import BedNet, Crossing, Cycle
from signalopt.microsim.statistics import Estimate, estimate
from signalopt.network.model import Turn

START_UP_VEHICLES = 4
TRUCK_EQUIVALENT = 2.0
"""Passenger-car equivalent of a heavy vehicle on a level approach (HCM 2010, E_T = 2.0)."""

LIMIT_MPS = 60 / 3.6
SUMO_DEFAULT_TYPES = '<vType id="car"/>\n<vType id="truck" vClass="truck"/>\n'
"""The same queue with SUMO's own passenger and truck, for comparison."""

# The first measured green starts when the approach is full; the red lets the queue close up again.
_CYCLE = Cycle(first_green_s=240, green_s=60, amber_s=3, red_s=85, red_amber_s=2)
_CYCLES = 4
_STOP_LINE_M = 0.1
_LEAST_CROSSINGS = 8  # the shortest queue that the HCM measures


@dataclass(frozen=True, slots=True)
class SaturationResult:
    """What the test bed measured for one movement, season and share of trucks.

    saturation_vph: vehicles per hour of green and lane; saturation_pcuph the same with each truck
    counted as 2.0 cars. end_gain_s: how much longer than the green the queue's effective green ends
    (into amber): crossings x headway - green + start-up lost time. headways: how many headways went
    into the mean.
    """

    turn: Turn
    lanes: int
    season: str
    truck_share: float
    link_speed_mps: float
    headway_s: Estimate
    saturation_vph: Estimate
    saturation_pcuph: Estimate
    start_up_lost_s: Estimate
    end_gain_s: Estimate
    headways: int
    seeds: tuple[int, ...]


def measure_saturation(
    turn: Turn,
    lanes: int,
    season: str,
    truck_share: float = 0.0,
    seeds: Sequence[int] = (1, 2, 3),
    *,
    limit_mps: float = LIMIT_MPS,
    link_speed_mps: float | None = None,
    types_xml: str | None = None,
    heavy_type: str = "truck",
) -> SaturationResult:
    """Run the test bed once per seed and return saturation flow and start-up lost time.

    turn: through, left (protected) or right; lanes: 1..3, all for this movement.
    limit_mps: speed limit of the streets; link_speed_mps: speed limit of the path over the junction,
    None: as netconvert finds it from the radius. types_xml: vType elements with the ids `car` and
    `truck` in place of the season's (for comparisons). heavy_type: the type that `truck_share` of the
    queue are of.
    Raises InputError for an unknown season, SimulationError if SUMO fails or no queue discharges.
    """
    types = vehicle_types_xml(season) if types_xml is None else types_xml
    runs = []
    with tempfile.TemporaryDirectory(prefix="signalopt-bed-") as name:
        bed = BedNet(Path(name), turn, lanes, _CYCLE, limit_mps, link_speed_mps)
        speed = bed.build()
        for seed in seeds:
            vehicles = _queue(bed, heavy_type, truck_share, seed)
            bed.simulate(types, vehicles, seed, _CYCLE.first_green_s + _CYCLES * _CYCLE.cycle_s)
            runs.append(discharge(bed.crossings(_STOP_LINE_M)))
    headway = estimate([run.headway_s for run in runs])
    return SaturationResult(
        turn, lanes, season, truck_share, speed,
        headway,
        estimate([3600 / run.headway_s for run in runs]),
        estimate([3600 / run.headway_s * run.equivalent for run in runs]),
        estimate([run.lost_s for run in runs]),
        estimate([run.gain_s for run in runs]),
        sum(run.headways for run in runs),
        tuple(seeds),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Discharge:
    """What one run gave: means over lanes and greens; `equivalent` is passenger cars per vehicle."""

    headway_s: float
    lost_s: float
    gain_s: float
    equivalent: float
    headways: int


def discharge(crossings: Sequence[Crossing]) -> Discharge:
    """HCM headway and lost time over all lanes and greens of one run of the bed.

    Raises SimulationError where a green saw too short a queue to measure.
    """
    if not crossings:
        raise SimulationError("test bed: nobody crossed the stop line")
    headways: list[float] = []
    fourths: list[float] = []
    counts: list[int] = []
    equivalents: list[float] = []
    for cycle in range(_CYCLES):
        start = _CYCLE.first_green_s + cycle * _CYCLE.cycle_s
        for lane in sorted({c.lane for c in crossings}):
            shown = [
                c for c in crossings if c.lane == lane and 0 <= c.time_s - start < _CYCLE.cycle_s
            ]
            queue = [c for c in shown if c.time_s - start < _CYCLE.green_s]
            if len(queue) < _LEAST_CROSSINGS:
                raise SimulationError(
                    f"test bed: only {len(queue)} vehicles crossed in green {cycle + 1},"
                    f" lane {lane}; a standing queue should give at least {_LEAST_CROSSINGS}"
                )
            saturated = queue[START_UP_VEHICLES:]
            fourths.append(queue[START_UP_VEHICLES - 1].time_s - start)
            headways.append((queue[-1].time_s - start - fourths[-1]) / len(saturated))
            counts.append(len(shown))
            equivalents += [TRUCK_EQUIVALENT if c.vehicle_type != "car" else 1 for c in saturated]
    headway = fmean(headways)
    lost = fmean(fourths) - START_UP_VEHICLES * headway
    gain = fmean(counts) * headway - _CYCLE.green_s + lost
    return Discharge(headway, lost, gain, fmean(equivalents), len(equivalents))


def _queue(bed: BedNet, heavy_type: str, share: float, seed: int) -> list[str]:
    """Vehicles of a queue that no green empties, heavy ones mixed in at random."""
    rng = random.Random(seed)
    lines = []
    for number in range(bed.lanes * (_CYCLES * 40 + 100)):
        kind = heavy_type if rng.random() < share else "car"
        lines.append(
            f'<vehicle id="{number}" type="{kind}" route="r" depart="{number // bed.lanes}"'
            f' departLane="{number % bed.lanes}" departSpeed="max"/>'
        )
    return lines
