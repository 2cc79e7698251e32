"""The whole chain: random plans through design, export and SUMO; what the lamps showed is judged.

Networks are built from the project's own sources, so this also proves the stage design of each area.
"""

from dataclasses import replace

import numpy as np
import pytest

from signalopt.export.sumo import sumo_additional
from signalopt.microsim.states import realised_states
from signalopt.network.area import list_areas, load_area
from signalopt.network.build_area import build_area
from signalopt.network.model import Network
from signalopt.network.read_net import read_network
from signalopt.scenario.build import build_case
from signalopt.scenario.load import load_scenario
from signalopt.testing import assert_plan_safe, assert_states_safe, random_program
from signalopt.timing.plan import Plan
from signalopt.timing.program import states_between


def random_plan(network: Network, seed: int) -> Plan:
    rng = np.random.default_rng(seed)
    programs = tuple(random_program(place.layout, rng) for place in network.intersections)
    return Plan(f"random {seed}", network.fingerprint, programs)


@pytest.mark.parametrize("area", list_areas())
def test_random_plans_of_every_area_are_safe(area):
    network = read_network(build_area(load_area(area)))
    for seed in range(5):
        assert_plan_safe(network.layouts, random_plan(network, seed))


@pytest.mark.parametrize("seed", range(3))
def test_sumo_shows_what_a_random_plan_says_and_it_is_safe(seed):
    case = build_case(load_scenario("smoke"))
    plan = random_plan(case.network, seed)
    begin_s, end_s = case.begin_s, case.begin_s + 600
    shown = realised_states(case, plan, seed, begin_s, end_s)
    for program in plan.intersections:
        layout = case.network.layouts[program.intersection]
        states = shown[program.intersection]
        assert states == states_between(layout, program, begin_s, end_s)
        assert_states_safe(layout, states)


def test_sumo_shows_a_sabotaged_program_and_the_judge_notices():
    case = build_case(load_scenario("smoke"))
    plan = random_plan(case.network, 7)
    program = plan.intersections[0]
    layout = case.network.layouts[program.intersection]
    # The sheet says 2 s of all-red less than the street needs.
    hurried = replace(
        layout,
        clearances=tuple(
            replace(c, intergreen_s=max(3, c.intergreen_s - 2)) for c in layout.clearances
        ),
    )
    assert sumo_additional(plan, {**case.network.layouts, layout.intersection: hurried})
    network = replace(
        case.network,
        intersections=tuple(
            replace(p, layout=hurried) if p.id == layout.intersection else p
            for p in case.network.intersections
        ),
    )
    shown = realised_states(
        replace(case, network=network), plan, 1, case.begin_s, case.begin_s + 400
    )
    with pytest.raises(AssertionError, match="intergreen"):
        assert_states_safe(layout, shown[layout.intersection])


@pytest.mark.slow
@pytest.mark.slow_ci
@pytest.mark.parametrize("area", [a for a in list_areas() if a != "smoke"])
def test_sumo_shows_safe_states_in_every_area(area):
    case = build_case(load_scenario(f"{area}_am"))
    for seed in range(2):
        plan = random_plan(case.network, seed)
        shown = realised_states(
            case, plan, seed, case.begin_s, case.begin_s + 500, traffic=False
        )  # fmt: skip
        for place in case.network.intersections:
            assert_states_safe(place.layout, shown[place.id])
