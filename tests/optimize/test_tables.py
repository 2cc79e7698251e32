from dataclasses import replace

import numpy as np
import pytest

from signalopt.optimize.candidates import find_parts, rank_cycles, solve_part, stage_orders
from signalopt.optimize.coordinate import SolverLimits, SolverStatus, coordinate
from signalopt.optimize.performance import OBJECTIVE_WEIGHTS, Weights, model_setting
from signalopt.optimize.propagate import propagate
from signalopt.optimize.tables import PROGRESSION_FACTOR, START_LAG_S, build_problem
from signalopt.timing.safety import judge_program
from signalopt.timing.webster import webster_plan
from tests.layouts import four_arms
from tests.optimize.streets import SPEED_MPS, avenue, flows_of

WEIGHTS = OBJECTIVE_WEIGHTS["delay"]
CYCLE_S = 80


def settings_of(network, flows, cycle_s=CYCLE_S):
    found = {}
    for place in network.intersections:
        demand = flows.demand[place.id]
        plan = webster_plan(place.layout, demand.flow_vph, demand.saturation_vph, cycle_s=cycle_s)
        own = {k: m for k, m in flows.links.items() if k.intersection == place.id}
        found[place.id] = [model_setting(place.layout, plan, demand, own)]
    return found


def distance(a: float, b: float, cycle_s: int) -> float:
    return min((a - b) % cycle_s, (b - a) % cycle_s)


def test_one_way_street_gets_a_green_wave():
    network = avenue([450.0, 600.0, 300.0])
    flows = flows_of(network, 700, 0, 300)
    problem = build_problem(flows, settings_of(network, flows), CYCLE_S, WEIGHTS)
    found = coordinate(problem)
    assert found.status is SolverStatus.OPTIMAL
    for i, length in enumerate((450.0, 600.0, 300.0)):
        travel = length / SPEED_MPS / PROGRESSION_FACTOR + START_LAG_S
        gap = (found.offsets_s[i + 1] - found.offsets_s[i]) % CYCLE_S
        assert distance(gap, travel, CYCLE_S) <= 6


def test_waves_of_both_directions_meet_where_travel_takes_half_a_cycle():
    # 36 s running (incl. start) each way in a cycle of 80 s: greens opposite in phase serve both
    length = (CYCLE_S / 2 - START_LAG_S) * SPEED_MPS * PROGRESSION_FACTOR
    network = avenue([length, length])
    flows = flows_of(network, 600, 600, 300)
    problem = build_problem(flows, settings_of(network, flows), CYCLE_S, WEIGHTS)
    found = coordinate(problem)
    for i in range(2):
        gap = (found.offsets_s[i + 1] - found.offsets_s[i]) % CYCLE_S
        assert distance(gap, CYCLE_S / 2, CYCLE_S) <= 4


def test_pair_table_of_both_directions_is_the_mirror_of_swapped_flows():
    network = avenue([400.0])
    east, west = flows_of(network, 600, 0, 300), flows_of(network, 0, 600, 300)
    first = build_problem(east, settings_of(network, east), CYCLE_S, WEIGHTS).pairs[0].cost[0, 0]
    second = build_problem(west, settings_of(network, west), CYCLE_S, WEIGHTS).pairs[0].cost[0, 0]
    mirrored = np.roll(second[::-1], 1)
    np.testing.assert_allclose(first, mirrored, atol=1)


def test_cost_of_uncoupled_intersections_lies_within_the_tables():
    network = avenue([400.0])
    flows = flows_of(network, 600, 300, 300)
    problem = build_problem(flows, settings_of(network, flows), CYCLE_S, WEIGHTS)
    cost = problem.pairs[0].cost
    assert cost.min() < 0.6 * cost.mean()  # coordination matters on a short street
    assert problem.cost((0, 0), (0, 0)) == sum(int(c[0]) for c in problem.local) + cost[0, 0, 0]


