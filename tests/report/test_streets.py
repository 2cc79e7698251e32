"""Streets of the smoke area: bays joined, gates and junctions not."""

from signalopt.report.streets import streets_of
from signalopt.scenario.case import Case


def test_every_edge_is_in_one_street(case: Case) -> None:
    streets = streets_of(case.network)
    edges = [edge for street in streets for edge in street.edges]

    assert sorted(edges) == sorted(edge.id for edge in case.network.edges)


def test_bays_belong_to_their_street_and_gates_are_ends(case: Case) -> None:
    streets = {street.id: street for street in streets_of(case.network)}

    assert streets["West--East"].edges == ("West--East", "West--East.bay")
    assert streets["East--East.E"].edges == ("East--East.E",)  # the way back is another street
    assert streets["West--East"].length_m == sum(streets["West--East"].lengths_m)
