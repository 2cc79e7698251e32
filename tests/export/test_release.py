"""Hand-overs: the same bytes, every change found, unsafe and unconfirmed plans refused."""

from __future__ import annotations

import hashlib
import json
import zipfile
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from signalopt.errors import InputError, UnsafePlanError
from signalopt.export.bundle import read_bundle, read_report, write_bundle, zip_bytes
from signalopt.export.facts import SheetFacts
from signalopt.export.release import (
    SUMS,
    Release,
    content_problems,
    make_release,
    read_sums,
    sum_problems,
    unconfirmed,
)
from signalopt.timing.plan import Plan
from signalopt.timing.planfile import LAMPS, plan_from_json, plan_hash
from signalopt.timing.safety import judge_plan
from signalopt.timing.schedule import Schedule
from signalopt.timing.schedule_switches import with_switch_points
from tests.export.areas import longer, week
from tests.export.export_sample import sample_network, sample_plan
from tests.export.test_package import _unsafe

NETWORK = sample_network()
CONFIRMED = (
    ("objective", "delay"),
    ("final seeds", "11 12 13"),
    ("verdict", "better: the 95 % interval of the paired difference leaves zero out"),
    ("confirmed delay_s", "50.0 -> 40.0 s, paired difference -10.0 [-12.0, -8.0] at 95 %, 3 seeds"),
)


def confirmed(plan: Plan) -> Plan:
    return replace(plan, provenance=(*CONFIRMED, (LAMPS, plan_hash(plan))))


PLAN = confirmed(sample_plan())
SCHEDULE = Schedule.of_plan(PLAN)
FACTS = SheetFacts(area="sample", scenario="sample_am", versions=(("SUMO", "1.28.0"),))


@cache
def made() -> Release:
    return make_release(SCHEDULE, NETWORK, FACTS, report={"page.html": b"<html></html>"})


def test_a_bundle_holds_plan_sheets_report_checks_and_their_sums():
    files = made().files
    assert {"plan.json", "manifest.json", "checks.json", "cover.html", SUMS} <= set(files)
    assert files["report/page.html"] == b"<html></html>"
    kinds = {name.split("/")[1] for name in files if name.startswith("formats/")}
    assert {"cis", "gmns", "ntcip", "plan.add.xml", "plan.csv", "rsmp", "sheets", "utdf", "vissig",
            "timing.json", "manifest.json"} <= kinds  # fmt: skip
    sums = read_sums(files[SUMS], SUMS)
    assert set(sums) == set(files) - {SUMS}
    assert sums["plan.json"] == hashlib.sha256(files["plan.json"]).hexdigest()
    plan = plan_from_json(files["plan.json"].decode(), "plan.json", NETWORK.fingerprint)
    manifest = json.loads(files["manifest.json"])
    assert plan == PLAN and manifest["plan_hash"] == plan_hash(PLAN)
    assert manifest["confirmed"] is True and "created" not in manifest
    assert manifest["plans"][0]["confirmed_improvement"]["final seeds"] == "11 12 13"
    checks = json.loads(files["checks.json"])
    assert checks["judge"]["new_findings"] == []
    read = {entry["format"]: entry["same_over_a_day"] for entry in checks["formats_read_back"]}
    assert set(read) >= {"sumo", "csv", "json", "gmns", "utdf", "ntcip", "vissig", "rsmp", "cis"}
    assert all(read.values())
    cover = files["cover.html"].decode()
    assert sums["plan.json"] in cover and "[-12.0, -8.0]" in cover and "НЕ ПОДТВЕРЖДЁН" not in cover


def test_the_same_bytes_again_as_folder_and_as_zip(tmp_path: Path):
    again = make_release(
        SCHEDULE,
        NETWORK,
        replace(FACTS, created="2026-11-22"),
        report={"page.html": b"<html></html>"},
    )
    assert dict(again.files) == dict(made().files)
    assert zip_bytes(again.files) == zip_bytes(dict(reversed(made().files.items())))
    write_bundle(tmp_path / "a.zip", made().files)
    write_bundle(tmp_path / "a", made().files)
    assert read_bundle(tmp_path / "a.zip") == read_bundle(tmp_path / "a") == dict(made().files)
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert archive.namelist() == sorted(archive.namelist())


def test_every_change_is_found():
    files = dict(made().files)
    assert sum_problems(files) == ()
    assert content_problems(files, SCHEDULE, NETWORK) == ()
    gone = {name: data for name, data in files.items() if name != "checks.json"}
    assert sum_problems(gone) == ("checks.json: is missing",)
    assert sum_problems({**files, "x": b""}) == (f"x: is not in {SUMS}",)
    assert sum_problems({**files, "cover.html": b"x"}) == ("cover.html: was changed",)
    with pytest.raises(InputError, match="a bundle of"):
        sum_problems({"plan.json": b""})
    with pytest.raises(InputError, match=r"SHA256SUMS:1: .*; expected a SHA-256 sum"):
        sum_problems({SUMS: b"abc  plan.json\n"})
    twice = files[SUMS] + files[SUMS].splitlines(keepends=True)[0]
    with pytest.raises(InputError, match="again"):
        sum_problems({**files, SUMS: twice})


