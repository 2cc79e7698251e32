"""What users get wrong: each case is one clear message, exit code 2, no traceback, nothing written."""

import errno
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from signalopt.errors import MissingToolError
from signalopt.network import tools
from tests.cli.conftest import ROUTES, SCENARIO, Ended, Run

Break = Callable[[Path], None]


def replace(file: str, old: str, new: str) -> Break:
    """Put other text into one file of the sound scenario."""

    def change(folder: Path) -> None:
        path = folder / file
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    return change


def write(file: str, text: str) -> Break:
    """Replace one file of the sound scenario."""
    return lambda folder: (folder / file).write_text(text, encoding="utf-8") and None


def gates(*rows: str) -> Break:
    """Demand from gate volumes instead of routes."""

    def change(folder: Path) -> None:
        table = "\n".join(("gate,period,entry_vph,exit_vph", *rows)) + "\n"
        (folder / "gates.csv").write_text(table, encoding="utf-8")
        replace("own.yaml", "{routes: a.rou.xml}", "{gates: {file: gates.csv, period: am}}")(folder)

    return change


def without_signals(folder: Path) -> None:
    tools.run_tool(
        "netgenerate",
        ["--grid", "--grid.number", "2", "--default.junctions.type", "priority",
         "-o", str(folder / "net.net.xml")],
    )  # fmt: skip


def pieces(folder: Path) -> None:
    """A net of two islands, and a trip from one to the other."""
    nodes = [("a", 0, "priority"), ("b", 100, "traffic_light"), ("c", 200, "priority"),
             ("x", 900, "priority"), ("y", 1000, "priority")]  # fmt: skip
    edges = [("a", "b"), ("b", "c"), ("x", "y")]
    node_lines = [f'<node id="{n}" x="{x}" y="0" type="{kind}"/>' for n, x, kind in nodes]
    edge_lines = [f'<edge id="{f}{t}" from="{f}" to="{t}"/>' for f, t in edges]
    (folder / "p.nod.xml").write_text(f"<nodes>{''.join(node_lines)}</nodes>", encoding="utf-8")
    (folder / "p.edg.xml").write_text(f"<edges>{''.join(edge_lines)}</edges>", encoding="utf-8")
    tools.run_tool(
        "netconvert",
        ["-n", str(folder / "p.nod.xml"), "-e", str(folder / "p.edg.xml"),
         "-o", str(folder / "net.net.xml")],
    )  # fmt: skip
    trip = '<routes><trip id="t" depart="0" from="ab" to="xy"/></routes>'
    (folder / "a.rou.xml").write_text(trip, encoding="utf-8")


BAD_SCENARIOS: dict[str, tuple[Break, tuple[str, ...]]] = {
    "unknown key": (
        replace("own.yaml", "title:", "colour: blue\ntitle:"),
        ("own.yaml:1", "colour"),
    ),
    "unknown key inside": (
        replace("own.yaml", "run_out_s", "runout_s"),
        ("own.yaml:4", "window.runout_s", "run_out_s"),
    ),
    "wrong type": (
        replace("own.yaml", "begin: 0", "begin: [early]"),
        ("own.yaml:4", "window.begin"),
    ),
    "no time of day": (
        replace("own.yaml", "begin: 0", 'begin: "25h"'),
        ("own.yaml:4", "window.begin", "time of day"),
    ),
    "begin after end": (
        replace("own.yaml", "begin: 0, end: 60", "begin: 60, end: 30"),
        ("own.yaml:4", "begin 00:01", "end 00:00"),
    ),
    "broken yaml": (replace("own.yaml", "{net:", "[net:"), ("own.yaml:",)),
    "no demand": (
        replace("own.yaml", "demand: {routes: a.rou.xml}", "demand: {}"),
        ("own.yaml:3", "demand", "exactly one of"),
    ),
    "missing network": (
        replace("own.yaml", "net.net.xml", "other.net.xml"),
        ("own.yaml:2", "network.net", "other.net.xml"),
    ),
    "broken network": (write("net.net.xml", "<net>\n<edge id='a'>\n</net>"), ("net.net.xml:3",)),
    "no network at all": (write("net.net.xml", "<routes/>"), ("net.net.xml",)),
    "net without signals": (without_signals, ("net.net.xml", "no signals", "tlLogic")),
    "unconnected network": (pieces, ("a.rou.xml", "ab", "xy")),
    "broken routes": (write("a.rou.xml", "<routes>\n<vehicle>\n</routes>"), ("a.rou.xml:3",)),
    "empty routes": (write("a.rou.xml", "<routes/>"), ("a.rou.xml",)),
    "empty route file": (write("a.rou.xml", ""), ("a.rou.xml:1",)),
    "missing edge": (
        replace("a.rou.xml", "left0A0 A0B0", "left0A0 A0Z9"),
        ("a.rou.xml:3", "A0Z9"),
    ),
    "negative flow": (
        gates("left0,am,-5,100"),
        ("gates.csv:2", "entry_vph", "-5"),
    ),
    "negative scale": (
        replace("own.yaml", "{routes: a.rou.xml}", "{routes: a.rou.xml, scale: -1}"),
        ("own.yaml:3", "demand.scale", "-1"),
    ),
    "unknown area": (
        replace("own.yaml", "{net: net.net.xml}", "{area: mangilik}"),
        ("mangilik", "mangilik_el"),
    ),
}


