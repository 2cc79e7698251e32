"""Exported folders and single files compared with plans, as `signalopt check --against` does."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from signalopt.errors import InputError
from signalopt.export.formats import FORMATS
from signalopt.export.package import export_plan
from signalopt.export.read_back import compare_with_plans
from signalopt.export.timing_json import timing_schema
from tests.export.areas import all_day
from tests.export.export_sample import IDS, sample_network, sample_plan

NETWORK = sample_network()
PLAN = sample_plan()
TABLE = all_day(PLAN)


def test_a_whole_folder_and_single_files(tmp_path: Path):
    export_plan(PLAN, NETWORK, FORMATS, tmp_path)
    found = compare_with_plans(tmp_path, TABLE, NETWORK)
    assert {f.format for f in found} == {n for n, e in FORMATS.items() if e.read is not None}
    assert all(f.differences == () and f.intersections == len(IDS) for f in found)
    for path in (
        f"ntcip/{IDS[1]}.csv",
        f"vissig/{IDS[1]}.sig",
        "gmns/node.csv",
        "plan.csv",
        "ntcip",
    ):
        (one,) = compare_with_plans(tmp_path / path, TABLE, NETWORK)
        assert one.differences == ()
        assert one.intersections == (1 if path.startswith(("ntcip/", "vissig")) else len(IDS))


def test_another_plan_is_told(tmp_path: Path):
    export_plan(PLAN, NETWORK, FORMATS, tmp_path)
    other = all_day(sample_plan(offsets=(0, 18, 80)))
    found = compare_with_plans(tmp_path, other, NETWORK)
    assert all(f.differences and all(IDS[1] in text for text in f.differences) for f in found)


def test_nothing_to_read(tmp_path: Path):
    with pytest.raises(InputError, match="no such file"):
        compare_with_plans(tmp_path / "x", TABLE, NETWORK)
    with pytest.raises(InputError, match="no exported file"):
        compare_with_plans(tmp_path, TABLE, NETWORK)


def test_the_published_schema_is_current():
    published = Path(__file__).parents[2] / "docs" / "schemas" / "timing.schema.json"
    assert json.loads(published.read_text(encoding="utf-8")) == timing_schema()
