"""Bands of progression against brute force and by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signalopt.export.facts import Avenue
from signalopt.export.lamps import Window
from signalopt.export.progression import bands, common_period_s, overlap, progression
from signalopt.export.time_space_svg import short_names
from tests.export.export_sample import IDS, SPACING_M, sample_network, sample_plan

NETWORK = sample_network()
PERIOD = 30


@st.composite
def greens_of_a_group(draw: st.DrawFn) -> list[Window]:
    """One or two greens that do not touch, or a permanent one."""
    cuts = sorted(draw(st.sets(st.integers(0, PERIOD - 1), min_size=2, max_size=4)))
    if len(cuts) == 3:
        return [Window(0, PERIOD)]
    turned = draw(st.booleans())
    ends = [*cuts[1:], cuts[0] + PERIOD] if turned else cuts[1:]
    starts = cuts if turned else cuts[:-1]
    if turned:
        starts, ends = starts[1::2], ends[1::2]
    else:
        starts, ends = starts[::2], ends[::2]
    return [Window(start, end - start) for start, end in zip(starts, ends, strict=True)]


WINDOWS = greens_of_a_group()


def _seconds(windows) -> set[int]:
    return {s % PERIOD for w in windows for s in range(int(w.start_s), int(w.start_s + w.length_s))}


@given(WINDOWS, WINDOWS)
def test_overlap_is_the_common_seconds(first, second):
    found = overlap(first, second, PERIOD)
    assert _seconds(found) == _seconds(first) & _seconds(second)


@given(st.lists(WINDOWS, min_size=2, max_size=4), st.integers(1, 25))
def test_bands_are_the_seconds_that_meet_only_green(greens, travel_s):
    positions = [float(i * travel_s) for i in range(len(greens))]
    found = bands(greens, positions, 1.0, PERIOD)
    free = {
        s
        for s in range(PERIOD)
        if all((s + i * travel_s) % PERIOD in _seconds(g) for i, g in enumerate(greens))
    }
    assert _seconds(found) == free
    assert all(w.length_s <= PERIOD for w in found)


def test_a_perfect_wave_has_the_whole_green():
    """Offsets equal to the travel time: the band is the green, 58 s flashing included."""
    way = progression(Avenue("A", IDS, 14.0), NETWORK, sample_plan(90, (0, 30, 60)))
    assert [round(stop.position_m) for stop in way.stops] == [0, 420, 840]
    assert [(b.start_s, b.width_s) for b in way.forward] == [(0, 58)]
    assert [(b.first, b.last) for b in way.forward_links] == [(0, 1), (1, 2)]
    # Back: 30 s travel against offsets that fall by 30 s leaves the greens 60 s apart.
    assert [b.width_s for b in way.backward_links] == [28, 28]
    assert sum(b.width_s for b in way.backward) == 0 or max(b.width_s for b in way.backward) < 28


def test_distance_is_measured_along_the_street():
    network = replace(
        NETWORK,
        edges=tuple(
            replace(e, length_m=e.length_m + 100) if e.from_node in IDS and e.to_node in IDS else e
            for e in NETWORK.edges
        ),
    )
    way = progression(Avenue("A", IDS[:2], 14.0), network, sample_plan())
    assert way.stops[1].position_m == pytest.approx(SPACING_M + 100, abs=1)


def test_half_cycles_have_a_common_period():
    assert common_period_s([90, 45, 90]) == 90
    assert common_period_s([80, 100]) == 0
    assert common_period_s([80.5]) == 0
    assert common_period_s([]) == 0


def test_unknown_intersections_are_left_out():
    way = progression(Avenue("A", ("nowhere", *IDS), 14.0), NETWORK, sample_plan())
    assert [stop.intersection for stop in way.stops] == list(IDS)


def test_one_way_streets_have_no_backward_greens():
    kept = {"Alpha_Second--Alpha_First", "Alpha_Third--Alpha_Second"}
    edges = tuple(e for e in NETWORK.edges if e.id not in kept)
    places = tuple(
        replace(
            p,
            movements=tuple(m for m in p.movements if not {m.from_edge, m.to_edge} & kept),
        )
        for p in NETWORK.intersections
    )
    network = replace(NETWORK, edges=edges, intersections=places)
    way = progression(Avenue("A", IDS, 14.0), network, sample_plan())
    assert way.backward == way.backward_links == ()
    assert way.stops[1].backward is None
    assert way.forward


def test_shared_street_names_are_left_out():
    assert short_names(["Abay / One", "Abay / Two"]) == ["One", "Two"]
    assert short_names(["Abay / One", "Kenesary / One"]) == ["Abay", "Kenesary"]
    assert short_names(["Abay / One", "Two"]) == ["Abay / One", "Two"]
