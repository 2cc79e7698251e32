import math
from pathlib import Path

import pytest

from benchmarks.scaling import STEPS, Measured, growth_exponent, peak_mb, summary
from benchmarks.scaling_city import MOST_BLOCKS, PASSAGES_VPH, WINDOW_S, make_city, shape_of
from signalopt.files import read_xml


def row(intersections: int, seconds: float, peak: float = 300.0) -> Measured:
    return Measured(
        intersections,
        seconds=dict.fromkeys(STEPS, seconds),
        cpu_s=dict.fromkeys(STEPS, seconds / 2),
        peak_mb=dict.fromkeys(STEPS, peak),
    )


def test_exponents_by_hand() -> None:
    assert growth_exponent([10, 100], [2, 20]) == pytest.approx(1)
    assert growth_exponent([10, 50, 200], [1, 25, 400]) == pytest.approx(2)
    assert growth_exponent([1, 10, 100], [1, 1, 100]) == pytest.approx(1)  # least squares
    assert growth_exponent([10, 50, 200], [3, 3, 3]) == pytest.approx(0)


def test_no_exponent_from_one_size_or_no_time() -> None:
    assert math.isnan(growth_exponent([10], [2]))
    assert math.isnan(growth_exponent([10, 10], [2, 3]))
    assert math.isnan(growth_exponent([10, 50], [0, 3]))


def test_squarest_grids() -> None:
    assert [shape_of(n) for n in (6, 10, 50, 200, 500)] == [
        (3, 2), (5, 2), (10, 5), (20, 10), (25, 20),
    ]  # fmt: skip


@pytest.mark.parametrize("count", [0, 1, 3, 4, 13])
def test_numbers_that_make_no_grid(count: int) -> None:
    with pytest.raises(ValueError, match="no full grid"):
        shape_of(count)


def test_target_is_measured_only_at_its_own_size() -> None:
    small = summary([row(10, 1.0), row(50, 5.0)])["target"]
    assert isinstance(small, dict)
    assert not small["measured"]
    assert "met" not in small
    assert small["projected_s"] == pytest.approx(len(STEPS) * 50.0)
    one = summary([row(10, 1.0)])["target"]
    assert isinstance(one, dict)
    assert "projected_s" not in one


@pytest.mark.parametrize(
    ("seconds", "peak", "met"),
    [(100.0, 8000.0, True), (300.0, 8000.0, False), (1.0, 9000.0, False)],
)
def test_target_needs_both_time_and_memory(seconds: float, peak: float, met: bool) -> None:
    target = summary([row(10, 1.0), row(500, seconds, peak)])["target"]
    assert isinstance(target, dict)
    assert target["met"] is met


def test_exponents_of_processor_time_stand_beside_those_of_the_clock() -> None:
    waiting = row(100, 40.0)
    waiting.cpu_s = dict.fromkeys(STEPS, 5.0)  # most of the time others had the processor
    found = summary([row(10, 1.0), waiting])
    clock, processor = found["exponents"], found["exponents_cpu"]
    assert isinstance(clock, dict)
    assert isinstance(processor, dict)
    assert clock["coordinate"] == pytest.approx(math.log10(40), abs=0.01)
    assert processor["coordinate"] == pytest.approx(1)


def test_steps_note_time_and_peak() -> None:
    found = Measured(10)
    assert found.step("import", lambda: 7) == 7
    assert found.seconds["import"] >= 0
    assert found.cpu_s["import"] >= 0
    assert found.peak_mb["import"] == pytest.approx(peak_mb(), rel=0.5)
    assert found.total_s == found.seconds["import"]


def test_a_city_is_signalised_loaded_and_reproducible(tmp_path: Path) -> None:
    city, again = make_city(6, tmp_path / "a"), make_city(6, tmp_path / "b")
    other = make_city(6, tmp_path / "c", seed=2)
    trips = [(tmp_path / name / "city.rou.xml").read_text() for name in "abc"]
    assert trips[0] == trips[1] != trips[2]
    assert city.vehicles == again.vehicles != 0
    assert other.config.is_file()
    net = read_xml(tmp_path / "a" / "city.net.xml", "a net").getroot()
    signals = [j for j in net.iterfind("junction") if j.get("type") == "traffic_light"]
    assert len(signals) == 6
    departures = [float(t.get("depart", "nan")) for t in read_xml(
        tmp_path / "a" / "city.rou.xml", "trips").getroot()]  # fmt: skip
    assert departures == sorted(departures)
    assert 0 <= departures[0] <= departures[-1] < WINDOW_S
    wanted = 6 * PASSAGES_VPH * WINDOW_S / 3600
    assert wanted / (MOST_BLOCKS + 1) <= city.vehicles <= wanted / 2
