"""`signalopt release` on the tiny scenario: made, verified, refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(autouse=True)
def shared_cache(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIGNALOPT_CACHE", str(cache))


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    """Today's plan of the tiny scenario."""
    from signalopt.scenario.build import build_case
    from signalopt.scenario.load import load_scenario
    from signalopt.timing.planfile import write_plan

    path = tmp_path / "plan.json"
    write_plan(path, build_case(load_scenario("smoke")).today)
    return path


def test_a_bundle_is_made_twice_alike_and_verified(run: Run, plan: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "a.zip", tmp_path / "b.zip"
    report = tmp_path / "page.html"
    report.write_text("<html></html>")
    refused = run("release", plan, "smoke", "-o", first)
    assert refused.code == 2 and "--unconfirmed" in refused.err and not first.exists()
    for path in (first, second):
        ended = run(
            "release", plan, "smoke", "-o", path, "--unconfirmed", "--report", report, "--json"
        )
        assert ended.code == 0, ended.err
    told = json.loads(ended.out)
    assert told["confirmed"] is False and any("report/page.html" in s for s in told["sums"])
    assert first.read_bytes() == second.read_bytes()
    checked = run("release", "--verify", first, "smoke", "--json")
    assert checked.code == 0 and json.loads(checked.out)["fine"] is True


def test_a_changed_bundle_is_found(run: Run, plan: Path, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    assert run("release", plan, "smoke", "-o", folder, "--unconfirmed", "--lang", "kk").code == 0
    cover = folder / "cover.html"
    cover.write_text(cover.read_text() + "!")
    content = json.loads((folder / "plan.json").read_text())
    program = content["intersections"][0]
    program["stages"][0]["green_s"] -= 1
    (folder / "plan.json").write_text(json.dumps(content))
    ended = run("release", "--verify", folder, "smoke")
    assert ended.code == 1
    assert "NOT FINE" in ended.out and "cover.html: was changed" in ended.out
    assert "sum of splits" in ended.out and "plan hash" in ended.out
    (folder / "plan.json").unlink()
    assert run("release", "--verify", folder, "smoke").code == 2


def test_usage(run: Run, plan: Path, tmp_path: Path) -> None:
    assert "a folder or a zip" in run("release", plan, "smoke").err
    ended = run("release", plan, "smoke", "--verify", "-o", tmp_path / "x")
    assert ended.code == 2 and "writes nothing" in ended.err
    ended = run("release", plan, "smoke", "-o", tmp_path / "x", "--lang", "de", "--unconfirmed")
    assert ended.code == 2 and "`de`" in ended.err and not (tmp_path / "x").exists()