def test_full_propagation_agrees_with_the_tables_where_platoons_start_at_the_first_signal():
    network = avenue([400.0])
    flows = flows_of(network, 600, 300, 300)
    models = settings_of(network, flows)
    problem = build_problem(flows, models, CYCLE_S, WEIGHTS)
    for gap in (0, 13, 40):
        chosen = {name: (models[name][0], gap if name == "I1" else 0) for name in models}
        _, cost = propagate(flows, chosen, CYCLE_S, WEIGHTS)
        assert cost == pytest.approx(problem.cost((0, gap), (0, 0)), abs=3)


def test_turning_all_offsets_changes_nothing():
    network = avenue([400.0, 350.0])
    flows = flows_of(network, 600, 300, 300)
    models = settings_of(network, flows)
    costs = {
        propagate(
            flows, {n: (models[n][0], (o + turn) % CYCLE_S) for n, o in
                    zip(models, (0, 20, 50), strict=True)}, CYCLE_S, WEIGHTS
        )[1]
        for turn in (0, 11, 79)
    }  # fmt: skip
    assert max(costs) - min(costs) <= 1


def test_queue_longer_than_its_street_is_punished():
    network = avenue([30.0])
    flows = flows_of(network, 700, 0, 500)
    models = settings_of(network, flows)
    calm = build_problem(flows, models, CYCLE_S, Weights(5.0, spill_s=0.0)).pairs[0].cost
    strict = build_problem(flows, models, CYCLE_S, Weights(5.0, spill_s=120.0)).pairs[0].cost
    assert (strict >= calm).all()
    assert (strict > calm).any()


def test_parts_follow_streams_and_ranges():
    network = avenue([400.0, 350.0])
    flows = flows_of(network, 600, 300, 300)
    (part,) = find_parts(network, flows, {})
    assert part.members == ("I0", "I1", "I2")
    assert (part.least_cycle_s, part.most_cycle_s) == (25, 120)
    apart = replace(flows, streams=tuple(s for s in flows.streams if s.upstream is None))
    assert [p.members for p in find_parts(network, apart, {})] == [("I0",), ("I1",), ("I2",)]


def test_solved_part_is_safe_has_one_cycle_and_beats_no_coordination():
    network = avenue([400.0, 350.0, 500.0])
    flows = flows_of(network, 700, 500, 300)
    (part,) = find_parts(network, flows, {})
    ranked = rank_cycles(network, flows, part, WEIGHTS, seed=1)
    assert ranked == sorted(ranked)
    found = solve_part(network, flows, part, CYCLE_S, WEIGHTS, SolverLimits(1, 10), held={})
    assert {p.cycle_s for p in found.programs} == {CYCLE_S}
    for program in found.programs:
        assert judge_program(network.layouts[program.intersection], program) == ()
    models = settings_of(network, flows)
    _, flat = propagate(flows, {n: (m[0], 0) for n, m in models.items()}, CYCLE_S, WEIGHTS)
    assert found.modelled_cost < flat


def test_held_program_keeps_offset_and_the_others_adapt():
    network = avenue([450.0])
    flows = flows_of(network, 700, 0, 300)
    first = settings_of(network, flows)["I0"][0].program
    held = {"I0": replace(first, offset_s=33)}
    (part,) = find_parts(network, flows, held)
    assert (part.members, part.held) == (("I1",), ("I0",))
    found = solve_part(network, flows, part, CYCLE_S, WEIGHTS, SolverLimits(1, 10), held=held)
    travel = 450 / SPEED_MPS / PROGRESSION_FACTOR + START_LAG_S
    assert [p.intersection for p in found.programs] == ["I1"]
    assert distance(found.programs[0].offset_s, 33 + travel, CYCLE_S) <= 6


def test_stage_orders_start_with_the_designed_one_and_leave_imports_alone():
    network = avenue([400.0])
    place = network.intersections[0]
    assert stage_orders(place) == [place.layout.stages]
    three = replace(place, layout=four_arms())
    orders = stage_orders(three)
    assert orders[0] == three.layout.stages
    assert [s.id for s in orders[1]] == ["avenue", "street", "avenue left"]
    shown = tuple(replace(s, state="r" * 10) for s in three.layout.stages)
    imported = replace(three, layout=replace(three.layout, stages=shown))
    assert stage_orders(imported) == [shown]
