from dataclasses import replace
from pathlib import Path

import pytest

from signalopt.network.model import Intersection, Movement, Turn
from signalopt.network.regroup import Regrouped, layout_with, regroup, stated_all_red_s
from signalopt.network.rules import LeftPolicy
from signalopt.optimize.redesign import alternatives, plan_with, redesign
from signalopt.optimize.stage_design import GroupNeed, design_stages_of
from signalopt.scenario.case import Case
from signalopt.scenario.new_stages import case_with_layouts
from signalopt.timing.plan import FixedProgram, IntersectionPlan, Plan, StageTiming
from signalopt.timing.program import cycle_states
from signalopt.timing.safety import judge_plan, judge_program
from signalopt.timing.signals import Clearance, GroupKind, SignalGroup, SignalLayout, Stage
from signalopt.timing.webster import Demand
from tests.layouts import symmetric
from tests.optimize.streets import avenue, flows_of

NOBODY = frozenset[str]()
CROSS = {"N", "NL", "S", "SL"}, {"E", "EL", "W", "WL"}


def four_arms(*, lefts_yield: bool) -> Regrouped:
    """Eight movements; lefts have lanes of their own; every intergreen 5 s, no flashing green."""
    names = ("N", "NL", "S", "SL", "E", "EL", "W", "WL")
    groups = tuple(
        SignalGroup(name, GroupKind.VEHICLE, (i,), 5, 0, 3, 0) for i, name in enumerate(names)
    )
    number = {name: i for i, name in enumerate(names)}
    opposed = {("NL", "S"), ("SL", "N"), ("EL", "W"), ("WL", "E")}
    hard = {(a, b) for one, other in (CROSS, CROSS[::-1]) for a in one for b in other}
    if not lefts_yield:
        hard |= opposed | {(b, a) for a, b in opposed}
    rows = tuple(
        Clearance(a, b, 5)
        for a in names
        for b in names
        if (a, b) in hard or (a, b) in opposed or (b, a) in opposed
    )
    return Regrouped(
        groups,
        frozenset(hard),
        frozenset(opposed if lefts_yield else ()),
        rows,
        frozenset((number[a], number[b]) for a, b in hard),
        frozenset((number[a], number[b]) for a, b in opposed) if lefts_yield else frozenset(),
    )


def needs(**ratios: float) -> dict[str, GroupNeed]:
    return {name: GroupNeed(ratio, 2.0) for name, ratio in ratios.items()}


FLOWS = needs(N=0.30, NL=0.15, S=0.20, SL=0.05, E=0.10, EL=0.10, W=0.10, WL=0.10)


def test_five_stages_reach_the_critical_path_of_the_textbook():
    # Rings: NL then S, and SL then N; 120 s at a degree of 0.9: seconds = ratio / 0.9 * 120 + 2 - 0.7.
    # NL 22, S 28, SL 8, N 42: 50 s in both rings; E, EL 15 each; four changes of 5 s on the path.
    found = design_stages_of(four_arms(lefts_yield=False), FLOWS, 5, 120, may_protect=NOBODY)
    assert found is not None
    assert found.needed_s == found.bound_s == 50 + 15 + 15 + 4 * 5
    order = [set(stage) for stage in found.stages]
    assert {"N", "NL"} in order  # the overlap that both rings need
    assert {"N", "S"} in order


def test_four_stages_are_the_classic_ones():
    found = design_stages_of(four_arms(lefts_yield=False), FLOWS, 4, 120, may_protect=NOBODY)
    assert found is not None
    # longer left + longer through of a street: 22 + 42, 15 + 15; four changes
    assert found.needed_s == found.bound_s == 22 + 42 + 15 + 15 + 4 * 5
    assert {frozenset(stage) for stage in found.stages} == {
        frozenset(pair) for pair in (("N", "S"), ("NL", "SL"), ("E", "W"), ("EL", "WL"))
    }


def test_two_stages_cannot_protect_lefts():
    made = four_arms(lefts_yield=False)
    assert design_stages_of(made, FLOWS, 2, 120, may_protect=NOBODY) is None


