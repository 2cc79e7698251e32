from __future__ import annotations

from dataclasses import replace

import pytest

from signalopt.microsim.manifest import emissions_label, manifest
from signalopt.microsim.schedule import read_schedule
from tests.microsim.conftest import CaseMaker, cars


def test_label_names_the_models_of_the_types_that_drove(make_case: CaseMaker) -> None:
    schedule = read_schedule(make_case(cars([0])))
    assert "passenger: HBEFA4/PC_petrol_Euro-4)" in emissions_label(schedule, ["car"])
    both = emissions_label(schedule, ["bus", "car"])
    assert "bus: SUMO's default (HBEFA4); passenger" in both
    assert both.startswith("estimated")
    with pytest.raises(KeyError):
        emissions_label(schedule, ["ghost"])


def test_manifest_tells_signals_apart(make_case: CaseMaker, tmp_path) -> None:
    case = make_case(cars([0]))
    one, other = tmp_path / "a.xml", tmp_path / "b.xml"
    one.write_text("a")
    other.write_text("b")
    assert manifest(case, [one]) == manifest(case, [one])
    assert manifest(case, [one])["signals_sha256"] != manifest(case, [other])["signals_sha256"]
    assert manifest(replace(case, fingerprint="x"), [one])["case"] == "x"
