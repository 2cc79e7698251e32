"""Every command once, on the tiny scenario or on a SUMO case of the user's own."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from signalopt import __version__
from signalopt.network.tools import find_tool
from tests.cli.conftest import Run


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One cache for the module: the tiny scenario is built once."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(autouse=True)
def shared_cache(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIGNALOPT_CACHE", str(cache))


def test_the_version(run: Run) -> None:
    assert run("--version").out == f"signalopt {__version__}\n"


def test_without_arguments_the_help_is_shown(run: Run) -> None:
    assert "optimize" in run().out + run().err


@pytest.mark.parametrize(
    "command",
    [["doctor"], ["areas"], ["scenarios"], ["build"], ["simulate"], ["calibrate"], ["optimize"],
     ["check"], ["export"], ["demo"], ["import"], ["import", "sumo"], ["import", "osm"]],
    ids=" ".join,
)  # fmt: skip
def test_every_command_has_help_with_an_example(run: Run, command: list[str]) -> None:
    ended = run(*command, "--help")

    assert ended.code == 0
    assert command == ["import"] or "Example" in ended.out


def test_the_shell_completes_commands() -> None:
    wish = {
        "_SIGNALOPT_COMPLETE": "complete_bash",
        "COMP_WORDS": "signalopt sim",
        "COMP_CWORD": "1",
    }
    done = subprocess.run(
        [Path(sys.executable).parent / "signalopt"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **wish},
    )

    assert done.stdout.split() == ["simulate"]


def test_the_doctor_in_json(run: Run) -> None:
    ended = run("doctor", "--json")

    found = json.loads(ended.out)
    assert ended.code == 0, found
    assert found["healthy"]
    assert {"Python", "sumo", "CP-SAT solver"} <= {check["subject"] for check in found["checks"]}


def test_areas_carry_the_confidence_of_each_figure(run: Run) -> None:
    areas = {area["id"]: area for area in json.loads(run("areas", "--json").out)["areas"]}

    assert {"mangilik_el", "leftbank_core", "rightbank_core", "tauelsizdik"} <= set(areas)
    marks = {fact["confidence"] for fact in areas["mangilik_el"]["facts"]}
    assert marks <= {"measured", "press", "estimated"}
    assert areas["mangilik_el"]["licence"].startswith("ODbL")


def test_one_area_in_full(run: Run) -> None:
    ended = run("areas", "smoke")

    assert ended.code == 0
    assert "all_red_s" in ended.out


def test_scenarios_are_listed(run: Run) -> None:
    names = {s["name"] for s in json.loads(run("scenarios", "--json").out)["scenarios"]}

    assert {"smoke", "mangilik_el_am"} <= names
    assert "smoke" in run("scenarios").out


def test_plain_sumo_runs_what_build_leaves(run: Run, tmp_path: Path) -> None:
    ended = run("build", "smoke", "-o", tmp_path / "case", "--json")
    made = json.loads(ended.out)

    done = subprocess.run(
        [find_tool("sumo"), "-c", made["config_file"], "--end", str(made["begin_s"])],
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert Path(made["config_file"]) == tmp_path / "case" / "case.sumocfg"
    assert done.returncode == 0, done.stderr
    assert "Error" not in done.stderr


def test_simulate_prints_the_promised_object(run: Run) -> None:
    ended = run("simulate", "smoke", "--seeds", "1-2", "--json")

    found = json.loads(ended.out)
    assert ended.code == 0, ended.err
    assert found["scenario"] == "smoke"
    assert found["seeds"] == [1, 2]
    assert {"plan", "controller", "complete"} <= set(found)
    for name in ("delay_s", "co2_g"):
        low, high = found["measures"][name]["ci95"]
        assert low <= found["measures"][name]["mean"] <= high
        assert found["measures"][name]["unit"]
        assert found["measures"][name]["definition"]


def test_the_way_of_a_plan(run: Run, tmp_path: Path) -> None:
    """Optimise, check on paper and in SUMO, compare with today's, export, run the exported file."""
    plan = tmp_path / "plan.json"
    ended = run("optimize", "smoke", "-o", plan, "--budget", "6", "--workers", "1", "--json")
    assert ended.code == 0, ended.err
    assert json.loads(ended.out)["plan_file"] == str(plan)

    ended = run("check", plan, "smoke", "--realised", "--json")
    verdict = json.loads(ended.out)
    assert ended.code == 0
    assert verdict["safe"]
    assert verdict["findings"] == []
    assert verdict["realised_s"] == 600

    ended = run("simulate", "smoke", "--plan", plan, "--compare", "today", "--seeds", "3", "--json")
    found = json.loads(ended.out)
    assert found["compared"]["plan"] == found["comparison"]["before"]
    assert found["measures"]["delay_s"]["n"] == 1

    ended = run("export", plan, "smoke", "--format", "sumo,csv,html", "-o", tmp_path / "sheets")
    assert ended.code == 0, ended.err
    written = [Path(line) for line in ended.out.splitlines()]
    assert {".xml", ".csv", ".html"} <= {path.suffix for path in written}
    assert all(path.is_file() for path in written)

    (additional,) = (path for path in written if path.name.endswith(".add.xml"))
    same = run("simulate", "smoke", "--plan", additional, "--seeds", "3", "--json")
    assert json.loads(same.out)["measures"] == found["measures"]


def unsafe_plan(run: Run, folder: Path) -> Path:
    """Today's plan of the tiny scenario with the first green cut to one second."""
    assert run("build", "smoke", "-o", folder / "case").code == 0
    content = json.loads((folder / "case" / "today.json").read_text(encoding="utf-8"))
    first = content["intersections"][0]
    cut = first["stages"][0]["green_s"] - 1
    first["stages"][0]["green_s"] = 1
    first["stages"][1]["green_s"] += cut
    plan = folder / "unsafe.json"
    plan.write_text(json.dumps(content), encoding="utf-8")
    return plan


