"""What no plan can give is said with names and bounds."""

from dataclasses import replace

import pytest

from signalopt.errors import InputError
from signalopt.optimize.case_flows import case_flows
from signalopt.optimize.job import optimize
from signalopt.optimize.limits import oversaturated, unreachable_greens
from signalopt.scenario.build import build_case
from signalopt.scenario.load import find_scenario, load_scenario
from signalopt.timing.webster import Demand


@pytest.fixture(scope="module")
def case():
    return build_case(load_scenario(find_scenario("smoke")))


def with_first_layout(case, **changes):
    first, *others = case.network.intersections
    layout = replace(first.layout, **changes)
    network = replace(case.network, intersections=(replace(first, layout=layout), *others))
    return replace(case, network=network), first.id


def test_minima_that_fit_no_cycle_are_named_with_their_bounds(case):
    tight, name = with_first_layout(case, max_cycle_s=40)
    (problem,) = unreachable_greens(tight)
    assert name in problem.where
    assert "minimum greens that need a cycle of" in problem.found
    assert "stage" in problem.found
    assert "40 s" in problem.expected
    with pytest.raises(InputError, match=name):
        optimize(tight, budget_s=5)


def test_nothing_to_say_about_a_case_that_works(case):
    assert unreachable_greens(case) == []
    assert oversaturated(case, case_flows(case)) == []


def test_oversaturated_intersections_are_named(case):
    flows = case_flows(case)
    name = case.network.intersections[0].id
    demand = flows.demand[name]
    more = Demand(
        {k: 6 * v for k, v in demand.flow_vph.items()}, demand.saturation_vph, demand.lanes
    )
    crowded = replace(flows, demand={**flows.demand, name: more})
    (text,) = oversaturated(case, crowded)
    assert name in text
    assert "oversaturated" in text
