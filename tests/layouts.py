"""Hand-made signal layouts and random plans that many tests share."""

from __future__ import annotations

from hypothesis import strategies as st

from signalopt.timing.bounds import least_greens_s, stage_timings
from signalopt.timing.clearance import pedestrian_intergreen_s, pedestrian_min_green_s
from signalopt.timing.plan import IntersectionPlan, StageTiming
from signalopt.timing.program import cycle_of
from signalopt.timing.signals import Clearance, GroupKind, SignalGroup, SignalLayout, Stage

VEHICLE, PEDESTRIAN = GroupKind.VEHICLE, GroupKind.PEDESTRIAN


def symmetric(pairs: set[tuple[int, int]]) -> frozenset[tuple[int, int]]:
    return frozenset(pairs | {(b, a) for a, b in pairs})


def four_arms(
    intersection: str = "C", avenue_m: float = 25.0, street_m: float = 14.0, all_red_s: int = 2
) -> SignalLayout:
    """An avenue (NS, with protected lefts) and a street (EW, opposed lefts), walkers on all sides.

    Links: 0 N through, 1 N left, 2 S through, 3 S left, 4 E through, 5 E left, 6 W through, 7 W left,
    8 walkers over the avenue, 9 walkers over the street.
    """
    groups = (
        SignalGroup("N", VEHICLE, (0,), 7),
        SignalGroup("N-left", VEHICLE, (1,), 7),
        SignalGroup("S", VEHICLE, (2,), 7),
        SignalGroup("S-left", VEHICLE, (3,), 7),
        SignalGroup("E", VEHICLE, (4, 5), 7),
        SignalGroup("W", VEHICLE, (6, 7), 7),
        SignalGroup(
            "P-avenue", PEDESTRIAN, (8,), pedestrian_min_green_s(avenue_m), 3, 0, 0,
            crossing_m=avenue_m,
        ),
        SignalGroup(
            "P-street", PEDESTRIAN, (9,), pedestrian_min_green_s(street_m), 3, 0, 0,
            crossing_m=street_m,
        ),
    )  # fmt: skip
    conflicts = symmetric(
        {(a, b) for a in (0, 1, 2, 3) for b in (4, 5, 6, 7)}
        | {(0, 3), (2, 1)}
        | {(a, 8) for a in (0, 1, 2, 3)}
        | {(a, 9) for a in (4, 5, 6, 7)}
        | {(1, 9), (3, 9)}
    )
    yields = frozenset({(5, 6), (7, 4), (5, 8), (7, 8)})
    vehicle_s = 3 + all_red_s
    clearances = []
    for ending in groups:
        for starting in groups:
            if not any((a, b) in conflicts for a in ending.links for b in starting.links):
                continue
            seconds = vehicle_s
            if ending.kind is PEDESTRIAN:
                seconds = pedestrian_intergreen_s(ending.crossing_m or 0)
            clearances.append(Clearance(ending.id, starting.id, seconds))
    stages = (
        Stage("avenue", ("N", "S", "P-street")),
        Stage("avenue left", ("N-left", "S-left")),
        Stage("street", ("E", "W", "P-avenue")),
    )
    return SignalLayout(intersection, 10, groups, stages, conflicts, yields, tuple(clearances))


def plan_for(
    layout: SignalLayout, extra_s: tuple[int, ...] = (10, 0, 5), offset_s: int = 0
) -> IntersectionPlan:
    """A plan with the least greens plus some seconds for each stage."""
    least = least_greens_s(layout, stage_timings(layout.stages))
    stages = tuple(
        StageTiming(stage.id, stage.groups, green + extra)
        for stage, green, extra in zip(layout.stages, least, extra_s, strict=True)
    )
    draft = IntersectionPlan(layout.intersection, 0, 0, stages)
    cycle_s = cycle_of(layout, draft)
    return IntersectionPlan(layout.intersection, cycle_s, offset_s % cycle_s, stages)


@st.composite
def layouts(draw: st.DrawFn) -> SignalLayout:
    """Four-arm layouts of random widths and all-reds (2 s ordinary, 4 s police rule)."""
    return four_arms(
        avenue_m=draw(st.floats(10, 32)),
        street_m=draw(st.floats(7, 20)),
        all_red_s=draw(st.sampled_from([1, 2, 3, 4])),
    )


@st.composite
def layouts_with_plans(draw: st.DrawFn) -> tuple[SignalLayout, IntersectionPlan]:
    """A random layout, a random stage order, random greens within bounds and a random offset."""
    layout = draw(layouts())
    order = draw(st.permutations(layout.stages))
    least = least_greens_s(layout, stage_timings(order))
    stages = tuple(
        StageTiming(stage.id, stage.groups, green + draw(st.integers(0, 8)))
        for stage, green in zip(order, least, strict=True)
    )
    cycle_s = cycle_of(layout, IntersectionPlan(layout.intersection, 0, 0, stages))
    offset_s = draw(st.integers(0, cycle_s - 1))
    return layout, IntersectionPlan(layout.intersection, cycle_s, offset_s, stages)
