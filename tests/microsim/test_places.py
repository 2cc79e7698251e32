from signalopt.microsim.places import intersections_of
from signalopt.scenario.build import build_case
from signalopt.scenario.load import load_scenario


def test_approaches_belong_to_their_intersection_and_exits_to_none() -> None:
    found = intersections_of(build_case(load_scenario("smoke")).network)
    assert found["East--West"] == found["East--West.bay"] == "West"
    assert found["East.E--East"] == "East"
    # at a gate the way back begins: the street that leads out is nobody's
    assert not {"East--East.E", "East--East.N", "West--West.S"} & set(found)
