"""What every rule for choosing stages needs of a city: sums over the lanes of a stage, and lost times."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from signalopt.control.city import GREEN, YIELD, City


@dataclass(frozen=True)
class StageSums:
    """Sums by stage, without a loop over lanes; made once for a city.

    lane_of, lane_target: the pairs (lane, site * S + stage) of lanes that have green in a stage;
    movement_of, movement_target: the same for movements; movement_yields: their green gives way,
    and another stage gives them priority;
    movement_lane, movement_share (M,): the lane of each movement and the share of its vehicles that
    takes it;
    lost_s (N, S, S): seconds from the decision for another stage to its steady green, 0 on the diagonal.
    """

    sites: int
    stages: int
    lane_of: NDArray[np.int64]
    lane_target: NDArray[np.int64]
    movement_of: NDArray[np.int64]
    movement_target: NDArray[np.int64]
    movement_yields: NDArray[np.bool_]
    movement_lane: NDArray[np.int64]
    movement_share: NDArray[np.float64]
    lost_s: NDArray[np.float64]

    def of_lanes(self, value: NDArray[np.floating]) -> NDArray[np.float64]:
        """Sum of a value (L,) over the lanes with green, by site and stage (N, S)."""
        return self._sum(self.lane_target, value[self.lane_of])

    def of_vehicles(
        self, vehicles: NDArray[np.floating], yielding_share: float
    ) -> NDArray[np.float64]:
        """Sum of vehicles by lane (L,) as they share out among the movements, as `of_movements`."""
        return self.of_movements(vehicles[self.movement_lane] * self.movement_share, yielding_share)

    def of_movements(
        self, value: NDArray[np.floating], yielding_share: float
    ) -> NDArray[np.float64]:
        """Sum of a value (M,) over the movements with green; `movement_yields` ones count for a share."""
        weight = np.where(self.movement_yields, yielding_share, 1.0)
        return self._sum(self.movement_target, value[self.movement_of] * weight)

    def _sum(self, target: NDArray[np.int64], value: NDArray[np.floating]) -> NDArray[np.float64]:
        count = self.sites * self.stages
        total = np.bincount(target, weights=value.astype(np.float64), minlength=count)
        return total.astype(np.float64).reshape(self.sites, self.stages)


def stage_sums(city: City) -> StageSums:
    """Prepare the sums of a city."""
    sites, stages = len(city.sites), city.green.shape[1]
    lane_of, lane_stage = np.nonzero(city.serves)
    movement_of, movement_stage = np.nonzero(city.green)
    protected = (city.green == GREEN).any(axis=1)
    return StageSums(
        sites=sites,
        stages=stages,
        lane_of=lane_of,
        lane_target=city.lane_site[lane_of].astype(np.int64) * stages + lane_stage,
        movement_of=movement_of,
        movement_target=city.movement_site[movement_of].astype(np.int64) * stages + movement_stage,
        movement_yields=(city.green[movement_of, movement_stage] == YIELD) & protected[movement_of],
        movement_lane=city.movement_lane.astype(np.int64),
        movement_share=city.movement_share,
        lost_s=lost_times_s(city),
    )


def lost_times_s(city: City) -> NDArray[np.float64]:
    """Seconds of the change between every two stages of a site (N, S, S); 0 for changes never shown."""
    stages = city.green.shape[1]
    lost = np.zeros((len(city.sites), stages, stages))
    for number, site in enumerate(city.sites):
        for (old, new), states in site.changes.items():
            lost[number, old, new] = len(states)
    return lost
