import itertools
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signalopt.errors import InputError
from signalopt.optimize.arterial import Arterial, ArterialSignal, Green, Greens, Section, section_of
from signalopt.optimize.bandwidth import widest_bands, widest_bands_of_cycles
from signalopt.optimize.coordinate import SolverLimits, SolverStatus
from signalopt.optimize.green_wave import green_wave
from signalopt.timing.safety import judge_program
from tests.optimize.streets import SPEED_MPS, avenue, flows_of

CYCLE_S = 60
QUICK = SolverLimits(10, 30)


def signal(name: str, *greens: tuple[int, int, int, int], offset_s: int | None = None):
    """Settings as (outbound start, length, inbound start, length)."""
    made = tuple(Greens(Green(a, b), Green(c, d)) for a, b, c, d in greens)
    return ArterialSignal(name, made, offset_s)


def arterial(*travel_s: int, cycle_s: int = CYCLE_S) -> Arterial:
    """Half the cycle green everywhere, equal travel times both ways."""
    half = cycle_s // 2
    signals = tuple(signal(f"s{i}", (0, half, 0, half)) for i in range(len(travel_s) + 1))
    return Arterial(cycle_s, signals, tuple(Section((t, t), (t, t)) for t in travel_s))


@pytest.mark.parametrize("through_solver", [False, True])
@pytest.mark.parametrize(
    ("travel_s", "both_s"),
    # one second off the ideal costs a second each way: 60 - min(2 t, 60 - 2 t) seconds of band in all
    [(0, 60), (10, 40), (15, 30), (20, 40), (30, 60), (45, 30)],
)
def test_two_signals_by_hand(travel_s, both_s, through_solver):
    found = widest_bands(arterial(travel_s), QUICK, through_solver=through_solver)
    assert found.status is SolverStatus.OPTIMAL
    assert found.outbound_s[0] + found.inbound_s[0] == both_s
    assert found.value == found.bound == pytest.approx(both_s / (2 * CYCLE_S))


@pytest.mark.parametrize("per_section", [True, False])
def test_three_signals_by_hand(per_section):
    # Centres of the two bands drift apart by 20 s and 40 s: x, x - 20, x - 60 = x (mod 60). A signal at
    # which they differ by D leaves 60 - 2 |D| s of band; x = 10 leaves 40 s on both sections.
    found = widest_bands(arterial(10, 20), QUICK, per_section=per_section)
    assert found.status is SolverStatus.OPTIMAL
    assert found.value == pytest.approx(80 / (4 * CYCLE_S))
    # half a cycle between signals: greens in opposite phase serve both directions fully
    ideal = widest_bands(arterial(30, 30), QUICK, per_section=per_section)
    assert ideal.outbound_s == ideal.inbound_s == (30, 30)
    assert ideal.offsets_s == (0, 30, 0)


def brute_force(given: Arterial) -> int:
    """Best weighted seconds over offsets, settings and band centres (in half seconds), per section."""
    cycle, best = given.cycle_s, -1
    count = len(given.signals)
    numbers = [range(len(s.settings)) for s in given.signals]
    for chosen in itertools.product(*numbers):
        greens = [s.settings[v] for s, v in zip(given.signals, chosen, strict=True)]
        for offsets in itertools.product([0], *[range(cycle)] * (count - 1)):
            total = sum(
                _bands(given, [g.outbound for g in greens], offsets, outbound=True)
                if outbound
                else _bands(given, [g.inbound for g in greens], offsets, outbound=False)
                for outbound in (True, False)
            )
            best = max(best, total)
    return best


def _bands(given: Arterial, greens: list[Green], offsets, *, outbound: bool) -> int:
    """Best sum of one direction for given offsets; very negative where no centre fits all greens."""
    cycle, best = given.cycle_s, -(10**6)
    for centre in range(2 * cycle):
        at, slacks = centre, []
        for i, green in enumerate(greens):
            if i:
                section = given.sections[i - 1]
                move = section.outbound_s[0] if outbound else -section.inbound_s[0]
                at += 2 * move
            inside = (at - 2 * (offsets[i] + green.start_s)) % (2 * cycle)
            slacks.append(min(inside, 2 * green.length_s - inside))
        if min(slacks) >= 0:
            best = max(best, sum(min(cycle, *pair) for pair in itertools.pairwise(slacks)))
    return best