def assert_clear(ended: Ended, *texts: str) -> None:
    """One message or more, each with what the table expects, and nothing that frightens users."""
    assert ended.code == 2, (ended.code, ended.out, ended.err)
    errors = [line for line in ended.err.splitlines() if line.startswith("error: ")]
    assert errors, ended.err
    assert ended.out == ""
    for text in texts:
        assert any(text in line for line in errors), (text, errors)
    assert "Traceback" not in ended.err
    assert "told by the operating system" not in ended.err


def test_the_sound_scenario_is_sound(run: Run, own: Path, tmp_path: Path) -> None:
    ended = run("build", own / "own.yaml", "-o", tmp_path / "case")

    assert ended.code == 0, ended.err
    assert (tmp_path / "case" / "case.sumocfg").is_file()


@pytest.mark.parametrize("name", BAD_SCENARIOS)
def test_bad_scenarios(name: str, run: Run, own: Path, tmp_path: Path) -> None:
    damage, expected = BAD_SCENARIOS[name]
    damage(own)

    ended = run("build", own / "own.yaml", "-o", tmp_path / "case")

    assert_clear(ended, *expected)
    left = [path.name for path in (tmp_path / "case").rglob("*")]
    assert left == [], "half-written"


def test_all_problems_are_told_at_once(run: Run, own: Path, tmp_path: Path) -> None:
    replace("own.yaml", "title:", "colour: blue\ntitle:")(own)
    replace("own.yaml", "end: 60", "end: never")(own)

    ended = run("build", own / "own.yaml", "-o", tmp_path / "case", "--json")

    problems = json.loads(ended.out)["error"]["problems"]
    assert ended.code == 2
    assert len(problems) == len(ended.err.strip().splitlines()) - ended.err.count("build ") == 2
    assert all(problem["where"] and problem["found"] for problem in problems)
    assert all(problem["expected"] for problem in problems)


def test_an_unknown_scenario_names_its_neighbours(run: Run) -> None:
    assert_clear(run("simulate", "mangilk_el_am"), "mangilk_el_am", "mangilik_el_am")


@pytest.mark.parametrize("seeds", ["", "x", "5-1", "1,1", "1-9999999"])
def test_bad_seeds(run: Run, seeds: str) -> None:
    assert_clear(run("simulate", "smoke", "--seeds", seeds), "--seeds")


def plan_text(**changes: object) -> str:
    """A plan file for a network that nobody has."""
    sound = {"format": "signalopt-plan", "version": 1, "name": "p", "network": "0000"}
    return json.dumps({**sound, "intersections": [], **changes})


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("{", "plan.json:1"),
        ("[]", "plan.json"),
        ('{"format": "other"}', "signalopt-plan"),
        (plan_text(version=99), "version 99"),
        (plan_text(), "network 0000"),
        (plan_text(colour="blue"), "plan.json: colour"),
        (plan_text(intersections=[{"intersection": 3}]), "intersections[0].intersection"),
    ],
)
def test_bad_plans(run: Run, own: Path, tmp_path: Path, content: str, expected: str) -> None:
    plan = tmp_path / "plan.json"
    plan.write_text(content, encoding="utf-8")

    for ended in (
        run("check", plan, own / "own.yaml"),
        run("export", plan, own / "own.yaml", "-o", tmp_path / "sheets"),
    ):
        assert_clear(ended, expected)
    assert not (tmp_path / "sheets").exists()


def test_a_missing_plan(run: Run, own: Path, tmp_path: Path) -> None:
    assert_clear(run("check", tmp_path / "no.json", own / "own.yaml"), "no.json", "no such file")


