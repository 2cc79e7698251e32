from pathlib import Path

import pytest
import yaml

from signalopt.errors import InputError
from signalopt.network.import_sumo import import_sumo
from signalopt.scenario.load import load_scenario
from tests.network.made_nets import avenue_and_street, crossroads, replace_program

TRIPS = '<routes><trip id="a" depart="5" from="N--C" to="C--S"/></routes>'


@pytest.fixture
def case(tmp_path: Path) -> Path:
    """A folder with a net, two route files and an additional file."""
    avenue_and_street(tmp_path)
    (tmp_path / "a.rou.xml").write_text(TRIPS)
    (tmp_path / "b.rou.xml").write_text(TRIPS.replace('"a"', '"b"').replace("5", "900.4"))
    (tmp_path / "x.add.xml").write_text('<additional><vType id="t"/></additional>')
    return tmp_path


def config(folder: Path, **options: str) -> Path:
    names = {"net": "net-file", "routes": "route-files", "add": "additional-files"}
    given = {"net": "cross.net.xml", "routes": "a.rou.xml", "begin": "0", "end": "600"} | options
    lines = "".join(
        f'<{names.get(k, k).replace("_", "-")} value="{v}"/>\n' for k, v in given.items() if v
    )
    file = folder / "case.sumocfg"
    file.write_text(f"<configuration>\n<input>\n{lines}</input>\n</configuration>")
    return file


def test_the_scenario_can_be_loaded_and_names_the_files(case: Path) -> None:
    output = case / "out" / "mine.yaml"
    cfg = config(case, routes="a.rou.xml, b.rou.xml", add="x.add.xml", begin="00:05:00", seed="7",
                 step_length="0.5")  # fmt: skip
    report = import_sumo(cfg, output)
    scenario = load_scenario(output)
    assert scenario.network.net is not None
    assert scenario.network.net.resolve() == (case / "cross.net.xml").resolve()
    assert scenario.demand.routes is not None
    assert [f.name for f in scenario.demand.routes] == ["a.rou.xml", "b.rou.xml"]
    assert [f.name for f in scenario.additional] == ["x.add.xml"]
    assert (scenario.window.begin, scenario.window.end) == (300, 600)
    assert (scenario.seed, scenario.step_length_s) == (7, 0.5)
    assert (report.trips, report.begin_s, report.end_s) == (2, 300, 600)


def test_the_report_says_what_can_be_tuned_and_what_was_found(case: Path) -> None:
    report = import_sumo(config(case), case / "mine.yaml")
    (place,) = report.intersections
    assert (place.id, place.stages, place.tunable) == ("C", 3, True)
    assert any("starts 4 s after the end" in str(finding) for finding in report.inherited)


def test_without_an_end_the_last_departure_ends_the_window(case: Path) -> None:
    for end in ("", "-1"):
        cfg = config(case, routes="a.rou.xml,b.rou.xml", end=end)
        assert import_sumo(cfg, case / "mine.yaml").end_s == 902


def test_options_that_are_not_carried_over_are_remarked(case: Path) -> None:
    cfg = config(case, lateral_resolution="0.8", step_length="2", tripinfo_output="t.xml")
    remarks = " | ".join(import_sumo(cfg, case / "mine.yaml").remarks)
    assert "lateral-resolution=0.8" in remarks
    assert "step-length=2" in remarks
    assert "tripinfo" not in remarks


def test_signal_programs_in_an_additional_file_are_left_out_with_a_remark(case: Path) -> None:
    logic = '<tlLogic id="C"><phase duration="9" state="G"/></tlLogic>'
    (case / "tls.add.xml").write_text(f"<additional>{logic}</additional>")
    report = import_sumo(config(case, add="x.add.xml,tls.add.xml"), case / "mine.yaml")
    assert "tls.add.xml" in " ".join(report.remarks)
    assert yaml.safe_load((case / "mine.yaml").read_text())["additional"] == ["x.add.xml"]
    (case / "both.add.xml").write_text(f'<additional>{logic}<vType id="q"/></additional>')
    with pytest.raises(InputError, match=r"both\.add\.xml"):
        import_sumo(config(case, add="both.add.xml"), case / "other.yaml")


def test_an_intersection_of_a_single_stage_is_reported_as_such(case: Path) -> None:
    links = (case / "cross.net.xml").read_text().split('state="')[1].index('"')
    net = replace_program(
        case / "cross.net.xml",
        f'<tlLogic id="C" type="static" programID="0" offset="0">'
        f'<phase duration="90" state="{"G" * links}"/></tlLogic>',
    )
    report = import_sumo(config(case, net=net.name), case / "mine.yaml")
    assert not report.intersections[0].tunable
    assert "single stage" in report.intersections[0].remarks[0]
    assert "1 of 1 intersections cannot be tuned" in report.remarks


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"begin": "700"}, "a begin before the end"),
        ({"begin": "noon"}, "seconds or HH:MM:SS"),
        ({"net": "none.net.xml"}, "no such file"),
        ({"net": ""}, "no net-file"),
        ({"routes": ""}, "no route-files"),
        ({"routes": "none.rou.xml"}, "no such file"),
        ({"add": "none.add.xml"}, "no such file"),
        ({"routes": "empty.rou.xml"}, "an empty route file"),
        ({"routes": "types.rou.xml"}, "no vehicle, trip or flow"),
        ({"routes": "astray.rou.xml"}, "edge 'nowhere'"),
        ({"routes": "broken.rou.xml"}, "broken.rou.xml:2"),
        ({"net": "dark.net.xml"}, "no signals"),
    ],
)
def test_bad_cases_leave_nothing_behind(case: Path, options: dict[str, str], expected: str) -> None:
    (case / "empty.rou.xml").write_text("<routes/>")
    (case / "types.rou.xml").write_text('<routes><vType id="t"/></routes>')
    (case / "astray.rou.xml").write_text(TRIPS.replace("C--S", "nowhere"))
    (case / "broken.rou.xml").write_text("<routes>\n<trip")
    crossroads(case, {"N": 1, "S": 1, "E": 1}, name="dark", options=("--tls.unset", "C"))
    output = case / "mine.yaml"
    with pytest.raises(InputError) as caught:
        import_sumo(config(case, **options), output)
    assert expected in str(caught.value)
    assert not output.exists()


def test_all_problems_come_at_once(case: Path) -> None:
    with pytest.raises(InputError) as caught:
        import_sumo(config(case, net="no.net.xml", routes="no.rou.xml", begin="x"), case / "m.yaml")
    assert len(caught.value.problems) == 3


def test_many_missing_edges_are_summed_up(case: Path) -> None:
    trips = "".join(f'<trip id="{i}" depart="1" from="q{i}" to="C--S"/>' for i in range(50))
    (case / "a.rou.xml").write_text(f"<routes>{trips}</routes>")
    with pytest.raises(InputError) as caught:
        import_sumo(config(case), case / "m.yaml")
    assert len(caught.value.problems) == 21
    assert "30 more" in str(caught.value.problems[-1])


def test_another_xml_is_refused(case: Path) -> None:
    with pytest.raises(InputError, match="SUMO configuration"):
        import_sumo(case / "cross.net.xml", case / "m.yaml")
