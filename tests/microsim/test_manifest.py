from __future__ import annotations

from dataclasses import replace

import pytest

from signalopt.emissions.fleet import load_fleet
from signalopt.microsim.manifest import emissions_label, fleet_hash, manifest
from signalopt.microsim.schedule import read_schedule
from tests.microsim.conftest import CaseMaker, cars


def test_the_label_of_sumos_own_model_names_the_classes_that_drove(make_case: CaseMaker) -> None:
    schedule = read_schedule(make_case(cars([0])))
    fleet = load_fleet()

    def label(*types: str) -> str:
        return emissions_label("sumo-default", fleet, 20.0, schedule, types)

    assert "passenger: HBEFA4/PC_petrol_Euro-4)" in label("car")
    both = label("bus", "car")
    assert "bus: SUMO's default (HBEFA4); passenger" in both
    assert both.startswith("estimated")
    assert "not to be optimised" in both
    with pytest.raises(KeyError):
        label("ghost")


def test_the_label_of_the_emission_model_names_fleet_and_temperature(make_case: CaseMaker) -> None:
    schedule = read_schedule(make_case(cars([0])))
    text = emissions_label("fitted", load_fleet(), -20.0, schedule, ["car"])
    assert "astana_2025" in text
    assert "-20" in text
    assert "PHEMlight5 device" in emissions_label("phemlight5", load_fleet(), 20.0, schedule, [])


def test_the_digest_of_a_fleet_changes_with_its_shares() -> None:
    assert fleet_hash(load_fleet()) == fleet_hash(load_fleet("astana_2025"))
    assert fleet_hash(load_fleet()) != fleet_hash(load_fleet("astana_2025_buses_cng"))


def test_manifest_tells_signals_apart(make_case: CaseMaker, tmp_path) -> None:
    case = make_case(cars([0]))
    one, other = tmp_path / "a.xml", tmp_path / "b.xml"
    one.write_text("a")
    other.write_text("b")
    assert manifest(case, [one]) == manifest(case, [one])
    assert manifest(case, [one])["signals_sha256"] != manifest(case, [other])["signals_sha256"]
    assert manifest(replace(case, fingerprint="x"), [one])["case"] == "x"
