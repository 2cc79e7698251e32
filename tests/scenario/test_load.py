from pathlib import Path

import pytest

from signalopt.errors import InputError
from signalopt.network.model import Confidence
from signalopt.scenario.load import find_scenario, list_scenarios, load_scenario

GOOD = """title: mine
network: {net: x.net.xml}
begin: 07:30
end: 17:00
demand: {routes: x.rou.xml}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "x.net.xml").write_text("<net/>")
    (tmp_path / "x.rou.xml").write_text("<routes/>")
    (tmp_path / "base.yaml").write_text(GOOD)
    return tmp_path


def problems(path: Path, text: str) -> str:
    path.write_text(text)
    with pytest.raises(InputError) as error:
        load_scenario(path)
    return str(error.value)


def test_clock_texts_and_shorthand(folder: Path) -> None:
    scenario = load_scenario(folder / "base.yaml")
    assert (scenario.window.begin, scenario.window.end) == (27000, 61200)
    assert scenario.demand.routes == (folder / "x.rou.xml",)
    assert (scenario.name, scenario.file) == ("base", folder / "base.yaml")


def test_every_problem_at_once_with_line_and_hint(folder: Path) -> None:
    path = folder / "bad.yaml"
    text = problems(
        path, GOOD + "pedestrans: {}\nseason: spring\nseed: -1\nbuses:\n  - {line: 1}\n"
    )
    for where in (
        "6: pedestrans",
        "7: season",
        "8: seed",
        "10: buses[0].route",
        "10: buses[0].line",
    ):
        assert f"{path}:{where}: found" in text
    assert "did you mean `pedestrians`?" in text
    assert "'summer', 'winter', 'slush' or 'snow'" in text


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("demand: {routes: x.rou.xml, scale: -2}", "demand.scale"),
        ("demand: {routes: x.rou.xml, od: x.rou.xml}", "found od and routes"),
        ("demand: {routes: null}", "found none of them"),
        ("demand: {routes: gone.rou.xml}", "no file"),
        ("demand: {routes: x.rou.xml, shares: {lcv: 0.7, truck: 0.7}}", "add up to 1.4"),
        ("network: {area: smoke, net: x.net.xml}", "found both"),
        ("begin: 18:30", "not before end"),
        ("begin: half past", "window.begin"),
        ("name: mine", "unknown key"),
        ("closures: [{edge: a, begin: 09:00, end: 08:00}]", "closures[0]"),
    ],
)
def test_what_must_hold(folder: Path, line: str, found: str) -> None:
    (folder / "one.yaml").write_text("extends: base.yaml\n" + line + "\n")
    with pytest.raises(InputError) as error:
        load_scenario(folder / "one.yaml")
    assert found in str(error.value)
    assert "one.yaml:2" in str(error.value)


def test_extends_merges_mappings_replaces_lists_and_removes_by_null(folder: Path) -> None:
    (folder / "od.csv").write_text("from,to,vph\n")
    (folder / "over.yaml").write_text(
        "extends: base.yaml\ndemand: {routes: null, od: od.csv, scale: 2}\nend: 08:30\n"
    )
    scenario = load_scenario(folder / "over.yaml")
    assert scenario.title == "mine"
    assert (scenario.demand.routes, scenario.demand.scale) == (None, 2)
    assert (scenario.window.begin, scenario.window.end) == (27000, 30600)


def test_a_file_is_relative_to_the_scenario_that_names_it(folder: Path) -> None:
    (folder / "sub").mkdir()
    (folder / "sub" / "child.yaml").write_text("extends: ../base.yaml\ntitle: child\n")
    assert load_scenario(folder / "sub" / "child.yaml").demand.routes == (folder / "x.rou.xml",)


def test_a_problem_is_reported_in_the_file_that_has_it(folder: Path) -> None:
    (folder / "base.yaml").write_text(GOOD.replace("begin: 07:30", "begin: 18:30"))
    text = problems(folder / "child.yaml", "extends: base.yaml\ntitle: child\n")
    assert f"{folder / 'base.yaml'}:3: window.begin" in text


def test_a_window_in_the_child_beats_the_short_form_of_the_base(folder: Path) -> None:
    (folder / "over.yaml").write_text("extends: base.yaml\nwindow: {end: 08:00}\n")
    assert load_scenario(folder / "over.yaml").window.end == 28800


def test_circles_are_reported(folder: Path) -> None:
    (folder / "a.yaml").write_text("extends: b.yaml\n")
    assert "extends in a circle: a.yaml -> b.yaml -> a.yaml" in problems(
        folder / "b.yaml", "extends: a.yaml\n"
    ).replace("b.yaml -> a.yaml -> b.yaml", "a.yaml -> b.yaml -> a.yaml")


def test_an_unknown_parent_is_named_at_its_line(folder: Path) -> None:
    text = problems(folder / "c.yaml", "title: x\nextends: mangilik_el_amm\n")
    assert "c.yaml:2: extends" in text
    assert "did you mean mangilik_el_am" in text


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("title: [unclosed\n", "expected ',' or ']'"),
        ("title: a\ntitle: b\n", "key `title` a second time"),
        ("- a\n", "no keys"),
        ("", "no keys"),
        ("a: &x [*x]\n", "nested without end"),
    ],
)
def test_broken_yaml(tmp_path: Path, text: str, found: str) -> None:
    assert found in problems(tmp_path / "x.yaml", text)


def test_an_unknown_name_lists_near_ones() -> None:
    with pytest.raises(InputError, match="did you mean smoke"):
        find_scenario("smok")


@pytest.mark.parametrize("name", list_scenarios())
def test_built_in_scenarios_load_and_say_how_sure_they_are(name: str) -> None:
    scenario = load_scenario(name)
    assert scenario.title
    assert scenario.demand.confidence is Confidence.ESTIMATED
    assert scenario.demand.source
    assert all(line.source for line in scenario.buses)


def test_the_named_set_is_there() -> None:
    wanted = {"smoke", "mangilik_el_outage", "leftbank_core_closure"}
    for area in ("mangilik_el", "leftbank_core", "rightbank_core", "tauelsizdik"):
        for kind in ("am", "pm", "midday", "summer_am", "september", "snow", "event"):
            wanted.add(f"{area}_{kind}")
    assert wanted <= set(list_scenarios())
