"""The shipped areas are good, and every bad source is refused with its file and line."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from signalopt.assets import data_folder
from signalopt.errors import InputError
from signalopt.network.area import ARMS, area_summary, list_areas, load_area
from signalopt.network.model import Confidence, Turn

SIZES = {
    "leftbank_core": 22,
    "mangilik_el": 11,
    "rightbank_core": 24,
    "smoke": 2,
    "tauelsizdik": 7,
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the smoke area that a test may spoil."""
    return Path(shutil.copytree(data_folder("networks") / "smoke", tmp_path / "mine"))


def edit(path: Path, change: Callable[[list[dict[str, str]]], None]) -> None:
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    columns = list(rows[0])
    change(rows)
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(rows)


def problems_of(folder: Path) -> list[str]:
    with pytest.raises(InputError) as caught:
        load_area(folder)
    return [str(problem) for problem in caught.value.problems]


def test_all_areas_are_listed_and_have_their_signals() -> None:
    assert {name: len(load_area(name).intersections) for name in list_areas()} == SIZES


@pytest.mark.parametrize("name", SIZES)
def test_every_arm_ends_in_an_intersection_or_a_gate(name: str) -> None:
    area = load_area(name)
    for place, arms in area.arms.items():
        assert 3 <= len(arms) <= 4
        for letter, arm in arms.items():
            assert arm.intersection == place
            assert arm.letter == letter in ARMS
            assert arm.neighbour in area.intersection or arm.neighbour == f"{place}.{letter}"


def test_one_way_streets_have_one_way_gates() -> None:
    area = load_area("rightbank_core")
    gates = {gate.id: (gate.has_entry, gate.has_exit) for gate in area.gates}
    assert gates["Saryarka_Abay.W"] == (True, False)  # Abay runs east
    assert gates["Respublika_Abay.E"] == (False, True)
    assert gates["Saryarka_Kenesary.W"] == (False, True)  # Kenesary runs west
    assert gates["Respublika_Kenesary.E"] == (True, False)
    assert gates["Zheltoksan_Bogenbai.N"] == (True, False)  # Zheltoksan runs south
    assert gates["Auezov_Bogenbai.N"] == (False, True)  # Auezov runs north


def test_the_police_rule_of_four_seconds_is_kept() -> None:
    four = {p.id for name in SIZES for p in load_area(name).intersections if p.all_red_s == 4}
    assert four == {
        "MangilikEl_Ryskulov",
        "Respublika_Bogenbai",
        "Tauelsizdik_Koshkarbayev",
        "Tauelsizdik_Baitursynuly",
    }


def test_avenues_are_in_order() -> None:
    (avenue,) = load_area("mangilik_el").avenues
    assert len(avenue.intersections) == 11
    assert avenue.intersections[0] == "MangilikEl_Talal"
    assert avenue.intersections[-1] == "MangilikEl_Konayev"


def test_turns_lead_where_a_driver_would_go() -> None:
    area = load_area("smoke")
    seen = {
        turn: arm.letter
        for turn in (Turn.LEFT, Turn.THROUGH, Turn.RIGHT)
        if (arm := area.target_arm("West", "S", turn)) is not None
    }
    assert seen == {Turn.LEFT: "W", Turn.THROUGH: "N", Turn.RIGHT: "E"}


def test_a_banned_turn_leads_nowhere() -> None:
    area = load_area("rightbank_core")
    assert area.target_arm("Respublika_Bogenbai", "W", Turn.LEFT) is None
    assert area.target_arm("Respublika_Bogenbai", "W", Turn.RIGHT) is not None


@pytest.mark.parametrize("name", SIZES)
def test_summary_marks_every_fact(name: str) -> None:
    summary = area_summary(load_area(name))
    marks = {str(mark) for mark in Confidence}
    assert {fact["confidence"] for fact in summary["facts"]} <= marks
    assert sum(summary["confidence"].values()) == len(summary["facts"])
    assert "OpenStreetMap" in summary["attribution"] or summary["invented"]
    if not summary["invented"]:
        turn_lanes = [f for f in summary["facts"] if f["attribute"] == "turn_lanes"]
        assert {f["confidence"] for f in turn_lanes} == {"estimated"}  # no source names a bay
        assert summary["confidence"]["measured"] > 0


def test_unknown_area_names_the_known_ones() -> None:
    with pytest.raises(InputError, match="mangilik_el"):
        load_area("almaty")


