from dataclasses import replace

import numpy as np
import pytest

from benchmarks.coordination_milp import solve_milp
from signalopt.errors import InputError
from signalopt.optimize.candidates import find_parts, oversaturated, solve_part
from signalopt.optimize.choices import choices, modelled, nearby
from signalopt.optimize.coordinate import SolverLimits, SolverStatus, coordinate, quick_bound
from signalopt.optimize.cycles import coordinate_cycles
from signalopt.optimize.orders import lead_lag_orders, stage_orders
from signalopt.optimize.performance import OBJECTIVE_WEIGHTS, repeated
from signalopt.optimize.tables import build_problem
from signalopt.timing.bounds import stage_timings
from signalopt.timing.program import cycle_of
from signalopt.timing.safety import judge_program
from signalopt.timing.webster import webster_plan
from tests.layouts import four_arms
from tests.optimize.streets import avenue, flows_of, grid_edges, random_problem
from tests.optimize.test_coordinate import RING, brute_force

WEIGHTS = OBJECTIVE_WEIGHTS["delay"]
QUICK = SolverLimits(5, 30)


@pytest.mark.parametrize("seed", range(4))
def test_best_cycle_is_the_best_of_all(seed):
    problems = {
        c: random_problem([*RING, (0, 2)], 4, c, seed=seed + c, settings=2) for c in (4, 5, 6)
    }
    found = coordinate_cycles(problems.__getitem__, problems, QUICK)
    best = {cycle: brute_force(problem) for cycle, problem in problems.items()}
    assert found.offsets.cost == found.bound == min(best.values())
    assert best[found.cycle_s] == found.offsets.cost
    assert (found.status, found.gap) == (SolverStatus.OPTIMAL, 0)
    for row in found.cycles:
        assert row.bound <= best[row.cycle_s] <= row.cost


def test_no_cycle_is_an_error():
    with pytest.raises(ValueError, match="no cycle"):
        coordinate_cycles(lambda _: random_problem(RING, 4, 5, seed=1), ())


def test_bound_over_cycles_is_the_worst_of_them():
    problems = {c: random_problem(grid_edges(4, 4), 16, c, seed=c) for c in (30, 32)}
    found = coordinate_cycles(problems.__getitem__, problems, SolverLimits(0.01, 10))
    assert found.bound == min(row.bound for row in found.cycles)
    assert found.bound <= found.offsets.cost == min(row.cost for row in found.cycles)
    for cycle, problem in problems.items():
        assert quick_bound(problem).bound <= next(
            row.cost for row in found.cycles if row.cycle_s == cycle
        )


@pytest.mark.parametrize("edges", [RING, [*RING, (0, 2)], [(0, 1), (1, 2)]])
@pytest.mark.parametrize("settings", [1, 2])
def test_highs_finds_the_same_optimum(edges, settings):
    problem = random_problem(edges, max(max(e) for e in edges) + 1, 7, seed=6, settings=settings)
    highs = solve_milp(problem, 20)
    assert highs.optimal
    assert highs.cost == pytest.approx(coordinate(problem, QUICK).cost)
    held = replace(problem, fixed={0: 3, 1: 5})
    assert solve_milp(held, 20).cost == pytest.approx(coordinate(held, QUICK).cost)


def test_light_traffic_runs_half_the_common_cycle():
    network = avenue([400.0, 350.0])
    flows = flows_of(network, 300, 250, 80)
    offered = choices(network, flows, "I1", 100, WEIGHTS, False)
    half = next(model for model in offered if model.own_cycle_s == 50)
    assert all(len(profile) == 100 for profile in half.service.values())
    np.testing.assert_array_equal(*np.split(next(iter(half.service.values())), 2))
    assert all(m.own_cycle_s == 101 for m in choices(network, flows, "I1", 101, WEIGHTS, False))
    whole = next(model for model in offered if model.own_cycle_s == 100)
    problem = build_problem(
        flows, {"I0": [whole_of(network, flows, "I0", 100)], "I1": [whole, half],
                "I2": [whole_of(network, flows, "I2", 100)]}, 100, WEIGHTS
    )  # fmt: skip
    table = problem.pairs[0].cost[0]
    assert (table[1] == np.roll(table[1], 50)).all()  # half a cycle later it shows the same
    assert (table[0] != np.roll(table[0], 50)).any()
    (part,) = find_parts(network, flows, {})
    found = solve_part(network, flows, part, 100, WEIGHTS, QUICK, held={})
    assert 50 in {program.cycle_s for program in found.programs}
    for program in found.programs:
        assert 0 <= program.offset_s < program.cycle_s
        assert judge_program(network.layouts[program.intersection], program) == ()