def test_light_lefts_give_way_and_heavy_ones_are_protected():
    made = four_arms(lefts_yield=True)
    lefts = frozenset({"NL", "SL", "EL", "WL"})
    light = {
        name: GroupNeed(0.05 if name in lefts else 0.3, 0.1 if name in lefts else 0.3)
        for name in ("N", "NL", "S", "SL", "E", "EL", "W", "WL")
    }
    designs = [design_stages_of(made, light, n, 90, may_protect=lefts) for n in (2, 3, 4)]
    best = min((d for d in designs if d is not None), key=lambda d: d.needed_s)
    assert len(best.stages) == 2
    assert best.protected == frozenset()
    forced = design_stages_of(made, light, 4, 90, may_protect=lefts, must_protect=lefts)
    assert forced is not None
    assert forced.protected == lefts
    assert forced.needed_s > best.needed_s
    heavy = light | {"NL": GroupNeed(0.2, 1.5), "SL": GroupNeed(0.2, 1.5)}
    designs = [design_stages_of(made, heavy, n, 90, may_protect=lefts) for n in (2, 3, 4)]
    best = min((d for d in designs if d is not None), key=lambda d: d.needed_s)
    assert {"NL", "SL"} <= best.protected


def test_no_turn_that_gives_way_ends_under_an_opposing_green():
    made = four_arms(lefts_yield=True)
    for count in (3, 4, 5):
        found = design_stages_of(made, FLOWS, count, 120, may_protect=NOBODY)
        if found is None:
            continue
        for number, stage in enumerate(found.stages):
            after = found.stages[(number + 1) % count]
            for turn, opposing in made.gives_way:
                ends = turn in stage and turn not in after
                assert not (ends and opposing in stage and opposing in after)


def crossing() -> Intersection:
    """Four approaches, one lane ahead and one left each, crossings over all arms, one foreign program."""
    arms = "NESW"
    movements: list[Movement] = []
    for i, arm in enumerate(arms):
        far, left = arms[(i + 2) % 4], arms[(i + 1) % 4]
        for lane, (turn, to) in enumerate(((Turn.THROUGH, far), (Turn.LEFT, left))):
            movements.append(
                Movement(len(movements), turn, f"in{arm}", f"out{to}", lane, 0, "X", 20.0, 12.0, ())
            )
    for arm in arms:
        crossed = (f"in{arm}", f"out{arm}")
        movements.append(
            Movement(len(movements), Turn.CROSSING, f"w{arm}", f"w{arm}", 0, 0, "X", 12.0, 1.4, (),
                     crossed)
        )  # fmt: skip
    through = {arm: 2 * i for i, arm in enumerate(arms)}
    walk = {arm: 8 + i for i, arm in enumerate(arms)}
    conflicts, yields = set(), set()
    for i, arm in enumerate(arms):
        left, own = arms[(i + 1) % 4], through[arm]
        right, far = arms[(i + 3) % 4], arms[(i + 2) % 4]
        yields |= {(own + 1, through[far]), (own + 1, walk[left])}
        for side in (left, right):
            conflicts |= {
                (a, b) for a in (own, own + 1) for b in (through[side], through[side] + 1)
            }
        conflicts |= {(own, walk[arm]), (own + 1, walk[arm]), (own, walk[far])}
    groups = (
        SignalGroup("G1", GroupKind.VEHICLE, (0, 1, 4, 5), 7, 0, 3, 0),
        SignalGroup("G2", GroupKind.VEHICLE, (2, 3, 6, 7), 7, 0, 3, 0),
    )
    stages = (
        Stage("1", ("G1",), "GgrrGgrrrrrr"),
        Stage("2", ("G2",), "rrGgrrGgrrrr"),
    )
    layout = SignalLayout(
        "X", 12, groups, stages, symmetric(conflicts), frozenset(yields),
        (Clearance("G1", "G2", 5), Clearance("G2", "G1", 5)),
    )  # fmt: skip
    program = IntersectionPlan(
        "X", 60, 5, (StageTiming("1", ("G1",), 25), StageTiming("2", ("G2",), 25))
    )
    return Intersection(
        "X", "X", ("X",), 0, 0, None, None, tuple(movements), layout, program
    )  # fmt: skip


def demand_of(place: Intersection, left_vph: float = 120) -> Demand:
    flow = {m.link: 400.0 for m in place.movements if m.turn is Turn.THROUGH}
    flow |= {m.link: left_vph for m in place.movements if m.turn is Turn.LEFT}
    flow |= {m.link: 60.0 for m in place.movements if m.turn is Turn.CROSSING}
    lanes = {
        m.link: (m.from_edge, m.from_lane) for m in place.movements if m.turn is not Turn.CROSSING
    }
    return Demand(flow, dict.fromkeys(lanes, 1800.0), lanes)


