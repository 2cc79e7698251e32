"""A controller in SUMO: the fixed plan is the plan, bad ones cost only their seed, lamps are judged."""

from __future__ import annotations

import shlex
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from signalopt.control.faults import Faults
from signalopt.control.fixed import FixedPlan
from signalopt.control.max_pressure import MaxPressure
from signalopt.control.sensing import Sensing, SensingKind
from signalopt.control.sumo_plant import Client
from signalopt.control.sumo_run import simulate_in_sumo
from signalopt.errors import InputError, SimulationError
from signalopt.microsim.compare import compare
from signalopt.microsim.result import CONDUCT
from signalopt.microsim.simulate import simulate
from tests.control.odd_controllers import Odd, Wild
from tests.control.smoke_case import smoke_case


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIGNALOPT_CACHE", str(tmp_path / "cache"))


@pytest.mark.parametrize(
    "client", [Client.LIBSUMO, pytest.param(Client.TRACI, marks=pytest.mark.slow_ci)]
)
def test_the_fixed_plan_gives_the_measures_of_its_own_programs(client: Client) -> None:
    if client is Client.LIBSUMO:
        pytest.importorskip("libsumo", reason="libsumo is not installed")
    case = smoke_case()
    steered = simulate_in_sumo(case, FixedPlan(), [3], client=client)
    plain = simulate(case, None, [3])
    assert steered.runs[0].measures == plain.runs[0].measures
    assert steered.runs[0].by_class == plain.runs[0].by_class
    assert steered.runs[0].events == plain.runs[0].events
    assert steered.findings == ()
    assert steered.controller == "fixed"
    assert steered.manifest["fallback_plan"] == case.today.name
    assert steered.runs[0].conduct["following_share"] == 1
    assert compare(plain, steered).changes["delay_s"].difference.mean == 0


@pytest.mark.slow_ci
def test_a_city_that_nobody_reaches_runs_its_fallback_programs() -> None:
    case, faults = smoke_case(), Faults(communication=1.0)
    steered = simulate_in_sumo(case, MaxPressure(), [3], faults=faults)
    assert steered.runs[0].measures == simulate(case, None, [3]).runs[0].measures
    assert steered.runs[0].conduct["fallen_share"] == pytest.approx(1, abs=0.01)
    assert "communication with 100 % of the sites" in steered.manifest["faults"]


@pytest.mark.slow_ci
def test_half_second_steps_are_the_plan_as_well() -> None:
    case = replace(smoke_case(), step_length_s=0.5)
    steered = simulate_in_sumo(case, FixedPlan(), [1])
    assert steered.runs[0].measures == simulate(case, None, [1]).runs[0].measures


def test_a_controller_steers_and_tells_how_it_did() -> None:
    sensing = Sensing(SensingKind.PERFECT)
    result = simulate_in_sumo(smoke_case(), MaxPressure(), [1], sensing=sensing)
    again = simulate_in_sumo(smoke_case(), MaxPressure(), [1], sensing=sensing)
    assert result.complete
    assert result.findings == ()
    conduct = result.runs[0].conduct
    assert set(conduct) == set(CONDUCT)
    assert conduct["following_share"] < 0.05
    assert 0 < conduct["decision_ms_mean"] <= conduct["decision_ms_p99"]
    assert result.manifest["sensing"].startswith("perfect sensing (not available")
    assert result.manifest["faults"] == "none"
    assert result.summary()["safety"] == []
    assert result.values("delay_s") == again.values("delay_s")


@pytest.mark.slow_ci
def test_random_asks_with_failures_show_nothing_unsafe() -> None:
    case = smoke_case()
    site = case.network.intersections[0].id
    faults = Faults(detectors=0.2, sites=(site,), from_s=100, to_s=400)
    result = simulate_in_sumo(case, Wild(), [1, 2], faults=faults)
    assert result.findings == ()
    assert not result.failures
    for run in result.runs:
        assert run.conduct["refused"] > 0
        assert 0.1 < run.conduct["fallen_share"] < 0.6
        assert 0.1 < run.conduct["following_share"] < 0.6


@pytest.mark.parametrize(
    ("does", "reason"),
    [
        ("raise", "controller `odd` failed at odd_controllers.py"),
        pytest.param("short", "asks of the form (1,)", marks=pytest.mark.slow_ci),
    ],
)
def test_a_failing_controller_costs_only_its_seed(does: str, reason: str) -> None:
    result = simulate_in_sumo(smoke_case(), Odd(does), [1, 2])
    assert [run.seed for run in result.runs] == [1]
    (failure,) = result.failures
    assert failure.seed == 2
    assert reason in failure.reason
    assert "\n" not in failure.reason
    assert "Traceback" not in failure.reason
    assert len(failure.reason) < 300


@pytest.mark.slow_ci
def test_a_hanging_controller_is_ended() -> None:
    with pytest.raises(SimulationError, match=r"the controlled run did not end within 12 s"):
        simulate_in_sumo(smoke_case(), Odd("hang"), [2], timeout_s=12)


@pytest.mark.slow_ci
def test_the_evidence_of_a_failed_run_repeats_it() -> None:
    with pytest.raises(SimulationError, match="no weights here") as caught:
        simulate_in_sumo(smoke_case(), Odd("begin"), [1])
    command = str(caught.value).splitlines()[-1].strip()
    done = subprocess.run(shlex.split(command), capture_output=True, text=True, check=False)
    assert done.returncode == 3
    assert "Error: controller `odd` failed at" in done.stderr


def test_what_sumo_refuses_is_one_message() -> None:
    case = replace(smoke_case(), sumo_options=("--no-such-option", "7"))
    with pytest.raises(SimulationError, match="no-such-option") as caught:
        simulate_in_sumo(case, FixedPlan(), [1])
    assert "the controlled run failed with exit code 3" in str(caught.value)


def test_bad_requests_are_told_before_anything_runs() -> None:
    case = smoke_case()
    with pytest.raises(InputError, match="whole number of steps a second"):
        simulate_in_sumo(replace(case, step_length_s=0.3), FixedPlan(), [1])
    with pytest.raises(InputError, match="did you mean"):
        lane = "West--East.bay_11"
        simulate_in_sumo(case, FixedPlan(), [1], faults=Faults(lanes=(lane,)))
    with pytest.raises(InputError, match="each seed once"):
        simulate_in_sumo(case, FixedPlan(), [1, 1])