def test_an_additional_file_of_another_network(run: Run, own: Path, tmp_path: Path) -> None:
    plan = tmp_path / "p.add.xml"
    logic = '<tlLogic id="Z" type="static" programID="1"><phase duration="9" state="G"/></tlLogic>'
    plan.write_text(f"<additional>{logic}</additional>", encoding="utf-8")

    assert_clear(run("check", plan, own / "own.yaml"), "p.add.xml:1", "Z")
    assert_clear(run("simulate", own / "own.yaml", "--plan", plan), "p.add.xml:1", "Z")


def test_a_folder_that_cannot_be_written(run: Run, own: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    ended = run("build", own / "own.yaml", "-o", tmp_path / "file" / "case")

    assert_clear(ended, str(tmp_path / "file"))


def test_a_cache_that_cannot_be_written(
    run: Run, own: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("SIGNALOPT_CACHE", str(tmp_path / "file" / "cache"))

    assert_clear(run("simulate", own / "own.yaml"), str(tmp_path / "file"))


def test_without_sumo(run: Run, own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def absent() -> Path:
        raise MissingToolError("SUMO is not installed: run `pip install eclipse-sumo==1.28.0`")

    monkeypatch.setattr(tools, "sumo_home", absent)
    tools.sumo_version.cache_clear()

    ended = run("simulate", own / "own.yaml")

    assert_clear(ended, "pip install eclipse-sumo")


def test_a_full_disk(run: Run, own: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_arguments: object, **_options: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    case = tmp_path / "case"
    monkeypatch.setattr(Path, "write_text", full)

    ended = run("build", own / "own.yaml", "-o", case)

    assert_clear(ended, "No space left on device")
    assert not list(case.rglob("case.sumocfg"))


def test_a_broken_sumo_configuration(run: Run, tmp_path: Path) -> None:
    config = tmp_path / "case.sumocfg"
    config.write_text("<configuration>\n<input>\n</configuration>", encoding="utf-8")

    ended = run("import", "sumo", config, "-o", tmp_path / "s.yaml")

    assert_clear(ended, "case.sumocfg:3")
    assert not (tmp_path / "s.yaml").exists()


@pytest.mark.parametrize("bbox", ["1,2,3", "a,b,c,d", "2,1,1,3", "0,0,500,1"])
def test_a_bad_bounding_box(run: Run, tmp_path: Path, bbox: str) -> None:
    ended = run("import", "osm", tmp_path / "x.osm", "--bbox", bbox, "-o", tmp_path / "n")

    assert_clear(ended, "--bbox")


def test_a_count_on_a_street_that_is_not_there(run: Run, own: Path, tmp_path: Path) -> None:
    counts = tmp_path / "counts.csv"
    counts.write_text(
        "intersection,from,to,begin,end,count\nB0,A0Z9,B0right0,00:00,00:15,30\n", encoding="utf-8"
    )

    ended = run("calibrate", own / "own.yaml", "--counts", counts, "-o", tmp_path / "fitted")

    assert_clear(ended, "counts.csv:2", "A0Z9")
    assert not (tmp_path / "fitted").exists()


@pytest.mark.parametrize("formats", ["", "pdf", "sumo,doc"])
def test_unknown_export_formats(run: Run, own: Path, tmp_path: Path, formats: str) -> None:
    assert run("build", own / "own.yaml", "-o", tmp_path / "case").code == 0
    plan = tmp_path / "case" / "today.add.xml"

    ended = run("export", plan, own / "own.yaml", "--format", formats, "-o", tmp_path / "out")

    assert_clear(ended, "--format")
    assert not (tmp_path / "out").exists()


def test_texts_of_the_sound_case_are_used() -> None:
    """The table above edits these texts; it must not drift away from them."""
    assert "left0A0 A0B0" in ROUTES
    assert "begin: 0, end: 60" in SCENARIO


def test_a_bus_that_would_emit_like_a_car_is_refused_by_name(own: Path, run: Run) -> None:
    text = ROUTES.replace(
        '<vType id="sedan" accel="2.6"/>',
        '<vType id="sedan" vClass="bus" emissionClass="PHEMlight5/PC_EU4_G"/>',
    )
    assert text != ROUTES
    (own / "a.rou.xml").write_text(text, encoding="utf-8")
    done = run("simulate", own / "own.yaml", "--seeds", "1")

    assert done.code == 2
    assert "vehicle type sedan" in done.err + done.out
    assert "emit like a car" in done.err + done.out
