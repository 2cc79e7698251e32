"""Handing over: unsafe plans are refused, nothing is half-written, the manifest says what is in it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from signalopt.errors import InputError, OutputError, UnsafePlanError
from signalopt.export.csv_read import read_csv_sheet, sheet_differences
from signalopt.export.facts import SheetFacts
from signalopt.export.package import FORMATS, MANIFEST, export_plan
from signalopt.export.sumo_read import read_sumo_additional
from signalopt.export.together import write_together
from signalopt.timing.plan import FixedProgram, Plan
from signalopt.timing.planfile import plan_hash
from signalopt.timing.program import phases
from signalopt.timing.safety import judge_plan
from tests.export.export_sample import IDS, sample_network, sample_plan

NETWORK = sample_network()
PLAN = sample_plan()


def _unsafe() -> Plan:
    """Two intersections with an all-red of one second less."""
    programs = []
    for program in PLAN.intersections[:2]:
        lines = phases(NETWORK.layouts[program.intersection], program)
        clearing = next(i for i, p in enumerate(lines) if "u" in p.state)
        short = replace(lines[clearing], duration_s=lines[clearing].duration_s - 1)
        programs.append(
            FixedProgram(
                program.intersection, 0, (*lines[:clearing], short, *lines[clearing + 1 :])
            )
        )
    return PLAN.with_programs(programs)


def test_all_formats_and_the_manifest(tmp_path: Path):
    facts = SheetFacts(scenario="sample_am", versions=(("SUMO", "1.28.0"),))
    paths = export_plan(PLAN, NETWORK, FORMATS, tmp_path / "out", facts=facts)
    assert all(path.is_file() for path in paths)
    assert sorted(p for p in (tmp_path / "out").rglob("*") if p.is_file()) == sorted(paths)
    manifest = json.loads((tmp_path / "out" / MANIFEST).read_text())
    assert manifest["plan_hash"] == plan_hash(PLAN)
    assert manifest["network"] == NETWORK.fingerprint
    assert manifest["scenario"] == "sample_am"
    assert set(manifest["versions"]) == {"signalopt", "SUMO"}
    assert manifest["findings"] == []
    assert set(manifest["not_carried"]) == set(FORMATS)
    assert {tmp_path / "out" / name for name in manifest["files"]} | {
        tmp_path / "out" / MANIFEST
    } == set(paths)


def test_the_formats_agree_with_each_other(tmp_path: Path):
    export_plan(PLAN, NETWORK, ("sumo", "csv"), tmp_path)
    read = read_sumo_additional(tmp_path / "plan.add.xml", NETWORK)
    sheet = read_csv_sheet(tmp_path / "plan.csv")
    assert sheet_differences(sheet, read, NETWORK.layouts) == ()


def test_an_unsafe_plan_is_refused_with_all_findings(tmp_path: Path):
    plan = _unsafe()
    found = judge_plan(NETWORK.layouts, plan)
    assert {f.intersection for f in found} == set(IDS[:2])
    with pytest.raises(UnsafePlanError) as caught:
        export_plan(plan, NETWORK, FORMATS, tmp_path / "out")
    assert all(str(finding) in str(caught.value) for finding in found)
    assert caught.value.exit_code == 1
    assert list(tmp_path.iterdir()) == []


def test_inherited_findings_are_allowed_and_told(tmp_path: Path):
    plan = _unsafe()
    inherited = judge_plan(NETWORK.layouts, plan)
    export_plan(plan, NETWORK, FORMATS, tmp_path, inherited=inherited)
    assert "inherited" in (tmp_path / "sheets" / f"{IDS[0]}.html").read_text()
    manifest = json.loads((tmp_path / MANIFEST).read_text())
    assert manifest["findings"] == [str(finding) for finding in inherited]


def test_worse_than_inherited_is_refused(tmp_path: Path):
    inherited = judge_plan(NETWORK.layouts, _unsafe())
    programs = []
    for program in _unsafe().intersections[:1]:
        lines = [p for p in program.phases if "u" not in p.state or "y" in p.state]
        programs.append(FixedProgram(program.intersection, 0, tuple(lines)))
    plan = _unsafe().with_programs(programs)
    with pytest.raises(UnsafePlanError):
        export_plan(plan, NETWORK, ("csv",), tmp_path / "out", inherited=inherited)
    assert list(tmp_path.iterdir()) == []


def test_bad_input_all_at_once(tmp_path: Path):
    plan = replace(PLAN, network="other", intersections=())
    with pytest.raises(InputError) as caught:
        export_plan(plan, NETWORK, ("pdf", "csv", "gif"), tmp_path / "out")
    text = str(caught.value)
    assert len(caught.value.problems) == 4
    for word in ("`pdf`", "`gif`", "network other", "no intersections"):
        assert word in text
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(InputError, match="nothing"):
        export_plan(PLAN, NETWORK, (), tmp_path)


def test_unwritable_folder(tmp_path: Path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError, match="cannot be written"):
        export_plan(PLAN, NETWORK, ("csv",), tmp_path / "file" / "out")
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


def test_a_failure_half_way_leaves_everything_as_it_was(tmp_path: Path):
    """The third file cannot take its place: a folder is there. The first two are put back."""
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "a.txt").write_text("old")
    (folder / "c.txt").mkdir()
    (folder / "c.txt" / "inside").write_text("x")
    with pytest.raises(OutputError):
        write_together(folder, {"a.txt": "new", "sub/b.txt": "new", "c.txt": "new"})
    assert (folder / "a.txt").read_text() == "old"
    assert sorted(p.name for p in folder.iterdir()) == ["a.txt", "c.txt"]


def test_writing_again_replaces(tmp_path: Path):
    write_together(tmp_path, {"a.txt": "1", "sub/b.txt": "1"})
    write_together(tmp_path, {"a.txt": "2", "sub/b.txt": "2"})
    assert (tmp_path / "a.txt").read_text() == (tmp_path / "sub/b.txt").read_text() == "2"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.txt", "sub"]


def test_same_input_same_files(tmp_path: Path):
    first = export_plan(PLAN, NETWORK, FORMATS, tmp_path / "1")
    second = export_plan(PLAN, NETWORK, FORMATS, tmp_path / "2")
    assert [p.read_bytes() for p in first] == [p.read_bytes() for p in second]
