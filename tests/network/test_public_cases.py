"""Public SUMO cases, where a copy is at hand: the folder is named by $SIGNALOPT_PUBLIC_CASES."""

import os
from pathlib import Path

import pytest

from signalopt.network.import_sumo import import_sumo
from signalopt.network.read_net import read_network
from signalopt.network.sumo_net import read_raw_net
from signalopt.timing.plan import IntersectionPlan
from signalopt.timing.program import states_between

FOLDER = os.environ.get("SIGNALOPT_PUBLIC_CASES", "")
CASES = ("cologne1", "cologne3", "ingolstadt1")


@pytest.fixture(params=CASES)
def case(request: pytest.FixtureRequest) -> Path:
    config = Path(FOLDER) / request.param / f"{request.param}.sumocfg"
    if not FOLDER or not config.is_file():
        pytest.skip("public cases are not at hand ($SIGNALOPT_PUBLIC_CASES names their folder)")
    return config


def test_programs_of_public_nets_round_trip(case: Path) -> None:
    net_file = case.with_suffix(".net.xml")
    raw = read_raw_net(net_file)
    for place in read_network(net_file).intersections:
        assert place.tunable
        assert isinstance(place.program, IntersectionPlan)
        program = raw.programs[place.id]
        expanded = [p.state for p in program.phases for _ in range(int(p.duration_s))]
        shown = states_between(place.layout, place.program, 25_000, 25_300)
        offset = int(program.offset_s or 0)
        assert list(shown) == [
            expanded[(second - offset) % len(expanded)] for second in range(25_000, 25_300)
        ]


def test_public_cases_can_be_imported(case: Path, tmp_path: Path) -> None:
    report = import_sumo(case, tmp_path / "case.yaml")
    assert report.end_s - report.begin_s == 3600
    assert report.trips > 1000
    assert all(place.tunable for place in report.intersections)
