from dataclasses import replace

import pytest

from signalopt.network.model import Movement, Turn
from signalopt.optimize.walkers import walker_flows
from tests.optimize.streets import avenue


def test_walks_over_an_arm_count_on_its_crossing(tmp_path):
    network = avenue([400.0])
    place = network.intersections[0]
    crossing = Movement(
        3, Turn.CROSSING, ":I0_w0", ":I0_w1", 0, 0, "I0", 12.0, 1.0, (), ("west>I0", "I0>west")
    )
    places = (replace(place, movements=(*place.movements, crossing)), network.intersections[1])
    path = tmp_path / "walks.rou.xml"
    path.write_text(
        '<routes><person id="a" depart="10"><walk from="west&gt;I0" to="I0&gt;west"/></person>'
        '<person id="b" depart="11"><walk edges="I0&gt;west west&gt;I0"/></person>'
        '<person id="c" depart="12"><walk from="west&gt;I0" to="I0&gt;I1"/></person>'
        '<person id="d" depart="4000"><walk from="west&gt;I0" to="I0&gt;west"/></person></routes>'
    )
    found = walker_flows(replace(network, intersections=places), [path], 0, 1800)
    assert found == {"I0": {3: pytest.approx(4.0)}}
