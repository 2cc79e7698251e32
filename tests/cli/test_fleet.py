"""`signalopt fleet`: list, show and check."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run


def test_list(run: Run) -> None:
    names = {f["name"] for f in json.loads(run("fleet", "list", "--json").out)["fleets"]}

    assert {"astana_2025", "astana_2025_prior", "astana_2025_buses_cng"} <= names
    assert "28 %" in run("fleet", "list").out


def test_show_as_text_and_json(run: Run) -> None:
    text = run("fleet", "show", "--temperature", "-40").out
    found = json.loads(run("fleet", "show", "astana_2025", "--json").out)

    assert "estimated" in text and "-25 °C used" in text and "source:" in text
    assert found["temperature_c"] == 20
    assert sum(
        s["share"] for s in found["shares"] if s["kinematic_class"] == "bus"
    ) == pytest.approx(1)
    band = found["per_km_at_20_kph"]["bus"]["soot_mg"]
    assert band["low"] < band["central"] < band["high"]


def test_check_of_the_users_list(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "depot.csv"
    file.write_text("kinematic_class,fuel,euro,count\nbus,diesel,III,3\nbus,cng,EEV,1\n")
    ended = run("fleet", "check", file)

    assert ended.code == 0
    assert "bus 2" in ended.out and "taken from astana_2025" in ended.out
    assert json.loads(run("fleet", "check", file, "--json").out)["technologies"]["bus"] == 2


def test_a_bad_list_ends_with_2_and_all_problems(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "depot.csv"
    file.write_text("kinematic_class,fuel,euro,share\nbuss,diesel,III,0.5\nbus,diesel,IX,0.5\n")
    ended = run("fleet", "check", file)

    assert ended.code == 2
    assert "depot.csv:2" in ended.err and "did you mean bus" in ended.err
    assert "depot.csv:3" in ended.err


def test_an_unknown_fleet(run: Run) -> None:
    ended = run("fleet", "show", "astana_2052")

    assert ended.code == 2
    assert "did you mean astana_2025" in ended.err
