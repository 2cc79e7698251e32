"""How our vehicles approach a signal: free speed, crossings at amber and red, emergency braking.

Random arrivals far below capacity at the test bed's approach; most meet a green, some the amber at a
distance where braking and driving on are both unpleasant (the dilemma zone).
"""

from __future__ import annotations

import random
import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from signalopt.demand.vehicles import vehicle_types_xml
from signalopt.microsim.bed_net import BedNet, Cycle
from signalopt.microsim.statistics import Estimate, estimate
from signalopt.microsim.test_bed import LIMIT_MPS
from signalopt.network.model import Turn

_CYCLE = Cycle(first_green_s=60, green_s=27, amber_s=3, red_s=28, red_amber_s=2)
_LANES, _LANE_FLOW_VPH, _SPAN_S, _RUN_OUT_S = 2, 300, 3600, 120
_STOP_LINE_M, _UPSTREAM_M = 0.1, 300
_EMERGENCY = re.compile(r"performs emergency (?:braking|stop)")
_COLLISION = re.compile(r"collision with")


@dataclass(frozen=True, slots=True)
class ConductResult:
    """What was seen at the signal, all seeds together; free speed at 300 m before the stop line.

    at_amber, at_red: front bumpers over the stop line in amber, in red or red-amber.
    emergency_brakings: braking harder than the class can (SUMO's warning); collisions: touching.
    """

    season: str
    vehicle_type: str
    free_speed_kph: Estimate
    crossings: int
    at_amber: int
    at_red: int
    emergency_brakings: int
    collisions: int


def measure_conduct(
    season: str, seeds: Sequence[int] = (1, 2, 3), vehicle_type: str = "car"
) -> ConductResult:
    """Run the approach for an hour per seed. A simulated hour takes a second or two.

    Raises InputError for an unknown season, SimulationError if SUMO fails.
    """
    types = vehicle_types_xml(season)
    speeds: list[float] = []
    crossings = amber = red = emergency = collisions = 0
    with tempfile.TemporaryDirectory(prefix="signalopt-bed-") as name:
        loops = (_STOP_LINE_M, _UPSTREAM_M)
        bed = BedNet(Path(name), Turn.THROUGH, _LANES, _CYCLE, LIMIT_MPS, loops_m=loops)
        bed.build()
        for seed in seeds:
            vehicles = _arrivals(vehicle_type, seed)
            printed = bed.simulate(types, vehicles, seed, _SPAN_S + _RUN_OUT_S)
            emergency += len(_EMERGENCY.findall(printed))
            collisions += len(_COLLISION.findall(printed))
            upstream = bed.crossings(_UPSTREAM_M)
            speeds.append(3.6 * sum(c.speed_mps for c in upstream) / len(upstream))
            for crossing in bed.crossings(_STOP_LINE_M):
                second = (crossing.time_s - _CYCLE.first_green_s) % _CYCLE.cycle_s
                crossings += 1
                amber += _CYCLE.green_s <= second < _CYCLE.green_s + _CYCLE.amber_s
                red += second >= _CYCLE.green_s + _CYCLE.amber_s
    return ConductResult(
        season, vehicle_type, estimate(speeds), crossings, amber, red, emergency, collisions
    )


def _arrivals(vehicle_type: str, seed: int) -> list[str]:
    rng = random.Random(seed)
    times: list[tuple[float, int]] = []
    for lane in range(_LANES):
        now = rng.expovariate(_LANE_FLOW_VPH / 3600)
        while now < _SPAN_S:
            times.append((now, lane))
            now += rng.expovariate(_LANE_FLOW_VPH / 3600)
    return [
        f'<vehicle id="{number}" type="{vehicle_type}" route="r" depart="{time_s:.1f}"'
        f' departLane="{lane}" departSpeed="desired"/>'
        for number, (time_s, lane) in enumerate(sorted(times))
    ]
