from pathlib import Path

import numpy as np
import pytest

from benchmarks.control_old_sumo import delay_all, kept_options, old_detectors, scheduled
from benchmarks.control_tables import Shown, astana_table, public_table, published, put_into_page


def row(situation: str, way: str, delays: list[float], **more: object) -> dict[str, object]:
    by_seed = {str(seed): value for seed, value in enumerate(delays)}
    zero = dict.fromkeys(by_seed, 0.0)
    told = {"not_inserted": zero, "unfinished": zero, "stops": zero, "findings": 0, "sensing": ""}
    return {"situation": situation, "way": way, "delay_s": by_seed, **told, **more}


def test_delay_all_counts_those_who_never_entered_with_the_whole_wait(tmp_path: Path) -> None:
    routes = tmp_path / "a.rou.xml"
    routes.write_text(
        '<routes><trip id="early" depart="5"/><trip id="a" depart="10"/><vehicle id="b" depart="20.5"/>'
        '<trip id="never" depart="40"/><trip id="late" depart="100"/></routes>'
    )
    due = scheduled([routes], 10, 100)
    assert due == {"a": 10.0, "b": 20.5, "never": 40.0}
    tripinfo = tmp_path / "tripinfo.xml"
    tripinfo.write_text(
        '<tripinfos><tripinfo id="early" timeLoss="99" departDelay="9"/>'
        '<tripinfo id="a" timeLoss="3" departDelay="1"/><tripinfo id="b" timeLoss="6" departDelay="0"/>'
        "</tripinfos>"
    )
    found = delay_all(tripinfo, due, 100)
    assert found.delay_s == pytest.approx((4 + 6 + 60) / 3)
    assert found.never_entered == 1


def test_options_that_the_old_sumo_does_not_know_go_with_their_values() -> None:
    told = ["--begin", "0", "--tripinfo-output.write-undeparted", "true", "--seed", "3"]
    assert kept_options(told, frozenset({"begin", "seed"})) == ["--begin", "0", "--seed", "3"]


def test_detectors_get_the_old_name_of_their_period() -> None:
    text = old_detectors('<additional><inductionLoop id="x" period="9"/><tlLogic/></additional>')
    assert 'freq="9"' in text and "period" not in text


def test_astana_table_is_paired_against_the_yardstick() -> None:
    rows = [
        row("am", "fixed", [100.0, 120.0, 110.0]),
        row("am", "horizon", [90.0, 108.0, 99.0]),
        row("pm", "horizon", [50.0, 52.0]),
    ]
    table = astana_table("area", rows, "fixed")
    assert table.lines[0] == ("am", "110.0", "99.0; -10 % [-10, -10]")
    assert table.lines[1] == ("pm", "", "51.0")


def test_who_is_left_behind_and_unsafe_lamps_are_told() -> None:
    left = row("am", "horizon", [10.0, 10.0], findings=2)
    left["not_inserted"] = {"0": 3.0, "1": 0.0}
    assert astana_table("area", [left], "fixed").lines[0][1] == "10.0 (1.5 left behind) UNSAFE: 2"


def test_public_table_says_whether_the_target_is_met_by_an_adaptive_way_of_ours() -> None:
    rows = [
        row("", "our best fixed plan", [1.0, 1.0]),
        row("", "our horizon, radar", [15.0, 17.0]),
        row("", "max-wave, 10 s", [3.0, 3.0]),
    ]
    assert "met: our horizon, radar, 16.0" in public_table("c", "", rows, 18.2, 2).remarks[0]
    assert "missed" in public_table("c", "", rows, 16.0, 2).remarks[0]


def test_a_failed_cell_is_shown_as_failed() -> None:
    failed = {"situation": "am", "way": "policy", "failed": "no such file"}
    assert "no such file" in public_table("c", "", [failed], None, 1).lines[0][1]
    assert astana_table("a", [failed], "fixed").lines[0][1] == "failed"


def test_page_blocks(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("a\n<!-- measured: x -->\nold\n<!-- measured end -->\nb\n")
    table = Shown("t", ("h",), (("1",),), ("said",))
    put_into_page("x", table.markdown(), page)
    put_into_page("x", table.markdown(), page)
    text = page.read_text()
    assert text.count("| 1 |") == 1 and "old" not in text and text.endswith("b\n")
    with pytest.raises(ValueError, match="no block `y`"):
        put_into_page("y", "", page)


def test_published_figures_of_a_case() -> None:
    found = {line["controller"]: float(line["delay_s"]) for line in published("ingolstadt1@amber3")}
    learned = ("IDQN", "IPPO", "MPLight", "FMA2C")
    assert min(found[name] for name in learned) == pytest.approx(20.9)


def test_stages_in_turn_only_among_those_allowed() -> None:
    env_speed = pytest.importorskip("benchmarks.env_speed", reason="learning is not installed")
    allowed = np.array([[True, False, True], [False, True, False]])
    assert env_speed.rotated(allowed, 0).tolist() == [0, 1]
    assert env_speed.rotated(allowed, 4).tolist() == [2, 1]
    assert env_speed.rotated(allowed, 8).tolist() == [0, 1]
