"""A running city that learns: several seconds a step, observations and rewards of all sites."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from signalopt.control import loop
from signalopt.control.controller import HOLD
from signalopt.control.guard import new_guard
from signalopt.control.learn.episodes import Episode
from signalopt.control.learn.reward import purse_of
from signalopt.control.learn.scene import LearningPlant, Scene, SumoRun, open_meso, sensing_of
from signalopt.control.learn.spaces import Floats


class LearningStreet:
    """One episode of a scene.

    follow (N,): sites that stay with their own programs (None: none of them). Those programs run
    everywhere for the episode's head start. Only one may run in SUMO at a time in a process.
    """

    def __init__(
        self, scene: Scene, episode: Episode, *, follow: NDArray[np.bool_] | None = None
    ) -> None:
        sites = len(scene.city.sites)
        self.scene, self.episode = scene, episode
        self._sumo: SumoRun | None = None
        self._plant: LearningPlant
        if scene.engine == "sumo":
            self._sumo = SumoRun(scene, episode)
            self._plant = self._sumo.plant
        else:
            self._plant = self._meso = open_meso(scene, episode)
        self._follow = np.zeros(sites, np.bool_) if follow is None else follow
        self._purse = purse_of(scene.city, scene.stop_price)
        self._hold = np.full(sites, HOLD, np.int16)
        self._queued_s = self._stops = 0.0
        self._guard = new_guard(scene.city, now_s=scene.case.depart_begin_s)
        self._street = loop.Street(
            self._plant, self._guard, sensing=sensing_of(scene, episode), alone=self._follow,
            each_second=self._count,
        )  # fmt: skip
        self._guard.follow(np.ones(sites, np.bool_))
        self._street.start()
        if episode.head_start_s:
            self._street.step(self._hold, episode.head_start_s)
        self._guard.follow(self._follow)
        self._street.step(self._hold)
        self._settle()

    @property
    def now_s(self) -> int:
        """Seconds since the first departure."""
        return self._plant.now_s

    @property
    def finished(self) -> bool:
        """Whether everybody has arrived, or the hard stop is reached."""
        return self._plant.finished

    @property
    def ended(self) -> bool:
        """Whether the episode is over: the demand window has passed, or nobody is left."""
        return self._plant.now_s >= self.scene.learning_s or self._plant.finished

    def observe(self) -> Floats:
        """Observations (N, SIZE) now, in an array that is used anew by the next call."""
        return self.scene.observer.observe(self._street.seen)

    def step(self, asks: NDArray[np.int16], interval_s: int) -> tuple[Floats, Floats]:
        """Ask for stages (N,) and run on for `interval_s`; observations and rewards (N,).

        Asks for stages that a site does not have count as none.
        """
        known = (asks >= 0) & (asks < self.scene.observer.stage_count)
        self._street.step(np.where(known, asks, self._hold), interval_s)
        return self.observe(), self._settle()

    def cost_s(self) -> float:
        """Delay, and stops at their price, in seconds a vehicle of the window, when all is over.

        In SUMO, whose trips are not written yet then: queued seconds and stops a vehicle of the case.
        """
        price = self.scene.stop_price
        if self._sumo is None:
            outcome = self._meso.world.outcome()
            delay, stops = outcome.measure("delay_s"), outcome.measure("stops")
            return float(delay[0, 0] + price * stops[0, 0])
        vehicles = self.scene.model.fleet.depart_s.size * self.episode.demand
        return (self._queued_s + price * self._stops) / vehicles

    def close(self) -> None:
        """End the run."""
        if self._sumo is not None:
            self._sumo.close()
            self._sumo = None

    def _settle(self) -> Floats:
        self._queued_s += float(self._purse.queued_s.sum())
        self._stops += float(self._purse.stops.sum())
        return self._purse.settle()

    def _count(self) -> None:
        plant = self._plant
        # Stops need the passages of this very second, queued seconds do not.
        left = plant.read(look=False).left if self.scene.stop_price else self._purse.left
        self._purse.count(plant.held(), left)
