from pathlib import Path

import pytest

from signalopt.network.geometry import length_m
from signalopt.network.model import Turn
from signalopt.network.movements import movements_by_signal
from signalopt.network.sumo_net import read_raw_net
from tests.network.made_nets import crossroads


@pytest.fixture(scope="module")
def net(tmp_path_factory: pytest.TempPathFactory) -> Path:
    lanes = {"N": 2, "S": 2, "E": 2, "W": 2}
    return crossroads(tmp_path_factory.mktemp("net"), lanes)


def test_paths_lead_from_stop_line_to_exit_lane(net: Path) -> None:
    raw = read_raw_net(net)
    for item in movements_by_signal(raw)["C"]:
        m = item.movement
        if m.turn is Turn.CROSSING:
            continue
        start = raw.lane[f"{m.from_edge}_{m.from_lane}"].shape[-1]
        end = raw.lane[f"{m.to_edge}_{m.to_lane}"].shape[0]
        assert m.shape[0] == pytest.approx(start, abs=0.1)
        assert m.shape[-1] == pytest.approx(end, abs=0.1)
        assert m.length_m == pytest.approx(length_m(m.shape), rel=0.1)
        assert 0 < m.speed_mps <= 16.67


def test_foes_are_mutual_and_never_oneself(net: Path) -> None:
    items = movements_by_signal(read_raw_net(net))["C"]
    by_request = {item.request: item for item in items}
    assert len(by_request) == len(items)
    for item in items:
        assert item.request not in item.foes
        assert item.foes
        assert all(item.request in by_request[foe].foes for foe in item.foes)


def test_walkers_go_from_walking_area_to_walking_area(net: Path) -> None:
    raw = read_raw_net(net)
    walks = [i.movement for i in movements_by_signal(raw)["C"] if i.movement.turn is Turn.CROSSING]
    assert len(walks) == 4
    for walk in walks:
        assert raw.edges[walk.from_edge].function == "walkingarea"
        assert raw.edges[walk.to_edge].function == "walkingarea"
        assert walk.from_edge != walk.to_edge
