"""The loop: plant, detectors, controller and guard, second by second."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from signalopt.control.controller import HOLD, Asks, Controller
from signalopt.control.estimate import Estimate
from signalopt.control.faults import Faults
from signalopt.control.plant import Plant
from signalopt.control.record import Record
from signalopt.control.seen import Seen, new_seen
from signalopt.control.sensing import Sensing, SensingKind
from signalopt.errors import SimulationError

if TYPE_CHECKING:
    from signalopt.control.city import City
    from signalopt.control.guard import Guard

EachSecond = Callable[[], None]


def _nothing() -> None:
    """Do nothing."""


class Street:
    """A running city with its sensing and its guard: what controllers and learning step through.

    seen: valid after `start` and after each `step`. fallen_s (N,): seconds in which a site had to run its
    fallback program because of a failure, unreached_s (N,): those of them for lack of communication.
    """

    def __init__(
        self,
        plant: Plant,
        guard: Guard,
        *,
        sensing: Sensing = Sensing(),  # noqa: B008 - frozen
        faults: Faults = Faults(),  # noqa: B008 - frozen
        seed: int = 0,
        steered: bool = True,
        alone: NDArray[np.bool_] | None = None,
        each_second: EachSecond = _nothing,
    ) -> None:
        """Put a run together; nothing has been shown yet.

        steered: False leaves every site with its fallback program for ever, alone (N,) those where it
        is True; without any site to steer nothing is sensed. each_second: called at the
        end of every second. seed: of the errors of sensing, with sensing.seed. Raises InputError for
        faults of lanes and sites that the city does not have.
        """
        self.plant, self.guard = plant, guard
        self.seen: Seen = new_seen(plant.city, guard.now_s)
        self._sensing, self._steered, self._each_second = sensing, steered, each_second
        self._looks = sensing.kind is not SensingKind.DETECTORS or sensing.buttons
        self._estimate = Estimate(plant.city, sensing, faults, seed)
        sites = len(plant.city.sites)
        self._hold: Asks = np.full(sites, HOLD, np.int16)
        self._alone = np.full(sites, not steered) if alone is None else alone.copy()
        self._follows = self._alone.copy()
        self.fallen_s = np.zeros(sites, np.int64)
        self.unreached_s = np.zeros(sites, np.int64)
        self.following_s = np.zeros(sites, np.int64)
        guard.follow(self._follows)

    @property
    def city(self) -> City:
        """What is controlled."""
        return self.plant.city

    @property
    def failed(self) -> NDArray[np.bool_]:
        """Sites (N,) that have to run their fallback program now because of a failure."""
        return self._estimate.failed

    @property
    def finished(self) -> bool:
        """Whether the run is over."""
        return self.plant.finished

    def start(self) -> Seen:
        """Run the first second, in which the fallback programs are shown."""
        self._run_second(tell=True)
        return self.seen

    def step(self, asks: Asks, seconds: int = 1) -> Seen:
        """Hand the asks to the guard and run so many seconds; it ends early when the run is over.

        asks (N,): wanted stages or HOLD, for the first of the seconds; then all hold.
        """
        for number in range(seconds):
            if self.plant.finished:
                break
            self.guard.step(asks if number == 0 else self._hold)
            self._run_second(tell=number == seconds - 1)
        return self.seen

    def _run_second(self, *, tell: bool) -> None:
        guard, plant, estimate = self.guard, self.plant, self._estimate
        plant.advance(guard)
        self._each_second()
        if not self._steered:
            return
        look = tell and self._looks
        raw = plant.read(look)
        estimate.update(raw, guard)
        if look and self._sensing.buttons:
            guard.call(raw.called)
        failed = estimate.failed
        self.following_s += guard.following
        if failed.any():
            self.fallen_s += failed
            self.unreached_s += estimate.unreached
        follows = failed | self._alone
        if (follows != self._follows).any():
            self._follows = follows
            guard.follow(follows)
        if tell or plant.finished:
            estimate.tell(self.seen, raw, guard)


@dataclass(frozen=True, eq=False)
class Drive:
    """What a controlled run was like. N sites.

    seconds: of the run; decision_ms: processor time of every decision, for all sites together.
    By site (N,): following_s: seconds in the fallback program; fallen_s: those because of a failure;
    unreached_s: those of them without communication; refused: asks not granted. record: the letters
    shown, None where not recorded.
    """

    city: City
    first_second: int
    seconds: int
    steered: bool
    decision_ms: NDArray[np.float64]
    following_s: NDArray[np.int64]
    fallen_s: NDArray[np.int64]
    unreached_s: NDArray[np.int64]
    refused: NDArray[np.int64]
    record: Record | None = None

    def figures(self) -> Mapping[str, float]:
        """The figures of microsim.result.CONDUCT; decision times are those per intersection."""
        sites, total = len(self.city.sites), max(self.seconds, 1) * len(self.city.sites)
        times = self.decision_ms / sites if self.decision_ms.size else np.zeros(1)
        follows = float(self.following_s.sum()) / total if self.steered else 1.0
        return {
            "decision_ms_mean": float(times.mean()),
            "decision_ms_p99": float(np.percentile(times, 99)),
            "following_share": follows,
            "fallen_share": float(self.fallen_s.sum()) / total,
            "refused": float(self.refused.sum()),
        }

    def fallen(self) -> Mapping[str, tuple[int, int]]:
        """Sites that had to fall back: seconds in all, seconds without communication."""
        return {
            site.id: (int(self.fallen_s[n]), int(self.unreached_s[n]))
            for n, site in enumerate(self.city.sites)
            if self.fallen_s[n]
        }

    def shown(self) -> tuple[tuple[str, ...], ...]:
        """States of each site second by second; empty where nothing was recorded."""
        return self.record.shown() if self.record else ()


def drive(
    plant: Plant,
    guard: Guard,
    controller: Controller,
    *,
    sensing: Sensing = Sensing(),  # noqa: B008 - frozen
    faults: Faults = Faults(),  # noqa: B008 - frozen
    seed: int = 0,
    record: bool = False,
) -> Drive:
    """Let a controller steer a plant to the end of its run.

    record: keep the letters of every second. Raises InputError for faults of lanes and sites that the
    city does not have, and SimulationError where the controller's asks have not one stage a site.
    """
    steered = not getattr(controller, "follows", False)
    kept = Record(plant.city) if record else None
    each_second = (lambda: kept.keep(guard)) if kept else _nothing
    street = Street(
        plant, guard, sensing=sensing, faults=faults, seed=seed, steered=steered,
        each_second=each_second,
    )  # fmt: skip
    session = controller.begin(plant.city, seed)
    times = []
    first_second = guard.now_s
    seen = street.start()
    sites = len(plant.city.sites)
    while not street.finished:
        began = time.thread_time()
        asks = session.decide(seen)
        times.append(1000 * (time.thread_time() - began))
        if asks.shape != (sites,):
            found = f"{controller.name}: asks of the form {asks.shape}"
            raise SimulationError(f"{found}; expected one stage for each of {sites} sites")
        seen = street.step(asks, controller.interval_s)
    return Drive(
        city=plant.city,
        first_second=first_second,
        seconds=guard.now_s - first_second + 1,
        steered=steered,
        decision_ms=np.array(times, np.float64),
        following_s=street.following_s,
        fallen_s=street.fallen_s,
        unreached_s=street.unreached_s,
        refused=guard.refused,
        record=kept,
    )
