"""The front: weightings, domination, thinning, its table and picture."""

import csv
from xml.etree import ElementTree as ET

import numpy as np
import polars as pl
import pytest

from signalopt.microsim.result import SeedRun, SimulationResult
from signalopt.optimize.contender import Contender
from signalopt.optimize.front_files import front_svg, write_table
from signalopt.optimize.pareto import Front, FrontPoint, nondominated, spread_out, weightings
from signalopt.timing.plan import Plan

AXES = ("person_delay_s", "co2_total_kg", "soot_total_g")


def point(name: str, values, dominated: bool = False) -> FrontPoint:
    runs = tuple(
        SeedRun(seed, {a: v + seed for a, v in zip(AXES, values, strict=True)}, {}, True, 1.0, {})
        for seed in (1, 2, 3)
    )
    result = SimulationResult(
        "case", name, "fixed", "f", (1, 2, 3), runs, (), (), "none", {"sumo": "x"}
    )
    contender = Contender(name, Plan(name, "n", ()), (80, 90))
    return FrontPoint(contender, dict(zip(AXES, values, strict=True)), result, dominated)


FRONT = Front(
    "case", AXES,
    (point("today's plan", (50, 100, 9), True), point("front 1", (30, 90, 8)),
     point("front <2>", (40, 80, 7))),
    (1, 2, 3), False, 10.0,
)  # fmt: skip


@pytest.mark.parametrize("count", [1, 2, 4])
def test_weightings_are_shares(count):
    found = weightings([f"m{i}" for i in range(count)])
    assert len(found) == 1 + count + count * (count - 1) // 2
    for weights in found:
        assert sum(w for _, w in weights) == pytest.approx(1)
        assert all(w > 0 for _, w in weights)


def test_dominated_rows_leave_equal_ones_stay():
    values = np.array([[1.0, 5.0], [2.0, 2.0], [5.0, 1.0], [3.0, 3.0], [2.0, 2.0]])
    assert nondominated(values).tolist() == [True, True, True, False, True]


def test_thinning_keeps_the_ends_and_spreads():
    values = np.array([[float(x), 10.0 - x] for x in (0, 0.1, 0.2, 5, 9.9, 10)])
    assert set(spread_out(values, 3)) == {0, 3, 5}
    assert spread_out(values[:0], 3) == []


def test_table_has_means_and_intervals(tmp_path):
    write_table(FRONT, tmp_path / "front.csv")
    write_table(FRONT, tmp_path / "front.parquet")
    rows = list(csv.DictReader((tmp_path / "front.csv").read_text(encoding="utf-8").splitlines()))
    assert [r["plan"] for r in rows] == ["today's plan", "front 1", "front <2>"]
    assert float(rows[1]["person_delay_s"]) == 32
    assert float(rows[1]["person_delay_s_low"]) < 32 < float(rows[1]["person_delay_s_high"])
    table = pl.read_parquet(tmp_path / "front.parquet")
    assert table["dominated"].to_list() == [True, False, False]
    assert table["co2_total_kg_model"].to_list() == [100, 90, 80]


def test_picture_is_well_formed_and_shows_every_point_in_every_panel():
    root = ET.fromstring(front_svg(FRONT))
    circles = [e for e in root.iter() if e.tag.endswith("circle")]
    assert len(circles) == 3 * 3
    texts = [e.text for e in root.iter() if e.tag.endswith("text")]
    assert texts.count("front <2>") == 3
