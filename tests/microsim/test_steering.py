"""Runs that a program steers: its command runs instead of SUMO's, what it leaves behind is in the result."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from signalopt.errors import SimulationError
from signalopt.microsim.command import SeedFiles
from signalopt.microsim.result import CONDUCT, SimulationResult
from signalopt.microsim.signals import write_signals
from signalopt.microsim.simulate import simulate, simulate_files
from signalopt.microsim.steering import CONTROLLED_RUN, Conduct
from signalopt.scenario.case import Case
from signalopt.timing.findings import Finding, Rule
from tests.microsim.conftest import CaseMaker, cars

BAD = Finding("C", Rule.INTERGREEN, ("N", "W"), "too early", 5, 1, 4)
WORSE = Finding("C", Rule.INTERGREEN, ("N", "W"), "far too early", 9, 0, 4)
OTHER = Finding("C", Rule.AMBER, ("N", "link 0"), "no amber", 7, 0, 3)
RUNNER = "import subprocess, sys; sys.exit(subprocess.call(sys.argv[2:]))"


@dataclass(frozen=True)
class Passenger:
    """Steers nothing: runs SUMO in a child of its own, with conduct made up by seed."""

    inputs: tuple[Path, ...]
    conduct: Mapping[int, Conduct]
    script: str = RUNNER
    controller: str = "passenger"
    settings: Mapping[str, str] = field(default_factory=lambda: {"sensing": "eyes shut"})

    def command(self, sumo: Sequence[str], seed: int, files: SeedFiles) -> tuple[str, ...]:
        return (sys.executable, "-c", self.script, str(files.conduct), *sumo)

    def read(self, files: SeedFiles) -> Conduct:
        seed = int(files.folder.name.removeprefix("seed-"))
        if seed not in self.conduct:
            raise SimulationError("no conduct")
        return self.conduct[seed]


def steered(
    case: Case, seeds: Sequence[int], made: Callable[[Path], Passenger], **options: float
) -> SimulationResult:
    return simulate_files(
        case, "passenger", lambda folder: write_signals(case, case.today, folder), seeds,
        steering_in=made, **options,
    )  # type: ignore[arg-type]  # fmt: skip


def _own_file(folder: Path) -> tuple[Path, ...]:
    path = folder / "own.txt"
    path.write_text("input of the child")
    return (path,)


def test_findings_and_figures_of_all_seeds_are_in_the_result(make_case: CaseMaker) -> None:
    case = make_case(cars([0, 5]))
    conduct = {
        1: Conduct((BAD,), {"refused": 2.0, "following_share": 0.5}),
        2: Conduct((WORSE, OTHER), {"refused": 4.0, "following_share": 0.1}),
    }
    result = steered(case, [1, 2], lambda folder: Passenger(_own_file(folder), conduct))
    plain = simulate(case, None, [1, 2])
    assert result.values("delay_s") == plain.values("delay_s")
    assert set(result.findings) == {WORSE, OTHER}
    refused = result.conduct("refused")
    assert refused is not None
    assert refused.mean == 3
    assert result.conduct("decision_ms_mean") is None
    assert (result.controller, result.plan) == ("passenger", "passenger")
    assert result.manifest["sensing"] == "eyes shut"
    summary = result.summary()
    assert summary["safety"] == [str(finding) for finding in result.findings]
    assert set(summary["conduct"]) == {"refused", "following_share"}  # type: ignore[call-overload]
    assert set(summary["conduct"]) <= set(CONDUCT)  # type: ignore[call-overload]
    assert "conduct" not in plain.summary()
    assert plain.findings == ()


def test_a_run_without_conduct_is_a_lost_seed(make_case: CaseMaker) -> None:
    conduct = {1: Conduct()}
    case = make_case(cars([0]))
    result = steered(case, [1, 2], lambda folder: Passenger(_own_file(folder), conduct))
    assert [run.seed for run in result.runs] == [1]
    assert [(f.seed, f.reason) for f in result.failures] == [(2, "no conduct")]


def test_failures_are_those_of_the_controlled_run_and_its_inputs_are_saved(
    make_case: CaseMaker,
) -> None:
    def made(folder: Path) -> Passenger:
        script = "import sys; print('Error: lost its way'); sys.exit(3)"
        return Passenger(_own_file(folder), {}, script)

    with pytest.raises(
        SimulationError, match=f"{CONTROLLED_RUN} failed with exit code 3: lost its way"
    ) as caught:
        steered(make_case(cars([0])), [1], made)
    conduct = next(part for part in str(caught.value).split() if part.endswith("conduct.json"))
    assert (Path(conduct).parent.parent / "own.txt").read_text() == "input of the child"


def test_a_time_limit_names_the_controlled_run(make_case: CaseMaker) -> None:
    def made(folder: Path) -> Passenger:
        return Passenger(_own_file(folder), {}, "import time; time.sleep(60)")

    with pytest.raises(SimulationError, match=f"{CONTROLLED_RUN} did not end within 1 s"):
        steered(make_case(cars([0])), [1], made, timeout_s=1)
