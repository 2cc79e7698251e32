"""What a controller did: it steers the queue model over draws of the demand, and its stages are noted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from signalopt.control.city import City
from signalopt.control.controller import Controller
from signalopt.control.guard import new_guard
from signalopt.control.loop import Street
from signalopt.control.meso_plant import MesoPlant, places_of
from signalopt.control.sensing import Sensing
from signalopt.mesosim.draws import Draw
from signalopt.mesosim.model import MesoModel
from signalopt.progress import Listener, Progress, ignore

CHANGING = -1


@dataclass(frozen=True)
class Visit:
    """A stage that was shown: its index among the site's, seconds of steady green, second of its begin."""

    stage: int
    steady_s: int
    begin_s: int


@dataclass(frozen=True)
class SiteShown:
    """What one intersection showed in the measured windows of all runs. runs: visits in order, by run."""

    site: str
    seconds: int
    runs: tuple[tuple[Visit, ...], ...]

    def whole(self, stage: int) -> SiteShown:
        """From the first whole visit of a stage to its last one: no rotation is cut by a window's end."""
        seconds, runs = 0, []
        for run in self.runs:
            at = [n for n, visit in enumerate(run) if visit.stage == stage and n > 0]
            if len(at) > 1:
                seconds += run[at[-1]].begin_s - run[at[0]].begin_s
                runs.append(run[at[0] : at[-1]])
        return SiteShown(self.site, seconds, tuple(runs))

    def visits(self, stage: int) -> int:
        """How often a stage was shown."""
        return sum(visit.stage == stage for run in self.runs for visit in run)

    def steady_s(self, stage: int) -> int:
        """Seconds of steady green of a stage, all visits together."""
        return sum(visit.steady_s for run in self.runs for visit in run if visit.stage == stage)


@dataclass(frozen=True)
class Shown:
    """What a controller did in all runs: by intersection, and the mean delay that came of it, s/veh."""

    sites: tuple[SiteShown, ...]
    delay_s: float


def watch(
    model: MesoModel,
    city: City,
    controller: Controller,
    draws: Sequence[Draw],
    sensing: Sensing,
    listener: Listener = ignore,
) -> Shown:
    """Let a controller steer the queue model under each draw of the demand and note its stages.

    Raises what `Controller.begin` raises for a city that it cannot steer.
    """
    places = places_of(model, city)
    seconds = np.zeros(len(city.sites), np.int64)
    visits: list[list[tuple[Visit, ...]]] = [[] for _ in city.sites]
    delays = []
    for number, draw in enumerate(draws):
        listener(Progress(f"watch {controller.name}", number, len(draws)))
        plant = MesoPlant(model, city, draw, sensing, places=places)
        rows = _stages(model, plant, city, controller, draw.seed, sensing)
        delays.append(float(plant.world.outcome().measure("delay_s")[0, 0]))
        for site in range(len(city.sites)):
            seconds[site] += rows.shape[0]
            visits[site].append(visits_of(rows[:, site]))
    listener(Progress(f"watch {controller.name}", len(draws), len(draws)))
    sites = tuple(
        SiteShown(site.id, int(seconds[n]), tuple(visits[n])) for n, site in enumerate(city.sites)
    )
    return Shown(sites, sum(delays) / len(delays))


def _stages(
    model: MesoModel,
    plant: MesoPlant,
    city: City,
    controller: Controller,
    seed: int,
    sensing: Sensing,
) -> NDArray[np.int16]:
    """Stages (seconds, N) of the measured window, CHANGING in the changes between them."""
    case = model.case
    guard = new_guard(city, now_s=case.depart_begin_s)
    rows: list[NDArray[np.int16]] = []

    def note() -> None:
        if case.begin_s <= guard.now_s < case.end_s:
            rows.append(np.where(guard.steady_s > 0, guard.stage, np.int16(CHANGING)))

    steered = not getattr(controller, "follows", False)
    street = Street(
        plant, guard, sensing=sensing, seed=seed, steered=steered, each_second=note
    )  # fmt: skip
    session = controller.begin(city, seed)
    seen = street.start()
    while not street.finished:
        seen = street.step(session.decide(seen), controller.interval_s)
    return np.array(rows, np.int16).reshape(len(rows), len(city.sites))


def visits_of(stages: NDArray[np.int16]) -> tuple[Visit, ...]:
    """Visits in a row of stages second by second, CHANGING in between."""
    found: list[Visit] = []
    before = CHANGING
    for second, stage in enumerate(stages.tolist()):
        if stage != CHANGING:
            if stage == before:
                found[-1] = Visit(stage, found[-1].steady_s + 1, found[-1].begin_s)
            else:
                found.append(Visit(stage, 1, second))
        before = stage
    return tuple(found)
