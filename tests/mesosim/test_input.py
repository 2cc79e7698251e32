"""Everything that a case may bring which the model does not know is named, never passed over."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from signalopt.errors import InputError
from signalopt.mesosim.calibration import Calibration
from signalopt.mesosim.compiling import announce
from signalopt.mesosim.evaluate import evaluate
from signalopt.mesosim.model import prepare
from signalopt.progress import Progress
from tests.mesosim.nets import CAR, CROSS, CROSS_EDGES, cross, poisson, street, two_stages


def _case(folder: Path, types: str, kind: str = "car"):  # type: ignore[no-untyped-def]
    return street(folder, CROSS, CROSS_EDGES, [(0.0, "AJ JB", kind)], types=types)


def test_an_unknown_vehicle_class_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="vClass `tram`"):
        prepare(_case(tmp_path, '<vType id="car" vClass="tram"/>'))


def test_an_unknown_vehicle_type_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="vehicle type `lorry`"):
        prepare(_case(tmp_path, CAR, "lorry"))


def test_broken_numbers_of_a_type_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match='tau="fast"'):
        prepare(_case(tmp_path, '<vType id="car" tau="fast"/>'))


def test_every_broken_vehicle_is_named(tmp_path: Path) -> None:
    case = street(
        tmp_path, CROSS, CROSS_EDGES, [(0.0, "AJ JB", "car")],
        extra='<vehicle id="a" depart="now"/><vehicle id="b" depart="3" type="car">'
        '<route edges="AJ nowhere"/></vehicle><vehicle id="c" depart="4" type="car"/>',
    )  # fmt: skip
    with pytest.raises(InputError) as caught:
        prepare(case)
    text = str(caught.value)
    assert "vehicle a: found depart `now`" in text
    assert "vehicle b: found edge `nowhere`" in text
    assert "vehicle c: found no route" in text


def test_a_walk_without_footway_is_named(tmp_path: Path) -> None:
    case = street(
        tmp_path, CROSS, CROSS_EDGES, [(0.0, "AJ JB", "car")],
        extra='<person id="p" depart="5"><walk from="AJ" to="JB"/></person>',
    )  # fmt: skip
    with pytest.raises(InputError, match="person p: found a walk from AJ to JB"):
        prepare(case)


def test_defaults_are_those_of_sumo(tmp_path: Path) -> None:
    types = '<vType id="car"/><vType id="bus" vClass="bus" speedFactor="norm(0.9, 0.05)"/>'
    case = street(
        tmp_path, CROSS, CROSS_EDGES, [(0.0, "AJ JB", "car"), (1.0, "AJ JB", "bus")], types=types
    )
    car, bus = prepare(case).fleet_index.types
    assert (car.length_m, car.accel_mps2, car.decel_mps2, car.sigma) == (5.0, 2.6, 4.5, 0.5)
    assert (car.factor_mean, car.factor_dev) == (1.0, 0.1)
    assert (bus.length_m, bus.accel_mps2, bus.factor_mean) == (12.0, 1.2, 0.9)


def test_calibration_goes_through_json() -> None:
    chosen = Calibration(headway=1.1)
    assert Calibration.from_json(chosen.to_json()) == chosen
    with pytest.raises(InputError, match="heady"):
        Calibration.from_json('{"heady": 1.0}')
    with pytest.raises(InputError, match="'x'"):
        Calibration.from_json('{"headway": "x"}')
    with pytest.raises(InputError, match="JSON"):
        Calibration.from_json("{")


def test_calibration_acts(tmp_path: Path) -> None:
    case = cross(tmp_path, poisson("AJ JB", 900, 900), window_s=900)
    delay = []
    for factor in (0.9, 1.0, 1.1):
        model = prepare(case, calibration=Calibration(headway=factor))
        found = evaluate(model, [two_stages(model, "AJ", 30, 60)])
        delay.append(float(found.measure("delay_s")[0, 0]))
    assert delay == sorted(delay)


SCRIPT = """
import json, sys
from pathlib import Path
from signalopt.mesosim.evaluate import evaluate
from signalopt.mesosim.model import prepare
from tests.mesosim.nets import cross, poisson, two_stages
said = []
model = prepare(cross(Path(sys.argv[1]), poisson("AJ JB", 600, 120), window_s=120, run_out_s=200),
                listener=lambda p: said.append(p.text))
found = evaluate(model, [two_stages(model, "AJ", 30, 60)])
print(json.dumps({"said": said, "delay": float(found.measure("delay_s")[0, 0])}))
"""


def _run(folder: Path, **environment: str) -> dict[str, object]:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(folder)], capture_output=True, text=True, check=True,
        env={**os.environ, **environment}, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    return dict(json.loads(done.stdout))


def test_without_numba_the_same_code_says_that_it_is_slow(tmp_path: Path) -> None:
    plain = _run(tmp_path, NUMBA_DISABLE_JIT="1")
    assert "plain Python" in str(plain["said"])
    model = prepare(cross(tmp_path, poisson("AJ JB", 600, 120), window_s=120, run_out_s=200))
    found = evaluate(model, [two_stages(model, "AJ", 30, 60)])
    assert found.measure("delay_s")[0, 0] == pytest.approx(plain["delay"], rel=1e-9)


def test_a_folder_that_cannot_be_written_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    from signalopt.mesosim import compiling

    monkeypatch.setenv("SIGNALOPT_CACHE", "/proc/nowhere")
    compiling.compiled_folder.cache_clear()
    told: list[Progress] = []
    try:
        announce(told.append)
    finally:
        compiling.compiled_folder.cache_clear()
    assert "every time anew" in told[0].text or "plain Python" in told[0].text


@pytest.mark.slow
def test_it_works_where_nothing_can_be_cached(tmp_path: Path) -> None:
    found = _run(tmp_path, SIGNALOPT_CACHE="/proc/nowhere")
    assert "every time anew" in str(found["said"])
    assert float(str(found["delay"])) > 0
