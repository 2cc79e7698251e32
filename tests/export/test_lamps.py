"""Lamps of groups: flashing at the end of greens, windows over the cycle's end, gaps."""

from __future__ import annotations

from itertools import pairwise

import pytest

from signalopt.export.lamps import (
    Lamp,
    Span,
    Window,
    cycle_length_s,
    green_windows,
    group_spans,
    longest_red_s,
    shortest_intergreen_s,
    uneven_groups,
)
from signalopt.timing.plan import FixedProgram
from signalopt.timing.signals import GroupKind, Phase, SignalGroup, SignalLayout


def _layout(flashing_s: int = 3) -> SignalLayout:
    groups = (
        SignalGroup("A", GroupKind.VEHICLE, (0, 1), 5, flashing_green_s=flashing_s),
        SignalGroup("B", GroupKind.VEHICLE, (2,), 5, flashing_green_s=flashing_s),
    )
    return SignalLayout("X", 3, groups, (), frozenset(), frozenset(), ())


def _program(*lines: tuple[float, str]) -> FixedProgram:
    return FixedProgram("X", 0, tuple(Phase(seconds, state) for seconds, state in lines))


def test_the_last_seconds_of_a_green_flash():
    spans = group_spans(_layout(), _program((10, "GgG"), (3, "yyG"), (5, "rrG"), (2, "uur")))["A"]
    assert spans == (
        Span(Lamp.GREEN, 0, 7),
        Span(Lamp.FLASHING, 7, 10),
        Span(Lamp.AMBER, 10, 13),
        Span(Lamp.RED, 13, 18),
        Span(Lamp.RED_AMBER, 18, 20),
    )


def test_a_green_over_the_cycles_end_flashes_once():
    spans = group_spans(_layout(), _program((2, "GGr"), (10, "rrr"), (8, "GGr")))["A"]
    flashing = [(s.start_s, s.end_s) for s in spans if s.lamp is Lamp.FLASHING]
    assert flashing == [(0, 2), (19, 20)]
    assert green_windows(spans) == (Window(12, 10),)


def test_a_permanent_green_never_flashes():
    spans = group_spans(_layout(), _program((20, "rrG"), (10, "GGG")))["B"]
    assert spans == (Span(Lamp.GREEN, 0, 30),)
    assert green_windows(spans) == (Window(0, 30),)


def test_fractions_of_seconds_leave_no_gaps():
    program = _program((10.1, "GGr"), (3.3, "yyr"), (6.7, "rrG"))
    spans = group_spans(_layout(), program)["A"]
    assert spans[-1].end_s == cycle_length_s(_layout(), program) == 20.1
    assert all(a.end_s == b.start_s for a, b in pairwise(spans))


def test_unlit_signals_are_dark():
    assert group_spans(_layout(), _program((10, "ooO")))["A"] == (Span(Lamp.DARK, 0, 10),)


def test_groups_whose_links_disagree_are_named():
    assert uneven_groups(_layout(), _program((5, "Ggr"), (5, "rrG"))) == ()
    assert uneven_groups(_layout(), _program((5, "Grr"), (5, "rrG"))) == ("A",)


@pytest.mark.parametrize(
    ("ending", "starting", "gap"),
    [
        ([Window(0, 10)], [Window(15, 5)], 5),
        ([Window(15, 10)], [Window(8, 2)], 3),
        ([Window(0, 10)], [Window(10, 5)], 0),
        ([Window(0, 4), Window(8, 2)], [Window(6, 1), Window(14, 2)], 2),
        ([], [Window(0, 5)], None),
        ([Window(0, 20)], [Window(0, 5)], None),
    ],
)
def test_shortest_intergreen(ending, starting, gap):
    assert shortest_intergreen_s(ending, starting, 20) == gap


@pytest.mark.parametrize(
    ("windows", "red"),
    [([Window(0, 5)], 15), ([Window(0, 5), Window(8, 4)], 8), ([], 20), ([Window(0, 20)], 0)],
)
def test_longest_red(windows, red):
    assert longest_red_s(windows, 20) == red