@settings(max_examples=12, deadline=None)
@given(data=st.data())
def test_chain_equals_brute_force_and_solver(data):
    cycle = data.draw(st.integers(6, 8))
    second, length = st.integers(0, cycle - 1), st.integers(2, cycle - 2)
    signals = tuple(
        signal(str(i), *data.draw(st.lists(st.tuples(second, length, second, length), min_size=1,
                                           max_size=2)))
        for i in range(3)
    )  # fmt: skip
    sections = tuple(
        Section((t, t), (u, u)) for t, u in data.draw(
            st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), min_size=2, max_size=2)
        )
    )  # fmt: skip
    given_arterial = Arterial(cycle, signals, sections)
    expected = brute_force(given_arterial)
    if expected < 0:
        with pytest.raises(InputError, match="no line"):
            widest_bands(given_arterial, QUICK)
        return
    for through_solver in (False, True):
        found = widest_bands(given_arterial, QUICK, through_solver=through_solver)
        assert sum(found.outbound_s) + sum(found.inbound_s) == expected
        assert found.gap == 0


def test_volume_weighs_the_bands_and_empty_directions_have_none():
    loaded = replace(
        arterial(15), sections=(Section((15, 15), (15, 15), outbound_vph=900, inbound_vph=300),)
    )
    found = widest_bands(loaded, QUICK)
    assert (found.outbound_s, found.inbound_s) == ((30,), (0,))
    one_way = replace(
        arterial(15), sections=(Section((15, 15), (15, 15), outbound_vph=900, inbound_vph=0),)
    )
    found = widest_bands(one_way, QUICK)
    assert (found.outbound_s, found.inbound_s) == ((30,), (0,))


def test_a_range_of_speeds_and_a_choice_of_orders_widen_bands():
    fixed = widest_bands(arterial(20), QUICK)
    free = widest_bands(replace(arterial(20), sections=(Section((18, 30), (18, 30)),)), QUICK)
    assert free.value > fixed.value
    assert free.outbound_travel_s[0] + free.inbound_travel_s[0] == 60
    # lead-lag: the inbound green 20 s later makes up for what the street's length takes away
    lagging = signal("s1", (0, 30, 0, 30), (0, 30, 20, 30))
    choice = widest_bands(
        replace(arterial(20), signals=(signal("s0", (0, 30, 0, 30)), lagging)), QUICK
    )
    assert choice.settings[1] == 1
    assert choice.value == pytest.approx(0.5)


def test_given_offsets_stay():
    signals = (signal("a", (0, 30, 0, 30), offset_s=7), signal("b", (0, 30, 0, 30), offset_s=7))
    found = widest_bands(replace(arterial(10), signals=signals), QUICK)
    assert found.offsets_s == (7, 7)
    assert found.outbound_s[0] + found.inbound_s[0] == 40


def test_the_cycle_that_suits_the_distance_wins():
    found = widest_bands_of_cycles(
        (arterial(20, cycle_s=c) for c in (40, 50, 60)), QUICK, per_section=False
    )
    assert found.cycle_s == 40
    assert found.value == found.bound == pytest.approx(0.5)


def test_unusable_arterials_are_told_completely():
    with pytest.raises(InputError) as caught:
        widest_bands(Arterial(60, (signal("a", (0, 0, 0, 61)),), ()))
    assert len(caught.value.problems) == 2
    with pytest.raises(InputError, match="least first"):
        section_of(100, (16, 12), 1, 1)


def test_green_wave_of_a_street_is_safe_and_runs_at_the_speed():
    network = avenue([450.0, 450.0])
    flows = flows_of(network, 600, 500, 200)
    names = [place.id for place in network.intersections]
    wave = green_wave(network, flows, names, 60, (SPEED_MPS, SPEED_MPS), QUICK)
    assert wave.bands.status is SolverStatus.OPTIMAL
    assert wave.bands.outbound_travel_s == (30, 30)  # half the cycle: full bands both ways
    greens = [s.settings[v].outbound.length_s for s, v in
              zip(wave.arterial.signals, wave.bands.settings, strict=True)]  # fmt: skip
    assert min(wave.bands.outbound_s) >= min(greens) - 1
    for program in wave.programs:
        assert judge_program(network.layouts[program.intersection], program) == ()
    apart = replace(flows, streams=tuple(s for s in flows.streams if s.upstream is None))
    with pytest.raises(InputError, match="I0 - I1"):
        green_wave(network, apart, names, 60, (SPEED_MPS, SPEED_MPS), QUICK)
