"""From what the detectors of a city tell to the observations of its sites."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from signalopt.control.learn.observation_kernel import site_rows, stage_rows
from signalopt.control.learn.spaces import (
    LATER_S,
    MASK_AT,
    MAX_STAGES,
    SITE_AT,
    SIZE,
    SOON_S,
    STAGE_WIDTH,
    Floats,
    bounds,
)
from signalopt.control.seen import BIN_S, Seen
from signalopt.control.stage_sums import lost_times_s
from signalopt.errors import InputError, Problem

if TYPE_CHECKING:
    from signalopt.control.city import City, Site

Ints = NDArray[np.int32]
_PRIORITY = 3
SOON_BINS, LATER_BINS = round(SOON_S / BIN_S), round(LATER_S / BIN_S)


@dataclass(frozen=True)
class Observer:
    """What of a city never changes, made ready for the kernel. out is filled anew by every `observe`."""

    stage_lane0: Ints
    stage_lane: Ints
    lane_site: Ints
    served: NDArray[np.bool_]
    protected: Floats
    fixed_share: Floats
    follower: Ints
    lost_s: Floats
    stage_movement0: Ints
    stage_movement: Ints
    stage_count: Ints
    lanes: Floats
    low: Floats
    high: Floats
    out: Floats

    def observe(self, seen: Seen) -> Floats:
        """Observations (N, SIZE) of all sites, in an array that is used anew."""
        stage_rows(
            self.stage_lane0, self.stage_lane, self.served, self.protected,
            self.fixed_share, self.follower, self.lost_s, self.stage_movement0, self.stage_movement,
            self.stage_count, seen.queue, seen.coming, seen.present, seen.gap_s, seen.red_s,
            seen.waited_s, seen.beyond, seen.stage, SOON_BINS, LATER_BINS, STAGE_WIDTH, self.out,
        )  # fmt: skip
        site_rows(
            self.lane_site, self.stage_count, seen.queue, seen.coming, seen.healthy, seen.steady_s,
            seen.switching, seen.following, seen.allowed, SOON_BINS, SITE_AT, MASK_AT, self.lanes,
            self.low, self.high, self.out,
        )  # fmt: skip
        return self.out


def observer_of(city: City) -> Observer:
    """Prepare a city. Raises InputError naming every site with more than MAX_STAGES stages."""
    problems = [
        Problem(f"intersection `{site.id}`", f"{len(site.stages)} stages", f"at most {MAX_STAGES}")
        for site in city.sites
        if len(site.stages) > MAX_STAGES
    ]
    if problems:
        raise InputError(*problems)
    sites, most = len(city.sites), city.green.shape[1]
    stage_count = np.asarray(city.stage_count, np.int32)
    lane_site = np.asarray(city.lane_site, np.int32)
    served = np.asarray(city.serves, np.bool_)
    lane_rows, movement_rows = [], []
    protected = np.zeros((sites, most), np.float32)
    for i in range(sites):
        for s in range(most):
            lane_rows.append(np.flatnonzero(served[:, s] & (lane_site == i)))
            green = np.flatnonzero((city.green[:, s] > 0) & (city.movement_site == i))
            movement_rows.append(green)
            if green.size:
                protected[i, s] = np.mean(city.green[green, s] == _PRIORITY)
    share = np.zeros((sites, most), np.float32)
    follower = np.full((sites, most), -1, np.int32)
    for i, site in enumerate(city.sites):
        _own_program(site, share[i], follower[i])
    low, high = bounds()
    return Observer(
        *_flat(lane_rows), lane_site, served, protected, share, follower,
        lost_times_s(city).astype(np.float32), *_flat(movement_rows), stage_count,
        np.bincount(lane_site, minlength=sites).astype(np.float32), low, high,
        np.zeros((sites, SIZE), np.float32),
    )  # fmt: skip


def _own_program(site: Site, share: Floats, follower: Ints) -> None:
    """Shares of the greens and the order of the site's own program; its stages are found by their groups."""
    groups = [frozenset(stage.groups) for stage in site.stages]
    ids = [stage.stage for stage in site.stages]
    order = []
    for timing in site.fallback.stages:
        if timing.stage in ids:
            order.append(ids.index(timing.stage))
        elif frozenset(timing.groups) in groups:
            order.append(groups.index(frozenset(timing.groups)))
        else:
            continue
        share[order[-1]] += timing.green_s
    if share.sum() > 0:
        share /= share.sum()
    for n, stage in enumerate(order):
        follower[stage] = order[(n + 1) % len(order)]


def _flat(rows: list[NDArray[np.int64]]) -> tuple[Ints, Ints]:
    first = np.concatenate([[0], np.cumsum([row.size for row in rows])]).astype(np.int32)
    everything = np.concatenate(rows).astype(np.int32) if rows else np.zeros(0, np.int32)
    return first, everything