@pytest.mark.parametrize(
    ("table", "row", "column", "value", "found"),
    [
        ("sections", 0, "end", "Nowhere", "found Nowhere"),
        ("sections", 0, "lanes_forward", "-2", "lanes_forward = '-2'"),
        ("sections", 0, "lanes_conf", "sure", "lanes_conf = 'sure'"),
        ("sections", 0, "street", "Secret", "street Secret"),
        ("sections", 0, "speed_kph", "fast", "speed_kph = 'fast'"),
        ("sections", 0, "bus_forward", "maybe", "bus_forward = 'maybe'"),
        ("sections", 0, "via", "51;71", "via = '51;71'"),
        ("intersections", 1, "signal", "no", "East without a signal"),
        ("intersections", 1, "id", "West", "West a second time"),
        ("intersections", 1, "lat", "951", "lat = '951'"),
        ("intersections", 0, "all_red_s", "40", "all_red_s = '40'"),
        ("gates", 0, "arm", "NE", "arm = 'NE'"),
        ("gates", 0, "id", "West.S", "West.S"),
        ("gates", 0, "lat", "51.0100", "arm W of West leaves at"),
        ("gates", 0, "via", "51.0 71.2", "two points of the street in one place"),
        ("approaches", 0, "bay_m", "250", "bay_m = 250"),
        ("approaches", 0, "left_bays", "1", "bay_m = 0"),
        ("approaches", 1, "bay_m", "190", "bay of 190 m on a section of 301 m"),
        ("approaches", 0, "arm", "E", "West.E a second time"),
    ],
)
def test_a_spoilt_cell_is_named_with_file_and_line(
    folder: Path, table: str, row: int, column: str, value: str, found: str
) -> None:
    edit(folder / f"{table}.csv", lambda rows: rows[row].update({column: value}))
    problems = problems_of(folder)
    assert any(found in text and f"{table}.csv:" in text for text in problems), problems


def test_all_problems_come_at_once(folder: Path) -> None:
    edit(folder / "sections.csv", lambda rows: rows[0].update(lanes_forward="many"))
    edit(folder / "gates.csv", lambda rows: rows[2].update(exists_conf="perhaps"))
    edit(folder / "intersections.csv", lambda rows: rows[0].update(lat="north"))
    text = "\n".join(problems_of(folder))
    assert "sections.csv:2" in text
    assert "gates.csv:4" in text
    assert "intersections.csv:2" in text


def test_missing_and_unknown_columns(folder: Path) -> None:
    path = folder / "gates.csv"
    path.write_text(path.read_text().replace("lanes_in", "lanes_inn", 1))
    text = "\n".join(problems_of(folder))
    assert "`lanes_in`" in text
    assert "`lanes_inn`" in text


def test_missing_file_and_bad_header(folder: Path) -> None:
    (folder / "turns.csv").unlink()
    header = folder / "area.yaml"
    header.write_text(header.read_text().replace("lane_width_m: 3.5", "lane_widht_m: 3.5"))
    text = "\n".join(problems_of(folder))
    assert "turns.csv: found no such file" in text
    assert "lane_widht_m" in text
    assert "lane_width_m" in text


def test_broken_yaml_names_its_line(folder: Path) -> None:
    (folder / "area.yaml").write_text("title: a\n  description: [\n")
    assert any("area.yaml:" in text for text in problems_of(folder))


def test_an_unconnected_network_is_refused(folder: Path) -> None:
    def cut(rows: list[dict[str, str]]) -> None:
        rows.clear()

    edit(folder / "sections.csv", cut)

    def drop(rows: list[dict[str, str]]) -> None:
        rows[:] = [
            r for r in rows if (r["intersection"], r["arm"]) not in {("West", "E"), ("East", "W")}
        ]

    edit(folder / "approaches.csv", drop)
    # a lost section also takes away the way straight on: bays that still turn stay legal
    assert any("East cannot be reached from West" in text for text in problems_of(folder))


def test_a_gate_twice_on_one_arm_is_refused(folder: Path) -> None:
    edit(folder / "gates.csv", lambda rows: rows.append({**rows[0]}))
    assert any("West.W a second time" in text for text in problems_of(folder))


def test_more_lanes_than_the_street_ahead_can_take_is_refused(folder: Path) -> None:
    def widen(rows: list[dict[str, str]]) -> None:
        rows[0]["lanes_in"] = "6"

    edit(folder / "gates.csv", widen)
    assert any("through lanes meet" in text for text in problems_of(folder))
