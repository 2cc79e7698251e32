"""A sweep's store as heat maps."""

from pathlib import Path

import pytest

from signalopt.errors import InputError
from signalopt.report.sweeps import sweep_of
from signalopt.study.record import RunRecord
from signalopt.study.store import open_store


def record(
    key: str, plan: str, scale: float, seed: int, delay_s: float, engine: str = "sumo"
) -> RunRecord:
    return RunRecord(
        key, "smoke", plan, engine, seed, {"demand.scale": scale}, "c", "p", "1", "0", True, 1.0,
        {"delay_s": delay_s, "co2_g": 10 * delay_s}, {}, {},
    )  # fmt: skip


def fill(folder: Path, *records: RunRecord) -> Path:
    with open_store(folder) as store:
        for one in records:
            store.add(one)
    return folder


def test_plans_run_across_and_factors_down(tmp_path: Path) -> None:
    found = sweep_of(fill(
        tmp_path,
        *(record(f"{p}{x}{s}", p, x, s, 10 * x + s + (p == "a"))
          for p in ("today", "a") for x in (1.0, 2.0) for s in (0, 2)),
    ))  # fmt: skip
    cell = next(
        c for c in found.cells if c.column == "today" and c.row == (("demand.scale", "2.0"),)
    )

    assert found.across == "plan" and found.columns == ("today", "a")
    assert found.rows == ((("demand.scale", "1.0"),), (("demand.scale", "2.0"),))
    assert found.measures == ("delay_s", "co2_g")
    assert cell.values["delay_s"].mean == 21 and cell.seeds == 2
    # t(0.975, 1) = 12.706; s = sqrt(2); 12.706 * sqrt(2) / sqrt(2)
    assert cell.values["delay_s"].high == pytest.approx(21 + 12.706, abs=1e-3)


def test_one_seed_has_no_interval_and_the_queue_model_is_named(tmp_path: Path) -> None:
    found = sweep_of(
        fill(
            tmp_path, record("a", "today", 1, 1, 20, "meso"), record("b", "today", 2, 1, 30, "meso")
        )
    )

    assert found.across == "demand.scale"
    assert all(("engine", "meso") in row for row in found.rows)
    assert all(c.values["delay_s"].low is None for c in found.cells)


def test_nothing_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no results"):
        sweep_of(tmp_path)
    with pytest.raises(InputError, match="no run"):
        sweep_of(fill(tmp_path / "x"))