@pytest.mark.parametrize("policy", list(LeftPolicy))
def test_every_alternative_serves_everyone_and_is_safe(policy):
    place = crossing()
    found = alternatives(place, demand_of(place), policy=policy)
    assert found
    assert [a.delay_s for a in found[:1]] == [min(a.delay_s for a in found)]
    for alternative in found:
        layout = alternative.layout
        assert judge_program(layout, alternative.plan) == ()
        served = {g for stage in layout.stages for g in stage.groups}
        assert served == {g.id for g in layout.groups}
        assert {link for g in layout.groups for link in g.links} == set(range(12))
        assert alternative.needed_s >= alternative.bound_s
        for stage in layout.stages:
            for a in stage.groups:
                assert not any(layout.groups_conflict(a, b) for b in stage.groups if a != b)
        protected = not (layout.yields & {(1, 4), (5, 0)})
        if policy is not LeftPolicy.AUTO:
            assert protected is (policy is LeftPolicy.PROTECTED)


def test_alternatives_differ_in_the_protection_of_turns():
    place = crossing()
    found = alternatives(place, demand_of(place, 250))
    assert len({a.layout.yields for a in found[:2]}) == 2
    assert min(len(a.layout.stages) for a in found[:2]) == 2
    assert max(len(a.layout.stages) for a in found[:2]) >= 4


def test_groups_of_today_can_stay():
    place = crossing()
    made = regroup(place, keep_groups=True)
    assert made.groups == place.layout.groups
    found = alternatives(place, demand_of(place), keep_groups=True, policy=LeftPolicy.OPPOSED)
    assert [set(s.groups) for s in found[0].layout.stages] == [{"G1"}, {"G2"}]
    bare = layout_with(place, regroup(place), NOBODY)
    assert bare.stages == ()
    assert bare.conflicts == place.layout.conflicts


def case_of(place: Intersection) -> tuple[Case, object]:
    network = avenue([400.0])
    flows = flows_of(network, 500, 400, 200)
    network = replace(network, intersections=(place, *network.intersections))
    today = Plan("today", network.fingerprint, (place.program,))
    nowhere = Path("none")
    case = Case(
        "case", "case", nowhere, nowhere, nowhere, (), (), 0, 3600, 0, 7200, 1.0, network, today,
        "print", "summer",
    )  # fmt: skip
    return case, replace(flows, demand={**flows.demand, place.id: demand_of(place)})


def test_a_redesigned_case_keeps_todays_lamps_and_takes_new_plans():
    place = crossing()
    case, flows = case_of(place)
    design = redesign(case, flows, names=["X"])
    assert list(design.alternatives) == ["X"]
    renewed = case_with_layouts(case, design.best())
    assert renewed.network.fingerprint != case.network.fingerprint
    assert renewed.today.network == renewed.network.fingerprint
    kept = renewed.today.by_id["X"]
    assert isinstance(kept, FixedProgram)
    assert cycle_states(renewed.network.layouts["X"], kept) == cycle_states(
        place.layout, place.program
    )
    plan = plan_with(renewed, {n: a[0] for n, a in design.alternatives.items()}, "new")
    assert judge_plan(renewed.network.layouts, plan) == ()
    assert case_with_layouts(case, {}) is case
    with pytest.raises(KeyError, match="nowhere"):
        case_with_layouts(case, {"nowhere": place.layout})


def test_designs_that_fit_no_cycle_are_noted():
    place = crossing()
    short = replace(place, layout=replace(place.layout, max_cycle_s=20, min_cycle_s=10))
    case, flows = case_of(short)
    design = redesign(case, flows, names=["X"])
    assert design.alternatives == {}
    assert design.notes[0].startswith("X: no safe stages")


@pytest.mark.parametrize("all_red_s", [2, 4])
def test_an_order_of_longer_all_red_lives_on_in_new_groups(all_red_s):
    place = crossing()
    made = regroup(place, all_red_s=all_red_s)
    ordered = replace(
        place, layout=replace(place.layout, groups=made.groups, clearances=made.clearances)
    )
    again = regroup(ordered)
    vehicles = {g.id for g in again.groups if g.kind is GroupKind.VEHICLE}
    shortest = min(
        c.intergreen_s - again.group[c.ending].amber_s
        for c in again.clearances
        if c.ending in vehicles
    )
    assert shortest == stated_all_red_s(ordered.layout) >= all_red_s


def test_without_time_stages_stay_and_that_is_said():
    case, flows = case_of(crossing())
    design = redesign(case, flows, names=["X"], enough=lambda: True)
    assert design.alternatives == {}
    assert "no time" in design.notes[0]
    assert "X" in design.notes[0]
