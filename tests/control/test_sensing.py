"""What stands at the street: bounds, words, places."""

import numpy as np
import pytest

from signalopt.control.sensing import BINS, Sensing, SensingKind, advance_place_m, new_raw
from signalopt.errors import InputError
from tests.control.hand_city import hand_city


def test_everything_out_of_bounds_is_told_at_once() -> None:
    with pytest.raises(InputError) as error:
        Sensing("sonar", advance_m=1, range_m=5000, miss=1.0, false_ph=-1, seed=-1)  # type: ignore[arg-type]
    told = str(error.value)
    assert len(error.value.problems) == 6
    for word in ("sonar", "advance_m", "range_m", "miss", "false_ph", "seed", "detectors, radar"):
        assert word in told


def test_no_number_is_out_of_bounds_too() -> None:
    with pytest.raises(InputError, match="miss"):
        Sensing(miss=float("nan"))


def test_a_kind_may_be_given_as_text() -> None:
    assert Sensing("radar").kind is SensingKind.RADAR  # type: ignore[arg-type]


def test_labels_name_what_no_street_has() -> None:
    assert Sensing().label() == "detectors: stop bar + advance 60 m, 3 % missed"
    assert "150 m" in Sensing(SensingKind.RADAR).label()
    assert "not available in the street" in Sensing(SensingKind.PERFECT).label()
    assert "push buttons" in Sensing(buttons=True).label()


def test_the_advance_detector_of_a_short_lane_lies_at_its_upstream_end() -> None:
    city = hand_city()
    city.lane_length_m[:] = [200, 40, 60, 61, 0.9, 30]
    place = advance_place_m(city, Sensing(advance_m=60))
    assert place.tolist() == [60, 39.5, 59.5, 60, 1, 29.5]


def test_readings_have_the_size_of_the_city() -> None:
    city = hand_city(2)
    raw = new_raw(city)
    assert raw.eta.shape == (len(city.lanes), BINS)
    assert raw.beyond.size == city.movement_lane.size
    assert raw.called.size == city.walker_site.size
    assert not np.any(raw.occupied)
