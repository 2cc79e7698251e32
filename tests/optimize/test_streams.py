import pytest

from signalopt.errors import InputError
from signalopt.optimize.flows import arrange_flows
from signalopt.optimize.streams import (
    EXPECTED_WAIT_S,
    MovementKey,
    read_streams,
    trip_times_s,
    vehicle_routes,
)
from tests.optimize.streets import SPEED_MPS, avenue

ROUTES = """<routes>
  <route id="side" edges="side1&gt;I1 I1&gt;out1"/>
  <vehicle id="a" depart="10"><route edges="west&gt;I0 I0&gt;I1 I1&gt;east"/></vehicle>
  <vehicle id="b" depart="20"><route edges="west&gt;I0 I0&gt;I1 I1&gt;east"/></vehicle>
  <vehicle id="c" depart="30" route="side"/>
  <vehicle id="late" depart="3600" route="side"/>
</routes>"""
UP, DOWN = MovementKey("I0", "west>I0", "I0>I1"), MovementKey("I1", "I0>I1", "I1>east")


@pytest.fixture
def routes(tmp_path):
    path = tmp_path / "a.rou.xml"
    path.write_text(ROUTES)
    return path


def test_streams_link_one_signal_to_the_next(routes):
    streams = read_streams(avenue([450.0]), [routes], 0, 1800)
    found = {(s.upstream, s.downstream): s for s in streams}
    assert found[None, UP].flow_vph == 4
    assert found[UP, DOWN].flow_vph == 4
    assert found[UP, DOWN].distance_m == 450
    assert found[UP, DOWN].free_s == pytest.approx(450 / SPEED_MPS)
    assert found[None, MovementKey("I1", "side1>I1", "I1>out1")].flow_vph == 2
    assert len(found) == 3


def test_streams_are_scaled_to_the_link_flows(routes):
    network = avenue([450.0])
    streams = read_streams(network, [routes], 0, 1800)
    flow = {"I0": {0: 6.0}, "I1": {0: 8.0}}
    flows = arrange_flows(network, flow, {"I0": {0: 1800.0, 9: 5.0}}, streams)
    scaled = {(s.upstream, s.downstream): s.flow_vph for s in flows.streams}
    assert scaled == {(None, UP): 6.0, (UP, DOWN): 8.0}
    assert flows.demand["I0"].saturation_vph == {0: 1800.0}
    assert flows.movement_vph[DOWN] == 8.0


def test_trip_times_expect_a_wait_at_each_signal(routes):
    times = trip_times_s(avenue([450.0]), [routes])
    assert times[0] == pytest.approx((300 + 450 + 300) / SPEED_MPS + 2 * EXPECTED_WAIT_S)
    assert len(times) == 4


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            '<routes>\n<vehicle id="x" depart="now" route="r"/></routes>',
            "a.rou.xml:2: found depart",
        ),
        ('<routes>\n<vehicle id="x" depart="1" route="r"/></routes>', "`x` without a route"),
    ],
)
def test_bad_vehicles_are_named_with_their_line(tmp_path, text, found):
    path = tmp_path / "a.rou.xml"
    path.write_text(text)
    with pytest.raises(InputError, match=found):
        list(vehicle_routes([path]))
