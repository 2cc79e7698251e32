"""`simulate_control` in the queue model: the same measures as a plan's, and what must stand beside them."""

import pytest

from signalopt.control.faults import Faults
from signalopt.control.sensing import Sensing, SensingKind
from signalopt.control.simulate import simulate_control
from signalopt.errors import InputError
from signalopt.mesosim.simulate import simulate_meso
from tests.control.smoke_case import smoke_case


def test_the_fixed_plan_gives_what_the_plan_gives() -> None:
    case = smoke_case()
    steered = simulate_control(case, "fixed", [1, 2], engine="meso")
    planned = simulate_meso(case, None, [1, 2])
    assert steered.complete
    assert steered.findings == ()
    for name in ("delay_s", "stops", "co2_g_per_km"):
        if planned.values(name):
            # people on foot and drivers foresee a fixed program a little farther than a steered one
            assert steered.mean(name) == pytest.approx(planned.mean(name), rel=0.02)


def test_a_result_names_controller_sensing_and_failures() -> None:
    faults = Faults(communication=0.5)
    found = simulate_control(
        smoke_case(), "actuated:gap_s=2.5", [1], engine="meso",
        sensing=Sensing(SensingKind.PERFECT), faults=faults,
    )  # fmt: skip
    assert (found.controller, found.plan) == ("actuated", "actuated")
    assert "gap_s=2.5" in found.manifest["controller"]
    assert "not available in the street" in found.manifest["sensing"]
    assert found.manifest["faults"] == faults.label()
    assert found.manifest["engine"] == "meso"
    assert found.findings == ()
    (run,) = found.runs
    assert run.conduct["fallen_share"] == pytest.approx(0.5)
    assert run.conduct["following_share"] >= 0.45
    assert run.conduct["decision_ms_p99"] >= run.conduct["decision_ms_mean"] > 0


def test_a_controller_changes_what_happens() -> None:
    case = smoke_case()
    fixed = simulate_control(case, "fixed", [1], engine="meso")
    actuated = simulate_control(case, "actuated", [1], engine="meso")
    assert actuated.mean("delay_s") != fixed.mean("delay_s")
    assert actuated.complete


def test_requests_that_cannot_be_are_refused() -> None:
    case = smoke_case()
    with pytest.raises(InputError, match="actuated"):
        simulate_control(case, "actuatd", [1], engine="meso")
    with pytest.raises(InputError, match="engine"):
        simulate_control(case, "fixed", [1], engine="vissim")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="nowhere"):
        simulate_control(case, "fixed", [1], engine="meso", faults=Faults(sites=("nowhere",)))
    with pytest.raises(InputError, match="seeds"):
        simulate_control(case, "fixed", [], engine="meso")
