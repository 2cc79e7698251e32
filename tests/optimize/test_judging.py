"""What the job does with runs in SUMO: the planned ones, and those for which time is left."""

from types import SimpleNamespace

import pytest

from signalopt.microsim.result import SeedRun, SimulationResult
from signalopt.optimize import judging
from signalopt.optimize.budget import Clock, RunPlan
from signalopt.optimize.contender import Contender
from signalopt.optimize.designs import OWN, Design
from signalopt.optimize.judging import choose
from signalopt.optimize.objective import find_objective
from signalopt.optimize.work import Branch, Coordination, Work
from signalopt.progress import ignore
from signalopt.timing.plan import Plan


def contender(name: str, **more) -> Contender:
    return Contender(name, Plan(name, "net", ()), (80,), **more)


@pytest.fixture
def work(monkeypatch):
    def run_race(case, race, seed, workers, clock, listener, **_):
        for number, entrant in enumerate(race.entrants):
            run = SeedRun(1, {"delay_s": 30.0 + number}, {}, True, 1.0, {})
            entrant.result = SimulationResult(
                "case", entrant.contender.label, "fixed", "f", (1,), (run,), (), (), "none", {}
            )

    monkeypatch.setattr(judging, "run_race", run_race)
    made = Work(SimpleNamespace(), find_objective("delay"), Clock(100, 2), 1)  # type: ignore[arg-type]
    made.branches = [Branch(Design(OWN, made.case))]
    made.contenders = [contender("search 1")]
    return made


class Refinement:
    def __init__(self) -> None:
        self.runs: list[int] = []

    def go_on(self, runs, listener) -> bool:
        self.runs.append(runs)
        return False


def test_time_that_is_left_goes_into_further_search_in_sumo(work, monkeypatch):
    refinement, left = Refinement(), iter([64, 32, 8])
    monkeypatch.setattr(judging, "refinement_of", lambda *_: refinement)
    monkeypatch.setattr(judging, "spare_runs", lambda *_: next(left))
    choose(work, RunPlan(3, 3, 12), ignore)
    assert refinement.runs == [64, 32]  # eight choose nothing better
    assert work.spare_runs == 96
    assert not work.cut_short


def test_spare_rounds_come_to_an_end(work, monkeypatch):
    refinement = Refinement()
    monkeypatch.setattr(judging, "refinement_of", lambda *_: refinement)
    monkeypatch.setattr(judging, "spare_runs", lambda *_: 64)
    choose(work, RunPlan(3, 3, 12), ignore)
    assert len(refinement.runs) == judging.MOST_SPARE_ROUNDS


def test_bands_race_without_the_yardstick(work):
    work.coordination = Coordination.BANDWIDTH
    bands = SimpleNamespace(streets=("a - b",), gap=0.0)
    plain = SimpleNamespace(streets=(), gap=0.0)
    work.contenders = [
        contender(judging.WEBSTER, coordination=plain),
        contender("widest bands, cycle 80 s", coordination=bands),
    ]
    choose(work, RunPlan(3, 3, 12), ignore)
    assert work.race is not None
    assert [e.contender.label for e in work.race.entrants] == ["widest bands, cycle 80 s"]
    assert work.winner is work.contenders[1]