def test_files_that_do_not_show_the_plan_are_found_even_with_new_sums():
    first = PLAN.intersections[0]
    moved = PLAN.with_programs([replace(first, offset_s=first.offset_s + 1)])
    told = content_problems(made().files, Schedule.of_plan(moved), NETWORK)
    assert told[0].startswith("manifest.json: plan hash")
    assert {line.split(":")[0] for line in told[1:]} >= {"sumo", "csv", "json", "cis", "rsmp"}
    bare = replace(PLAN, provenance=())
    assert (
        "the plan says otherwise"
        in content_problems(made().files, Schedule.of_plan(bare), NETWORK)[0]
    )
    assert content_problems({}, SCHEDULE, NETWORK) == ("manifest.json: cannot be read",)


def test_plans_without_confirmation_are_refused_or_marked():
    undecided = (("verdict", "no difference shown: the 95 % interval contains zero"), CONFIRMED[3])
    lamps = ((LAMPS, plan_hash(PLAN)),)
    edited = (*CONFIRMED, (LAMPS, "0" * 16))
    for provenance in (
        (),
        undecided + lamps,
        CONFIRMED[:3] + lamps,
        CONFIRMED[3:],
        CONFIRMED,
        edited,
    ):
        plan = replace(PLAN, provenance=provenance)
        assert unconfirmed(plan)
        with pytest.raises(InputError, match="--unconfirmed"):
            make_release(Schedule.of_plan(plan), NETWORK, FACTS)
    assert unconfirmed(PLAN) == ""
    bundle = make_release(
        Schedule.of_plan(replace(PLAN, provenance=())), NETWORK, FACTS, allow_unconfirmed=True
    )
    assert "НЕ ПОДТВЕРЖДЁН" in bundle.files["cover.html"].decode()
    sheet = next(n for n in bundle.files if n.startswith("formats/cis/") and n.endswith(".html"))
    assert "НЕ ПОДТВЕРЖДЁН" in bundle.files[sheet].decode()
    assert json.loads(bundle.files["manifest.json"])["confirmed"] is False


def test_unsafe_plans_are_refused_and_inherited_findings_are_told():
    plan = confirmed(_unsafe())
    with pytest.raises(UnsafePlanError):
        make_release(Schedule.of_plan(plan), NETWORK, FACTS, allow_unconfirmed=True)
    found = judge_plan(NETWORK.layouts, plan)
    bundle = make_release(Schedule.of_plan(plan), NETWORK, replace(FACTS, inherited=found))
    checks = json.loads(bundle.files["checks.json"])["judge"]
    assert checks["findings_of_the_plans"] == [str(finding) for finding in found]
    assert checks["findings_of_the_program_in_force"] == [str(finding) for finding in found]
    read = json.loads(bundle.files["checks.json"])["formats_read_back"]
    refused = {entry["format"] for entry in read if entry["reader_refuses"]}
    assert refused == {"vissig"}  # its reader holds the greens against the file's own matrix
    assert content_problems(bundle.files, Schedule.of_plan(plan), NETWORK) == ()


def test_a_schedule_over_midnight_in_kazakh():
    plan = confirmed(sample_plan(offsets=(3, 17, 80)))
    peak = confirmed(longer(plan, "peak"))
    schedule = with_switch_points(week(plan, peak), NETWORK.layouts)
    bundle = make_release(schedule, NETWORK, replace(FACTS, language="kk"))
    assert "schedule.json" in bundle.files and "plan.json" not in bundle.files
    assert "formats/schedule-workday.add.xml" in bundle.files
    assert 'lang="kk"' in bundle.files["cover.html"].decode()
    assert sum_problems(bundle.files) == ()
    assert content_problems(bundle.files, schedule, NETWORK) == ()


def test_a_folder_takes_the_next_bundle_but_no_foreign_files(tmp_path: Path):
    folder = tmp_path / "out"
    write_bundle(folder, made().files)
    less = {name: data for name, data in made().files.items() if not name.startswith("report/")}
    write_bundle(folder, less)
    assert read_bundle(folder) == less
    assert not (folder / "report").exists()
    (folder / "mine.txt").write_text("x")
    with pytest.raises(InputError, match=r"mine\.txt"):
        write_bundle(folder, less)
    assert (folder / "mine.txt").read_text() == "x"


def test_broken_and_missing_bundles_and_reports(tmp_path: Path):
    with pytest.raises(InputError, match="no such file"):
        read_bundle(tmp_path / "none.zip")
    data = zip_bytes(made().files)
    (tmp_path / "cut.zip").write_bytes(data[: len(data) // 2])
    with pytest.raises(InputError, match="no whole zip file"):
        read_bundle(tmp_path / "cut.zip")
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="an empty folder"):
        read_report(tmp_path / "empty")
    with pytest.raises(InputError, match="no such file"):
        read_report(tmp_path / "nothing")
    (tmp_path / "empty" / "a").mkdir()
    (tmp_path / "empty" / "a" / "b.html").write_bytes(b"b")
    assert read_report(tmp_path / "empty") == {"a/b.html": b"b"}
    assert read_report(tmp_path / "empty" / "a" / "b.html") == {"b.html": b"b"}
