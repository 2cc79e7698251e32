"""`signalopt report`: targets, languages, data, refusals."""

import json
from pathlib import Path

import pytest
from lxml import html

from tests.cli.conftest import Run


def test_a_scenario_of_ones_own(run: Run, own: Path, tmp_path: Path) -> None:
    """A net without projection or names, a minute of traffic: everything still has its place."""
    page, data = tmp_path / "page.html", tmp_path / "page.json"
    ended = run("report", own / "own.yaml", "-o", page, "--lang", "kk", "--seeds", "1-2",
                "--data", data, "--json")  # fmt: skip
    told = json.loads(ended.out)

    assert ended.code == 0, ended.err
    assert told["seeds"] == [1, 2] and told["bytes"] == page.stat().st_size
    tree = html.document_fromstring(page.read_text("utf-8"))
    assert tree.get("lang") == "kk" and tree.find(".//section[@id='map']") is not None

    again = tmp_path / "again.html"
    assert run("report", data, "-o", again, "--lang", "kk").code == 0
    assert again.read_bytes() == page.read_bytes()


def test_a_front(run: Run, tmp_path: Path) -> None:
    (tmp_path / "front.csv").write_text(
        "plan,dominated,delay_s,delay_s_low,delay_s_high,co2_g\ntoday,false,30,28,32,300\na,true,25,24,26,301\n"
    )
    page = tmp_path / "page.html"

    assert run("report", tmp_path, "-o", page).code == 0
    assert "Pareto" in page.read_text("utf-8")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("nowhere_am",), "nowhere_am"),
        (("gone.json",), "no such file"),
        (("smoke", "--seeds", "2-1"), "backwards"),
        (("smoke", "--plan", "gone.json"), "gone.json"),
        (("smoke", "--sweep", "gone"), "no results"),
    ],
)
def test_bad_targets_end_with_2(
    run: Run, tmp_path: Path, arguments: tuple[str, ...], told: str
) -> None:
    ended = run("report", *arguments, "-o", tmp_path / "page.html")

    assert ended.code == 2 and told in ended.err
    assert not (tmp_path / "page.html").exists()


def test_a_folder_is_no_page(run: Run, tmp_path: Path) -> None:
    ended = run("report", "smoke", "-o", tmp_path)

    assert ended.code == 2 and "folder" in ended.err
