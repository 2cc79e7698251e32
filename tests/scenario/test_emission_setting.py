from __future__ import annotations

from pathlib import Path

import pytest

from signalopt.errors import InputError
from signalopt.scenario.build import build_case
from signalopt.scenario.emission_setting import emission_setting, with_emissions
from signalopt.scenario.fleet_name import is_fleet_file
from signalopt.scenario.load import list_scenarios, load_scenario

FILE = """extends: smoke
title: Mine
fleet: {fleet}
{more}
"""


def _scenario(folder: Path, fleet: str, more: str = "") -> Path:
    path = folder / "mine.yaml"
    path.write_text(FILE.format(fleet=fleet, more=more))
    return path


@pytest.mark.parametrize("name", list_scenarios())
def test_every_scenario_has_a_fleet_and_a_sensible_temperature(name: str) -> None:
    scenario = load_scenario(name)
    assert scenario.temperature_c is None or -50 < scenario.temperature_c < 45
    assert scenario.fleet == ""


def test_the_season_gives_the_temperature_where_the_scenario_says_nothing(tmp_path: Path) -> None:
    warm = build_case(load_scenario("smoke"), tmp_path / "a")
    assert emission_setting(warm)[1] == 20
    assert emission_setting(warm)[0].name == "astana_2025"
    cold = build_case(
        load_scenario(_scenario(tmp_path, "astana_2025_buses_cng", "season: winter")),
        tmp_path / "b",
    )
    assert emission_setting(cold)[1] == -20
    assert emission_setting(cold)[0].name == "astana_2025_buses_cng"


def test_the_scenarios_temperature_wins_and_the_callers_above_it(tmp_path: Path) -> None:
    path = _scenario(tmp_path, "astana_2025", "temperature_c: -6")
    case = build_case(load_scenario(path), tmp_path / "c")
    assert emission_setting(case)[1] == -6
    other = with_emissions(case, "astana_2025_prior", -20.0)
    assert emission_setting(other)[1] == -20
    assert emission_setting(other)[0].name == "astana_2025_prior"
    assert other.fingerprint == case.fingerprint


def test_a_fleet_file_is_found_beside_the_scenario(tmp_path: Path) -> None:
    (tmp_path / "depot.csv").write_text("kinematic_class,fuel,euro,count\nbus,diesel,5,10\n")
    scenario = load_scenario(_scenario(tmp_path, "depot.csv"))
    assert Path(scenario.fleet) == tmp_path / "depot.csv"
    fleet, _ = emission_setting(build_case(scenario, tmp_path / "d"))
    assert [s.euro for s in fleet.of_class("bus")] == ["5"]


def test_a_fleet_that_is_not_there_is_refused_with_its_place(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"mine\.yaml:3: fleet"):
        load_scenario(_scenario(tmp_path, "missing.csv"))
    with pytest.raises(InputError, match=r"astana_2025"):
        load_scenario(_scenario(tmp_path, "astana_2052"))


def test_names_and_files_are_told_apart() -> None:
    assert not is_fleet_file("astana_2025")
    assert is_fleet_file("depot.csv")
    assert is_fleet_file("lists/depot")
    assert not is_fleet_file("")
