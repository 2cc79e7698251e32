"""Intergreens that a short stage in between would cut: found as constraints, kept by the search."""

from signalopt.optimize.variables import make_site
from signalopt.timing.bounds import (
    GreenConstraint,
    green_constraints,
    interstages_s,
    least_cycle_s,
    stage_timings,
)
from signalopt.timing.clearing import stages_between
from signalopt.timing.signals import (
    Clearance,
    GivenInterstage,
    GroupKind,
    Phase,
    SignalGroup,
    SignalLayout,
    Stage,
)


def layout_of(intergreen_s: int) -> SignalLayout:
    """A ends before a short stage of B alone; C, which must wait for A, starts after it; ambers of 3 s."""
    groups = tuple(SignalGroup(n, GroupKind.VEHICLE, (i,), 5) for i, n in enumerate("ABC"))
    pairs = {(0, 2), (1, 2)}
    return SignalLayout(
        "X", 3, groups,
        (Stage("1", ("A", "B"), "GGr"), Stage("2", ("B",), "rGr"), Stage("3", ("C",), "rrG")),
        frozenset(pairs | {(b, a) for a, b in pairs}), frozenset(),
        (Clearance("A", "C", intergreen_s), Clearance("B", "C", 3), Clearance("C", "A", 3)),
        (GivenInterstage("1", "2", (Phase(3, "yGr"),)), GivenInterstage("2", "3", (Phase(3, "ryr"),)),
         GivenInterstage("3", "1", (Phase(3, "rry"),))),
    )  # fmt: skip


def test_stage_between_must_last_for_the_intergreen():
    # A ends, 3 s interstage, stage 2, 3 s interstage, C starts: 10 s need 4 s of stage 2.
    layout, sequence = layout_of(10), stage_timings(layout_of(10).stages)
    (found,) = stages_between(layout, sequence, interstages_s(layout, sequence))
    assert found == ((1,), 4, "A")
    assert GreenConstraint((1,), 4, "A") in green_constraints(layout, sequence)
    # interstages of 3 s each, minimum greens of 5 s for A and C, and the 4 s
    assert least_cycle_s(layout, sequence) == 9 + 5 + 4 + 5


def test_nothing_to_ask_where_interstages_suffice():
    layout, sequence = layout_of(7), stage_timings(layout_of(7).stages)
    assert stages_between(layout, sequence, interstages_s(layout, sequence)) == []


def test_sites_keep_it():
    layout = layout_of(10)
    site = make_site(layout, [layout.stages])
    setting = site.fitted(0, (30, 0, 30), 80, 0)
    assert setting is not None
    assert setting.greens_s[1] == 4