def test_an_unsafe_plan_fails_the_check_with_all_findings(run: Run, tmp_path: Path) -> None:
    plan = unsafe_plan(run, tmp_path)

    ended = run("check", plan, "smoke", "--json")
    findings = json.loads(ended.out)["findings"]
    assert ended.code == 1
    assert "minimum green" in {finding["rule"] for finding in findings}

    text = run("check", plan, "smoke")
    assert text.code == 1
    assert f"UNSAFE, {len(findings)} findings" in text.out


def test_an_unsafe_plan_is_not_exported(run: Run, tmp_path: Path) -> None:
    plan = unsafe_plan(run, tmp_path)

    ended = run("export", plan, "smoke", "-o", tmp_path / "sheets", "--json")

    assert ended.code == 1
    assert json.loads(ended.out)["error"]["kind"] == "UnsafePlanError"
    assert not (tmp_path / "sheets").exists()


def test_a_plan_for_some_intersections_leaves_the_others_as_they_are(
    run: Run, tmp_path: Path
) -> None:
    assert run("build", "smoke", "-o", tmp_path / "case").code == 0
    content = json.loads((tmp_path / "case" / "today.json").read_text(encoding="utf-8"))
    del content["intersections"][1:]
    plan = tmp_path / "part.json"
    plan.write_text(json.dumps(content), encoding="utf-8")

    part = json.loads(run("simulate", "smoke", "--plan", plan, "--seeds", "1", "--json").out)
    today = json.loads(run("simulate", "smoke", "--seeds", "1", "--json").out)

    assert part["measures"] == today["measures"]


def test_a_sumo_case_of_the_users_own(run: Run, own: Path, tmp_path: Path) -> None:
    config = own / "own.sumocfg"
    config.write_text(
        '<configuration><input><net-file value="net.net.xml"/><route-files value="a.rou.xml"/>'
        '</input><time><begin value="0"/><end value="60"/></time></configuration>',
        encoding="utf-8",
    )
    scenario = tmp_path / "mine.yaml"

    ended = run("import", "sumo", config, "-o", scenario, "--json")
    assert ended.code == 0, ended.err
    report = json.loads(ended.out)
    assert {place["id"] for place in report["intersections"]} == {"A0", "B0"}
    assert all(place["tunable"] for place in report["intersections"])

    ended = run("simulate", scenario, "--seeds", "1", "--json")
    assert ended.code == 0, ended.err
    assert json.loads(ended.out)["measures"]["throughput"]["mean"] == 2


def test_inherited_findings_are_listed_apart(run: Run, own: Path, tmp_path: Path) -> None:
    """The grid's own programs have no all-red: found, but no reason to fail the plan in force."""
    assert run("build", own / "own.yaml", "-o", tmp_path / "case").code == 0

    ended = run("check", tmp_path / "case" / "today.json", own / "own.yaml", "--json")

    verdict = json.loads(ended.out)
    assert ended.code == 0
    assert verdict["findings"] == []
    assert verdict["inherited"]


def test_calibrating_to_counts(run: Run, own: Path, tmp_path: Path) -> None:
    counts = tmp_path / "counts.csv"
    counts.write_text(
        "intersection,from,to,begin,end,count\n"
        "A0,left0A0,A0B0,00:00,00:15,30\nB0,A0B0,B0right0,00:00,00:15,30\n",
        encoding="utf-8",
    )

    ended = run("calibrate", own / "own.yaml", "--counts", counts, "-o", tmp_path / "fit", "--json")

    assert ended.code in (0, 1), ended.err
    found = json.loads(ended.out)
    assert len(found["counts"]) == 2
    assert found["accepted"] == (found["share_geh_below_5"] >= 0.85) == (ended.code == 0)
    assert list((tmp_path / "fit").glob("*.rou.xml"))


def test_the_demo_on_the_tiny_scenario(run: Run, tmp_path: Path) -> None:
    ended = run("demo", "smoke", "-o", tmp_path / "demo", "--budget", "6", "--workers", "1")

    assert ended.code == 0, ended.err
    for name in ("plan.json", "result.json", "case/case.sumocfg", "plan.csv"):
        assert (tmp_path / "demo" / name).is_file(), name
    assert str(tmp_path / "demo" / "sheets" / "index.html") in ended.out
    assert "safe" in ended.out
    assert "estimated" in ended.out


def test_vehicle_types_of_the_users_own_may_have_any_name(run: Run, own: Path) -> None:
    """`car` is what everybody calls it; our own types must not stand in its way."""
    routes = own / "a.rou.xml"
    text = routes.read_text(encoding="utf-8").replace("sedan", "car")
    routes.write_text(text, encoding="utf-8")

    ended = run("simulate", own / "own.yaml", "--seeds", "1", "--json")

    assert ended.code == 0, ended.err


def test_a_net_whose_only_signal_has_one_stage_cannot_be_optimised(
    run: Run, own: Path, tmp_path: Path
) -> None:
    net = own / "net.net.xml"
    text = net.read_text(encoding="utf-8")
    stages = re.compile(r"(<tlLogic[^>]*>)(.*?)(</tlLogic>)", re.DOTALL)
    one = r'\1<phase duration="90" state="GGgrrrGGgrrr"/>\3'
    net.write_text(stages.sub(one, text), encoding="utf-8")

    ended = run("optimize", own / "own.yaml", "-o", tmp_path / "p.json", "--budget", "5")

    assert ended.code == 2
    assert "no signal that can be tuned" in ended.err
    assert not (tmp_path / "p.json").exists()
