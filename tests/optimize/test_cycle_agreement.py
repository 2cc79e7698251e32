from hypothesis import given, settings
from hypothesis import strategies as st

from signalopt.optimize.cycle_agreement import agreeing, retimed
from signalopt.timing.bounds import green_constraints
from signalopt.timing.plan import Plan
from signalopt.timing.program import cycle_of
from signalopt.timing.safety import judge_program
from signalopt.timing.splits import satisfied
from tests.layouts import four_arms
from tests.timing.schedules import plan, program

LAYOUT = four_arms()
LAYOUTS = {"C": LAYOUT}


@settings(max_examples=30, deadline=None)
@given(st.integers(64, 118), st.integers(60, 120), st.integers(0, 30))
def test_a_retimed_program_has_the_cycle_and_stays_safe(cycle_s, wanted_s, extra):
    found = retimed(LAYOUT, program(LAYOUT, cycle_s, 7, extra), wanted_s)
    if wanted_s < 63:  # the minimum greens of the layout need 63 s
        assert found is None
        return
    assert found is not None
    assert found.cycle_s == cycle_of(LAYOUT, found) == wanted_s
    assert satisfied([s.green_s for s in found.stages], green_constraints(LAYOUT, found.stages))
    assert not judge_program(LAYOUT, found)


def test_neighbours_agree_only_where_they_almost_do():
    near = agreeing(LAYOUTS, plan("a", 93, 5), plan("b", 90, 0))
    assert near is not None
    assert near.by_id["C"].cycle_s == 90
    assert near.name == "a"
    assert agreeing(LAYOUTS, plan("a", 90, 5), plan("b", 90, 0)) is None
    assert agreeing(LAYOUTS, plan("a", 95, 5), plan("b", 90, 0)) is None


def test_intersections_of_one_cycle_stay_together():
    second = four_arms("D")
    own = Plan("a", "n", (program(LAYOUT, 93, 0), program(second, 93, 10)))
    split = Plan("b", "n", (program(LAYOUT, 90, 0), program(second, 70, 10)))
    assert agreeing({"C": LAYOUT, "D": second}, own, split) is None
    together = Plan("b", "n", (program(LAYOUT, 90, 0), program(second, 90, 10)))
    found = agreeing({"C": LAYOUT, "D": second}, own, together)
    assert found is not None
    assert {p.cycle_s for p in found.intersections} == {90}
