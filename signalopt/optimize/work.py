"""Everything a job has so far: what its steps hand on to each other and what an interrupt leaves behind."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from signalopt.mesosim.model import MesoModel
from signalopt.microsim.result import SimulationResult
from signalopt.optimize.budget import Clock
from signalopt.optimize.candidates import Candidate
from signalopt.optimize.confirm import Entrant, Race
from signalopt.optimize.contender import Contender
from signalopt.optimize.deep_search import Searched
from signalopt.optimize.designs import Design
from signalopt.optimize.evaluation import Evaluator
from signalopt.optimize.objective import Objective
from signalopt.optimize.robust import DemandRow
from signalopt.optimize.search import unsafe
from signalopt.scenario.case import Case
from signalopt.timing.plan import Plan


class Coordination(StrEnum):
    """What offsets are for: least delay of all (then everything is searched on), or the widest bands."""

    DELAY = "delay"
    BANDWIDTH = "bandwidth"


@dataclass
class Branch:
    """One design of the stages on its way through the job; mostly there is but one, today's.

    searches: those on the queue model that have ended, the latest last.
    """

    design: Design
    candidates: list[Candidate] = field(default_factory=list)
    evaluator: Evaluator | None = None
    searches: list[Searched] = field(default_factory=list)

    @property
    def searched(self) -> Searched | None:
        """The latest search."""
        return self.searches[-1] if self.searches else None

    @property
    def is_own(self) -> bool:
        """Whether the stages are today's."""
        return not self.design.stages

    def home(self) -> Case | None:
        """What contenders of this branch name as their case: None for today's stages."""
        return None if self.is_own else self.design.case

    def label(self, text: str) -> str:
        """The name of a plan of this branch."""
        return text if self.is_own else f"{self.design.label}, {text}"

    def is_safe(self, plan: Plan) -> bool:
        """Whether the judge holds nothing against a plan that it does not hold against today's."""
        return not unsafe(self.design.case, plan)


@dataclass
class Work:
    """Everything a job has so far.

    cuts: what the clock left out; run_s: seconds that a run in SUMO is reckoned with; spare_runs: runs in
    SUMO beyond those planned, for which time was left; branches: the first has today's stages.
    """

    case: Case
    objective: Objective
    clock: Clock
    seed: int
    robust: bool = False
    coordination: Coordination = Coordination.DELAY
    vehicles: int = 0
    mean_trip_s: float = 0.0
    run_s: float = 0.0
    spare_runs: int = 0
    branches: list[Branch] = field(default_factory=list)
    contenders: list[Contender] = field(default_factory=list)
    model: MesoModel | None = None
    demand_rows: list[DemandRow] = field(default_factory=list)
    today: Entrant | None = None
    race: Race | None = None
    winner: Contender | None = None
    results: dict[str, SimulationResult] = field(default_factory=dict)
    interrupted: bool = False
    remarks: list[str] = field(default_factory=list)
    cuts: list[str] = field(default_factory=list)

    @property
    def cut_short(self) -> bool:
        """Whether the clock left out planned work."""
        return bool(self.cuts) or (self.race is not None and self.race.cut_short)

    @property
    def searches(self) -> list[Searched]:
        """All searches on the queue model that have ended."""
        return [found for branch in self.branches for found in branch.searches]

    def branch_of(self, contender: Contender) -> Branch:
        """The branch that a contender's stages belong to."""
        home = contender.home
        return next((b for b in self.branches if b.home() is home), self.branches[0])
