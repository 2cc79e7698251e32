"""Ways to run the signals of a case: programs, SUMO's own actuated kinds, controllers of the package."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from signalopt.control.controller import Controller
from signalopt.control.faults import Faults
from signalopt.control.registry import controller_of, is_policy
from signalopt.control.sensing import Sensing, SensingKind
from signalopt.control.simulate import simulate_control
from signalopt.control.sumo_actuated import SumoActuated, SumoKind, write_actuated
from signalopt.microsim.result import SimulationResult
from signalopt.microsim.simulate import simulate, simulate_files
from signalopt.scenario.case import Case
from signalopt.timing.plan import Plan


@dataclass(frozen=True)
class Plans:
    """The plans that ways start from: in force today, and the best one found (None: not asked for)."""

    today: Plan
    best: Plan | None = None

    def named(self, best: bool) -> Plan:
        """One of the two. Raises ValueError for a best plan that nobody made."""
        if not best:
            return self.today
        if self.best is None:
            raise ValueError("the best fixed plan was not made")
        return self.best


@dataclass(frozen=True)
class FixedWay:
    """A plan runs by the clock."""

    title: str
    best: bool = False

    @property
    def key(self) -> str:
        """What its results depend on, beside case and plans."""
        return f"fixed {'best' if self.best else 'today'}"

    @property
    def ours(self) -> bool:
        """Whether code of the control room takes part."""
        return False

    def run(
        self, case: Case, plans: Plans, seeds: Sequence[int], dead_detectors: float
    ) -> SimulationResult:
        """Simulate it, one run at a time; a plan needs no detectors."""
        del dead_detectors
        return simulate(case, plans.named(self.best), seeds, workers=1)


@dataclass(frozen=True)
class SumoWay:
    """SUMO's own controllers; what they sense is SUMO's and never fails."""

    title: str
    parameters: SumoActuated
    best: bool = False

    @property
    def key(self) -> str:
        """What its results depend on, beside case and plans."""
        return f"sumo {'best' if self.best else 'today'} {self.parameters}"

    @property
    def ours(self) -> bool:
        """Whether code of the control room takes part."""
        return True

    def run(
        self, case: Case, plans: Plans, seeds: Sequence[int], dead_detectors: float
    ) -> SimulationResult:
        """Simulate it, one run at a time."""
        del dead_detectors
        plan = plans.named(self.best)

        def signals(folder: Path) -> tuple[Path, ...]:
            return write_actuated(case, plan, folder, self.parameters)

        return simulate_files(case, self.title, signals, seeds, workers=1)


@dataclass(frozen=True)
class ControllerWay:
    """A controller of the package behind the guard. best: its fallback is the best fixed plan."""

    title: str
    text: str
    sensing: Sensing = field(default_factory=Sensing)
    best: bool = False

    @property
    def key(self) -> str:
        """What its results depend on, beside case and plans."""
        told = policy_digest(Path(self.text)) if is_policy(self.text) else repr(self.controller)
        return f"controller {told} {self.sensing} {self.best}"

    @property
    def ours(self) -> bool:
        """Whether code of the control room takes part."""
        return True

    @property
    def controller(self) -> Controller:
        """The controller itself. Raises InputError for an unknown one."""
        return controller_of(self.text)

    def run(
        self, case: Case, plans: Plans, seeds: Sequence[int], dead_detectors: float
    ) -> SimulationResult:
        """Simulate it, one run at a time."""
        # Detectors die when the window begins: supervision has seen them work in the warm-up.
        begin_s = case.begin_s - case.depart_begin_s
        faults = Faults(detectors=dead_detectors, from_s=begin_s, seed=1)
        return simulate_control(
            case, self.controller, seeds, plan=plans.named(self.best), sensing=self.sensing,
            faults=faults if dead_detectors else Faults(), workers=1,
        )  # fmt: skip


def policy_digest(folder: Path) -> str:
    """A text that changes with a policy's weights and settings."""
    told = hashlib.sha256()
    for name in ("policy.json", "weights.npz"):
        told.update((folder / name).read_bytes())
    return f"policy {told.hexdigest()[:12]}"


Way = FixedWay | SumoWay | ControllerWay

PERFECT = Sensing(SensingKind.PERFECT)
RADAR = Sensing(SensingKind.RADAR)
DETECTORS = Sensing(SensingKind.DETECTORS)
POLICY = "policies/astana"


def public_ways(policy: str | None) -> tuple[Way, ...]:
    """What is compared on the public cases."""
    own: list[Way] = [
        FixedWay("the net's program"),
        SumoWay("SUMO actuated", SumoActuated()),
        SumoWay("SUMO delay_based", SumoActuated(SumoKind.DELAY_BASED)),
        ControllerWay("longest queue, 10 s", "longest-queue:interval_s=10,pay=0", PERFECT),
        ControllerWay("max-wave, 10 s", "max-wave:interval_s=10,pay=0", PERFECT),
        ControllerWay("max-pressure, 10 s", "max-pressure:interval_s=10,pay=0", PERFECT),
        FixedWay("our best fixed plan", best=True),
        ControllerWay("our horizon, perfect sensing", "horizon", PERFECT),
        ControllerWay("our horizon, radar", "horizon", RADAR),
        ControllerWay("our horizon, detectors", "horizon", DETECTORS),
    ]
    if policy is not None:
        own.append(ControllerWay("our policy, perfect sensing", policy, PERFECT))
        own.append(ControllerWay("our policy, detectors", policy, DETECTORS))
    return tuple(own)


def astana_ways(policy: str | None) -> tuple[Way, ...]:
    """What is compared in Astana's areas: everything by stop bar and advance detectors."""
    own: list[Way] = [
        FixedWay("today's plan"),
        FixedWay("our best fixed plan", best=True),
        ControllerWay("actuated", "actuated", best=True),
        ControllerWay("max-pressure", "max-pressure", best=True),
        ControllerWay("horizon", "horizon", best=True),
        ControllerWay("horizon led by the plan", "horizon:guide=3", best=True),
    ]
    if policy is not None:
        own.append(ControllerWay("policy", policy, best=True))
    return tuple(own)


def as_json(way: Way) -> str:
    """A text that changes whenever what a way does could have been told otherwise."""
    return json.dumps([type(way).__name__, way.title, way.key])
