"""`signalopt diff` on the tiny scenario: files, today's plan, exported folders."""

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
def plans(tmp_path: Path) -> tuple[Path, Path]:
    """Today's plan of the tiny scenario, and the same with the offset moved by 7 s."""
    from signalopt.scenario.build import build_case
    from signalopt.scenario.load import load_scenario
    from signalopt.timing.planfile import plan_to_json

    today = build_case(load_scenario("smoke")).today
    first, second = tmp_path / "a.json", tmp_path / "b.json"
    content = json.loads(plan_to_json(today))
    first.write_text(json.dumps(content))
    content["name"] = "moved"
    program = content["intersections"][0]
    program["offset_s"] = (program["offset_s"] + 7) % program["cycle_s"]
    second.write_text(json.dumps(content))
    return first, second


def test_two_files_without_a_scenario(run: Run, plans: tuple[Path, Path]) -> None:
    ended = run("diff", *plans)
    assert ended.code == 0
    assert "offset, s" in ended.out and "before | after" not in ended.out
    same = run("diff", plans[0], plans[0], "--json")
    assert same.code == 0 and json.loads(same.out)["same"] is True


def test_with_a_scenario_there_are_bars_and_a_page(
    run: Run, plans: tuple[Path, Path], tmp_path: Path
) -> None:
    page = tmp_path / "changes.html"
    ended = run("diff", "today", plans[1], "smoke", "-o", page)
    assert ended.code == 0
    assert "before | after" in ended.out and "█" in ended.out and str(page) in ended.out
    assert page.read_text().count("<svg") > 2


def test_an_exported_folder_and_file_hold_the_plan(
    run: Run, plans: tuple[Path, Path], tmp_path: Path
) -> None:
    folder = tmp_path / "out"
    assert run("export", plans[1], "smoke", "-o", folder, "--format", "cis,sumo,rsmp").code == 0
    for path in (folder, folder / "cis", folder / "plan.add.xml"):
        ended = run("diff", path, plans[1], "smoke", "--json")
        assert ended.code == 0, ended.err
        assert json.loads(ended.out)["same"] is True, path
    ended = run("diff", folder / "rsmp", plans[1], "smoke")
    assert ended.code == 2 and "holds lamps" in ended.err


def test_bad_input_all_at_once(run: Run, plans: tuple[Path, Path], tmp_path: Path) -> None:
    ended = run("diff", tmp_path / "none.json", "today", "-o", tmp_path / "x.html")
    assert ended.code == 2
    assert len(ended.err.splitlines()) == 3
    assert "name a SCENARIO" in ended.err and "a scenario: bars need" in ended.err
    cut = tmp_path / "cut.json"
    cut.write_text(plans[0].read_text()[:100])
    assert run("diff", cut, plans[0]).code == 2
    assert not (tmp_path / "x.html").exists()