def whole_of(network, flows, name, cycle_s):
    demand = flows.demand[name]
    plan = webster_plan(
        network.layouts[name], demand.flow_vph, demand.saturation_vph, cycle_s=cycle_s
    )
    return modelled(network, flows, name, plan)


def test_only_whole_multiples_repeat():
    network = avenue([400.0])
    model = whole_of(network, flows_of(network, 300, 300, 100), "I0", 50)
    assert repeated(model, 50).service.keys() == model.service.keys()
    with pytest.raises(ValueError, match="no multiple"):
        repeated(model, 75)


def test_short_cycles_lose_what_overflow_costs():
    network = avenue([400.0])
    flows = flows_of(network, 750, 700, 300)
    costs = []
    for cycle in (30, 70):
        settings = {n: [whole_of(network, flows, n, cycle)] for n in ("I0", "I1")}
        costs.append(coordinate(build_problem(flows, settings, cycle, WEIGHTS)).cost)
    assert costs[0] > 1.2 * costs[1]


def test_nearby_splits_keep_cycle_and_minimum_greens():
    network = avenue([400.0])
    flows = flows_of(network, 500, 400, 200)
    model = whole_of(network, flows, "I0", 60)
    found = nearby(network, flows, model, 120)
    assert found[0] is model
    assert len({m.program for m in found}) == len(found) > 3
    for other in found[1:]:
        assert judge_program(network.layouts["I0"], other.program) == ()
        assert all(len(profile) == 120 for profile in other.service.values())


def test_lead_lag_orders_put_the_lefts_on_both_sides_of_the_through_stage():
    layout = four_arms()
    orders = lead_lag_orders(layout)
    assert [[stage.groups for stage in order] for order in orders] == [
        [("N", "S", "P-street"), ("S", "S-left"), ("E", "W", "P-avenue"), ("N", "N-left")],
        [("N", "S", "P-street"), ("N", "N-left"), ("E", "W", "P-avenue"), ("S", "S-left")],
    ]
    demand = {0: 700, 1: 150, 2: 600, 3: 100, 4: 300, 5: 50, 6: 300, 7: 50}
    for order in orders:
        plan = webster_plan(layout, demand, dict.fromkeys(range(8), 1800.0), stages=order)
        assert judge_program(layout, plan) == ()
        assert cycle_of(layout, plan) == plan.cycle_s
    network = avenue([400.0])
    place = replace(network.intersections[0], layout=layout)
    assert stage_orders(place, 8)[2:] == orders
    assert len({stage_timings(order) for order in stage_orders(place, 8)}) == 4


def test_greens_that_no_cycle_holds_are_named():
    network = avenue([400.0])
    places = tuple(
        replace(p, layout=replace(p.layout, max_cycle_s=20)) for p in network.intersections
    )
    flows = flows_of(network, 500, 400, 200)
    with pytest.raises(InputError) as caught:
        find_parts(replace(network, intersections=places), flows, {})
    assert len(caught.value.problems) == 2
    assert "intersection I0" in str(caught.value)
    assert "at most its longest cycle, 20 s" in str(caught.value)


def test_oversaturation_is_told_and_still_planned():
    network = avenue([400.0])
    flows = flows_of(network, 1500, 400, 700)
    (part,) = find_parts(network, flows, {})
    found = solve_part(network, flows, part, 100, WEIGHTS, QUICK, held={})
    worst = oversaturated(network, flows, found.programs)
    assert [name for name, _ in worst] in (["I0", "I1"], ["I1", "I0"])
    assert worst[0][1] > 1
    calm = flows_of(network, 500, 400, 200)
    assert oversaturated(network, calm, found.programs) == []
