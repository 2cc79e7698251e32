"""Streets of a case and the bands that coordination for bandwidth gives them."""

from dataclasses import replace
from itertools import pairwise

import pytest

from signalopt.errors import InputError
from signalopt.optimize.band_search import BANDS, find_band_candidates
from signalopt.optimize.bands import solve_bands
from signalopt.optimize.candidates import find_parts
from signalopt.optimize.case_flows import case_flows
from signalopt.optimize.coordinate import SolverLimits, SolverStatus
from signalopt.optimize.job import optimize
from signalopt.optimize.performance import OBJECTIVE_WEIGHTS
from signalopt.optimize.search import WEBSTER
from signalopt.optimize.streams import MovementKey, Stream
from signalopt.optimize.streets import find_streets
from signalopt.scenario.build import build_case
from signalopt.scenario.load import find_scenario, load_scenario
from signalopt.timing.safety import judge_plan, judge_program
from tests.optimize.streets import SPEED_MPS, avenue, flows_of

LIMITS = SolverLimits(1, 20)
CYCLE_S = 60


def way(*names: str, vph: float = 100.0) -> list[Stream]:
    """Vehicles that run straight on through these signals."""
    edges = [f"from {names[0]}"]
    edges += [f"{a}>{b}" for a, b in pairwise(names)]
    keys = [
        MovementKey(name, edges[i], edges[i + 1] if i + 1 < len(edges) else f"{name}>{i} out")
        for i, name in enumerate(names)
    ]
    return [Stream(a, b, vph, 300.0, 20.0) for a, b in pairwise(keys)]


def test_streets_go_where_vehicles_go():
    network = avenue([300.0])
    flows = flows_of(network, 500, 400, 200)
    streams = (
        *way("a", "b", "c", vph=500),
        *way("c", "b", "a", vph=300),
        *way("d", "b", "e", vph=90),
    )
    found = find_streets(replace(flows, streams=streams), "abcde")
    assert found == (("a", "b", "c"), ("d", "b", "e"))
    # without b there is nothing between the others
    assert find_streets(replace(flows, streams=streams), "acde") == ()
    # who mostly turns is another street
    turning = (*way("a", "b", vph=500), *way("b", "c", vph=300))
    assert find_streets(replace(flows, streams=turning), "abc") == (("a", "b"), ("b", "c"))


def test_an_avenue_half_a_cycle_apart_gets_full_bands_both_ways():
    # at a platoon's speed the way takes half a cycle: greens in opposite phase serve both ways
    network = avenue([CYCLE_S / 2 * SPEED_MPS * 0.95] * 2)
    flows = flows_of(network, 500, 500, 100)
    (part,) = find_parts(network, flows, {})
    made = solve_bands(network, flows, part, CYCLE_S, OBJECTIVE_WEIGHTS["delay"], LIMITS, held={})
    (street,) = made.streets
    assert street.street == ("I0", "I1", "I2")
    assert street.status is SolverStatus.OPTIMAL
    programs = {p.intersection: p for p in made.solution.programs}
    assert set(programs) == {"I0", "I1", "I2"}
    assert all(judge_program(network.layouts[n], p) == () for n, p in programs.items())
    ahead = [programs[n].offset_s for n in ("I0", "I1", "I2")]
    assert (ahead[1] - ahead[0]) % CYCLE_S == (ahead[1] - ahead[2]) % CYCLE_S
    green = min(street.outbound_s[0], street.inbound_s[0])
    assert min(*street.outbound_s, *street.inbound_s) == green > 20
    assert made.solution.offsets is not None
    assert made.solution.offsets.gap == 0


def test_held_programs_stay_and_bands_are_made_around_them():
    network = avenue([300.0, 450.0])
    flows = flows_of(network, 500, 400, 100)
    (free,) = find_parts(network, flows, {})
    weights = OBJECTIVE_WEIGHTS["delay"]
    base = solve_bands(network, flows, free, CYCLE_S, weights, LIMITS, held={})
    fixed = replace(next(p for p in base.solution.programs if p.intersection == "I1"), offset_s=17)
    held = {"I1": fixed}
    (part,) = find_parts(network, flows, held)
    made = solve_bands(network, flows, part, CYCLE_S, weights, LIMITS, held=held)
    assert {p.intersection for p in made.solution.programs} == {"I0", "I2"}
    assert made.streets[0].street == ("I0", "I1", "I2")
    # offsets go along with the one that is given: the bands are as wide as before
    assert sum(made.streets[0].outbound_s) + sum(made.streets[0].inbound_s) > 0


@pytest.fixture(scope="module")
def case():
    return build_case(load_scenario(find_scenario("smoke")))


def test_candidates_for_bands_are_safe_and_say_what_they_got(case):
    found = []
    assert find_band_candidates(case, case_flows(case), "delay", LIMITS, found)
    assert found[0].label == WEBSTER
    assert len(found) > 2
    for candidate in found[1:]:
        assert candidate.label.startswith(BANDS)
        assert candidate.streets
        assert "bands of" in candidate.streets[0]
        assert candidate.bound <= candidate.cost
        assert judge_plan(case.network.layouts, candidate.plan) == ()


def test_the_job_coordinates_for_bands_when_asked(case):
    result = optimize(case, budget_s=0.5, workers=1, coordinate="bandwidth")
    assert result.search is None
    assert result.winner.coordination is not None
    summary = result.summary()
    assert summary["provenance"]["coordination"] == "bandwidth"
    with pytest.raises(InputError, match="delay, bandwidth"):
        optimize(case, coordinate="band")
    with pytest.raises(InputError, match="bands do not depend on demand"):
        optimize(case, coordinate="bandwidth", robust=True)
