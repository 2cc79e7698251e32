"""`signalopt emissions` and the emission options of `signalopt simulate`, run as a user runs them."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner

from signalopt.cli.main import app

RUNNER = CliRunner()


def test_vehicles_are_written_with_three_files_each(tmp_path: Path) -> None:
    done = RUNNER.invoke(app, ["emissions", "vehicles", "-o", str(tmp_path / "v"), "--json"])
    assert done.exit_code == 0, done.output
    content = json.loads(done.stdout)
    assert content["files"] == 3 * len(content["vehicles"]) == len(list((tmp_path / "v").iterdir()))


def test_closure_is_printed_per_class() -> None:
    done = RUNNER.invoke(app, ["emissions", "closure", "--json"])
    assert done.exit_code == 0, done.output
    rows = {row["name"]: row for row in json.loads(done.stdout)["vehicles"]}
    assert {"CO_EUIII_D", "CO_EUV_CNG", "RT_EUIII_D_II", "LCV_EU3_D_III"} <= set(rows)
    assert all(row["sumo_against_own"] < 1e-3 for row in rows.values())


def test_a_map_of_the_smoke_scenario(tmp_path: Path) -> None:
    target = tmp_path / "map"
    done = RUNNER.invoke(
        app, ["emissions", "map", "smoke", "--seeds", "1", "-o", str(target), "--json"]
    )
    assert done.exit_code == 0, done.output
    assert {p.name for p in target.iterdir()} == {
        "emissions.geojson", "soot.svg", "co2.svg", "ranking.csv",
    }  # fmt: skip
    assert json.loads(done.stdout)["per_h"]["soot_mg"] > 0


def test_simulate_tells_soot_with_its_band_by_class_in_the_cold() -> None:
    done = RUNNER.invoke(
        app, ["simulate", "smoke", "--seeds", "1", "--temperature", "-20", "--json"]
    )
    assert done.exit_code == 0, done.output
    detail = json.loads(done.stdout)["emission_detail"]
    assert detail["temperature_c"] == -20
    assert detail["per_km"]["soot_mg"]["low"] < detail["per_km"]["soot_mg"]["high"]
    assert {"car", "bus", "truck"} <= set(detail["by_class"])


def test_a_year_of_two_plans_with_all_its_assumptions(tmp_path: Path) -> None:
    target = tmp_path / "year.json"
    done = RUNNER.invoke(
        app,
        ["emissions", "year", "am,midday,pm=smoke", "-o", str(target), "--seeds", "1-2", "--meso",
         "--json"],
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    content = json.loads(done.stdout)
    assert content == json.loads(target.read_text(encoding="utf-8"))
    co2 = content["years"][0]["amounts"]["co2_g"]
    assert 0 < co2["low"] < co2["central"] < co2["high"]
    assert co2["unit"] == "t/year" and co2["over_seeds"]["n"] == 2
    assert any("smoke" in text for text in content["assumptions"])


def test_a_year_without_its_hours_is_refused_by_hour(tmp_path: Path) -> None:
    target = tmp_path / "year.json"
    done = RUNNER.invoke(app, ["emissions", "year", "smoke", "-o", str(target)])
    assert done.exit_code == 2
    assert "no scenario for `midday` in summer" in done.output
    assert not target.exists()


def test_every_scenario_has_a_fleet_and_a_temperature() -> None:
    from signalopt.demand.vehicles import season_named
    from signalopt.emissions.fleet import load_fleet
    from signalopt.scenario.load import list_scenarios, load_scenario

    for name in list_scenarios():
        loaded = load_scenario(name)
        load_fleet(loaded.fleet or "astana_2025")
        temperature = loaded.temperature_c
        if temperature is None:
            temperature = season_named(loaded.season).temperature_c
        assert -40 <= temperature <= 40, name
