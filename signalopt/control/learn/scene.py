"""A case made ready for learning: what all its episodes share, and how the city of one is started."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from signalopt.control.city import City, build_city
from signalopt.control.learn.episodes import Episode
from signalopt.control.learn.observation import Observer, observer_of
from signalopt.control.learn.reward import stop_price_s
from signalopt.control.meso_plant import MesoPlant, Places, places_of
from signalopt.control.plant import Plant
from signalopt.control.sensing import Sensing, SensingKind
from signalopt.errors import InputError, Problem
from signalopt.mesosim.draws import Draw
from signalopt.mesosim.model import MesoModel, prepare
from signalopt.progress import Listener, ignore
from signalopt.scenario.case import Case

if TYPE_CHECKING:
    from signalopt.control.sumo_plant import SumoPlant

Engine = Literal["meso", "sumo"]
ENGINES = ("meso", "sumo")


class LearningPlant(Plant, Protocol):
    """A plant that also tells the truth about queues, which rewards need and controllers never see."""

    def held(self) -> NDArray[np.float32]:
        """Vehicles (L,) at rest on the reach of each approach lane."""
        ...


@dataclass(frozen=True, eq=False)
class Scene:
    """A case that episodes are played in. stop_price: queued seconds that a stop is worth (see `reward`)."""

    case: Case
    city: City
    model: MesoModel
    places: Places
    observer: Observer
    sensing: Sensing
    stop_price: float
    engine: Engine = "meso"

    @property
    def learning_s(self) -> int:
        """Seconds from the first departure to the end of the demand window: the length of an episode."""
        return self.case.end_s - self.case.depart_begin_s


def make_scene(
    case: Case,
    *,
    engine: str = "meso",
    sensing: str = SensingKind.DETECTORS,
    reward: str = "delay",
    listener: Listener = ignore,
) -> Scene:
    """Prepare a case. engine: `meso` (the queue model) or `sumo`; sensing: kind of it; reward: see `reward`.

    Raises InputError for unknown words, for a case in which nothing can be steered, and for files that
    cannot be read.
    """
    if engine not in ENGINES:
        raise InputError(Problem("engine", f"`{engine}`", " or ".join(ENGINES)))
    chosen = Sensing(SensingKind(sensing) if sensing in list(SensingKind) else sensing)  # type: ignore[arg-type]
    model = prepare(case, listener=listener)
    city = build_city(case)
    return Scene(
        case, city, model, places_of(model, city), observer_of(city), chosen,
        stop_price_s(model, reward), "sumo" if engine == "sumo" else "meso",
    )  # fmt: skip


def sensing_of(scene: Scene, episode: Episode) -> Sensing:
    """The scene's sensing with the errors of this episode."""
    return replace(scene.sensing, seed=episode.seed)


def open_meso(scene: Scene, episode: Episode) -> MesoPlant:
    """Start the queue model."""
    model = scene.model
    if episode.headway != 1 or episode.startup != 1:
        types = model.types.copy()
        types["headway"] *= episode.headway
        types["start"] *= episode.startup
        model = replace(model, types=types)
    draw = Draw(episode.seed, episode.demand, episode.shift_s)
    return MesoPlant(model, scene.city, draw, sensing_of(scene, episode), places=scene.places)


class SumoRun:
    """SUMO on an episode's demand, with its files in a folder of its own that goes with it."""

    def __init__(self, scene: Scene, episode: Episode) -> None:
        # libsumo and the writing of route files are for those who learn in SUMO only
        from signalopt.control.sumo_plant import start_sumo  # noqa: PLC0415
        from signalopt.control.sumo_run import steered_signals, sumo_street  # noqa: PLC0415
        from signalopt.microsim.command import SeedFiles, seed_command  # noqa: PLC0415
        from signalopt.optimize.demand_draws import DemandDraw, drawn_case  # noqa: PLC0415

        self._folder = Path(tempfile.mkdtemp(prefix="signalopt-learn-"))
        try:
            draw = DemandDraw(episode.seed, round(episode.demand, 4))
            case = drawn_case(scene.case, draw, self._folder / "demand")
            street = sumo_street(case, scene.city, sensing_of(scene, episode))
            signals = steered_signals(case, case.today, street, self._folder)
            command = seed_command(case, episode.seed, signals, SeedFiles(self._folder))
            self.plant: SumoPlant = start_sumo(street, command)
        except BaseException:
            shutil.rmtree(self._folder, ignore_errors=True)
            raise

    def close(self) -> None:
        """End SUMO and remove its files."""
        self.plant.close()
        shutil.rmtree(self._folder, ignore_errors=True)
