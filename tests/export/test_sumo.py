"""Plan -> SUMO additional file -> SUMO and its schema."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path

from lxml import etree

from signalopt.errors import MissingToolError
from signalopt.export.sumo import NETWORK_KEY, PLAN_KEY, sumo_additional, sumo_files
from signalopt.network.tools import sumo_home
from signalopt.timing.plan import FixedProgram, Plan
from signalopt.timing.program import phases
from signalopt.timing.signals import Phase
from tests.export.export_sample import IDS, sample_network, sample_plan

NETWORK = sample_network()
PLAN = sample_plan()


def _root(plan: Plan) -> etree._Element:
    return etree.fromstring(sumo_additional(plan, NETWORK.layouts).encode())


def test_phases_are_those_of_the_plan():
    for program, logic in zip(PLAN.intersections, _root(PLAN).iter("tlLogic"), strict=True):
        expected = [
            (p.duration_s, p.state) for p in phases(NETWORK.layouts[logic.get("id")], program)
        ]
        written = [(float(p.get("duration")), p.get("state")) for p in logic.iter("phase")]
        assert written == expected
        assert float(logic.get("offset")) == program.offset_s
        assert sum(duration for duration, _ in written) == program.cycle_s


def test_first_phase_is_named_after_the_first_stage():
    first = next(_root(PLAN).iter("phase"))
    assert first.get("name") == PLAN.intersections[0].stages[0].stage


def test_plan_name_and_fingerprint_travel_along():
    plan = replace(PLAN, name='peak -- "A" <&>')
    values = {p.get("key"): p.get("value") for p in _root(plan).iter("param")}
    assert values == {PLAN_KEY: plan.name, NETWORK_KEY: NETWORK.fingerprint}


def test_fractional_seconds_and_large_offsets_are_exact():
    links = NETWORK.layouts[IDS[0]].link_count
    fixed = FixedProgram(IDS[0], 1234567.5, (Phase(10.1, "r" * links), Phase(3, "G" * links)))
    logic = next(_root(replace(PLAN, intersections=(fixed,))).iter("tlLogic"))
    assert float(logic.get("offset")) == 1234567.5
    assert [float(p.get("duration")) for p in logic.iter("phase")] == [10.1, 3]


def test_same_plan_gives_the_same_file():
    assert sumo_files(PLAN, NETWORK.layouts) == sumo_files(PLAN, NETWORK.layouts)


def test_valid_against_sumos_schema():
    schema = etree.XMLSchema(etree.parse(str(_xsd())))
    schema.assertValid(etree.fromstring(sumo_additional(PLAN, NETWORK.layouts).encode()))


def test_sumo_shows_what_the_file_says(tmp_path: Path):
    """The recorded states of a run without traffic equal the plan, second by second."""
    # A net of one junction with two links is enough: what SUMO does with offset and phases.
    net = _tiny_net(tmp_path)
    fixed = FixedProgram("C", 7, (Phase(20, "Gr"), Phase(3, "yr"), Phase(10, "rG"), Phase(3, "ry")))
    layout = replace(NETWORK.layouts[IDS[0]], intersection="C", link_count=2, groups=())
    plan = Plan("tiny", "x", (fixed,))
    text = sumo_additional(plan, {"C": layout})
    event = '<timedEvent type="SaveTLSStates" source="C" dest="states.xml"/></additional>'
    (tmp_path / "plan.add.xml").write_text(text.replace("</additional>", event))
    command = [str(sumo_home() / "bin" / "sumo"), "-n", net, "-a", "plan.add.xml", "-b", "100",
               "-e", "200", "--xml-validation", "always", "--no-step-log"]  # fmt: skip
    environment = {"SUMO_HOME": str(sumo_home()), "PATH": ""}
    done = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    states = [letter for p in fixed.phases for letter in [p.state] * int(p.duration_s)]
    shown = etree.parse(str(tmp_path / "states.xml")).getroot().findall("tlsState")
    assert len(shown) >= 100
    for line in shown:
        second = round(float(line.get("time")))
        assert line.get("programID") == "signalopt"
        assert line.get("state") == states[(second - 7) % 36], second


def _xsd() -> Path:
    path = sumo_home() / "data" / "xsd" / "additional_file.xsd"
    if not path.is_file():
        raise MissingToolError(f"{path} is missing")
    return path


def _tiny_net(folder: Path) -> str:
    (folder / "n.nod.xml").write_text(
        '<nodes><node id="W" x="0" y="0"/><node id="C" x="100" y="0" type="traffic_light"/>'
        '<node id="S" x="100" y="-100"/><node id="E" x="200" y="0"/></nodes>'
    )
    (folder / "n.edg.xml").write_text(
        '<edges><edge id="a" from="W" to="C"/><edge id="b" from="S" to="C"/>'
        '<edge id="c" from="C" to="E"/></edges>'
    )
    tool = str(sumo_home() / "bin" / "netconvert")
    command = [tool, "-n", "n.nod.xml", "-e", "n.edg.xml", "-o", "n.net.xml"]
    environment = {"SUMO_HOME": str(sumo_home()), "PATH": ""}
    subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True)
    return "n.net.xml"
