"""Files of an earlier export are taken away, and nobody else's."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from signalopt.errors import OutputError
from signalopt.export.package import MANIFEST, earlier_files, export_plan
from signalopt.export.together import write_together
from tests.export.export_sample import sample_network, sample_plan

NETWORK, PLAN = sample_network(), sample_plan()


def names(folder: Path) -> set[str]:
    return {p.relative_to(folder).as_posix() for p in folder.rglob("*")}


def test_a_second_export_of_other_formats_leaves_only_its_own(tmp_path: Path):
    export_plan(PLAN, NETWORK, ("csv", "vissig"), tmp_path)
    (tmp_path / "vissig" / "mine.txt").write_text("x")
    (tmp_path / "note.csv").write_text("x")
    export_plan(PLAN, NETWORK, ("sumo",), tmp_path)
    assert names(tmp_path) == {
        "plan.add.xml", MANIFEST, "note.csv", "vissig", "vissig/mine.txt"
    }  # fmt: skip


def test_a_manifest_cannot_name_files_elsewhere(tmp_path: Path):
    folder, outside = tmp_path / "out", tmp_path / "keep.txt"
    folder.mkdir()
    outside.write_text("x")
    (folder / "link.txt").symlink_to(outside)
    listed = ["../keep.txt", str(outside), "link.txt", "", ".", 7]
    (folder / MANIFEST).write_text(json.dumps({"plan_hash": "x", "files": listed}))
    export_plan(PLAN, NETWORK, ("csv",), folder)
    assert outside.read_text() == "x" and (folder / "link.txt").is_symlink()


def test_manifests_of_others_are_left_alone(tmp_path: Path):
    for text in ("{", "[]", '{"files": ["a"]}', '{"plan_hash": "x", "files": "a"}'):
        (tmp_path / MANIFEST).write_text(text)
        assert earlier_files(tmp_path) == ()


def test_a_failure_puts_stale_files_back(tmp_path: Path):
    (tmp_path / "old.txt").write_text("old")
    (tmp_path / "blocked").mkdir()
    (tmp_path / "blocked" / "inside").write_text("x")
    with pytest.raises(OutputError):
        write_together(tmp_path, {"a.txt": "a", "blocked": "b"}, ["old.txt"])
    assert (tmp_path / "old.txt").read_text() == "old"
    assert not (tmp_path / "a.txt").exists()
    assert write_together(tmp_path, {"a.txt": "a"}, ["old.txt", "a.txt"]) == (tmp_path / "a.txt",)
    assert not (tmp_path / "old.txt").exists()
