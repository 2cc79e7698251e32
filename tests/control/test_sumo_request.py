"""What parent and child hand each other: round trips, and what broken files say."""

from __future__ import annotations

from pathlib import Path

import pytest

from signalopt.control.faults import Faults
from signalopt.control.max_pressure import MaxPressure
from signalopt.control.sensing import Sensing
from signalopt.control.settings import described, run_settings
from signalopt.control.sumo_plant import SumoStreet
from signalopt.control.sumo_request import (
    Request,
    read_conduct,
    read_request,
    write_conduct,
    write_request,
)
from signalopt.errors import SimulationError
from signalopt.microsim.steering import Conduct
from signalopt.timing.findings import Finding, Rule
from tests.control.hand_city import hand_city
from tests.control.odd_controllers import Wild


def test_a_request_comes_back_as_it_was(tmp_path: Path) -> None:
    street = SumoStreet(hand_city(2), Sensing(miss=0.1), (), 100, 900, 2)
    request = Request(street, MaxPressure(interval_s=7), Faults(sites=("C1",)))
    write_request(tmp_path / "r.pickle", request)
    found = read_request(tmp_path / "r.pickle")
    assert (found.controller, found.faults) == (request.controller, request.faults)
    assert found.street.sensing == street.sensing
    assert found.street.city.sites == street.city.sites
    assert (found.street.city.serves == street.city.serves).all()


def test_another_pickle_is_no_request(tmp_path: Path) -> None:
    (tmp_path / "r.pickle").write_bytes(b"\x80\x04K\x07.")  # the number 7
    with pytest.raises(TypeError, match="holds no request"):
        read_request(tmp_path / "r.pickle")


def test_conduct_comes_back_as_it_was(tmp_path: Path) -> None:
    finding = Finding("C", Rule.MIN_GREEN, ("N", "link 3"), "too short", 12, 3, 7)
    conduct = Conduct((finding, Finding("D", Rule.FORM, (), "odd")), {"refused": 3.0})
    write_conduct(tmp_path / "c.json", conduct)
    assert read_conduct(tmp_path / "c.json") == conduct


@pytest.mark.parametrize("text", ["", "{", "[]", '{"findings": [{}], "figures": {}}', '{"x": 1}'])
def test_broken_conduct_is_a_failed_simulation(tmp_path: Path, text: str) -> None:
    (tmp_path / "c.json").write_text(text)
    with pytest.raises(SimulationError, match=r"c\.json"):
        read_conduct(tmp_path / "c.json")
    with pytest.raises(SimulationError, match=r"none\.json"):
        read_conduct(tmp_path / "none.json")


def test_settings_name_the_controller_as_the_command_line_does() -> None:
    assert described(Wild(interval_s=3)) == "wild:interval_s=3"
    assert described(MaxPressure(interval_s=7)).startswith("max-pressure:interval_s=7,")
    found = run_settings(hand_city(), Wild(), "today", Sensing(), Faults(communication=0.5))
    assert found["fallback_plan"] == "today"
    assert "stop bar" in found["sensing"]
    assert "50 %" in found["faults"]
