"""Phases and intermediate tacts: a case by hand, random plans, and what the sheets cannot hold."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from signalopt.errors import InputError
from signalopt.export.cis.model import Change, PhaseRow, lamps_of
from signalopt.export.cis.programme import PhaseNumbers, programme_of
from signalopt.export.lamps import Lamp, group_spans
from signalopt.testing import random_program
from signalopt.timing.plan import FixedProgram, IntersectionPlan, StageTiming
from signalopt.timing.program import phases
from signalopt.timing.signals import Clearance, GroupKind, Phase, SignalGroup, SignalLayout, Stage
from tests.export.export_sample import sample_network

SAMPLE = sample_network().intersections[0].layout
MAIN, SIDE, WALK = (
    SignalGroup("A", GroupKind.VEHICLE, (0,), 7),
    SignalGroup("B", GroupKind.VEHICLE, (1,), 7),
    SignalGroup("P", GroupKind.PEDESTRIAN, (2,), 13, amber_s=0, red_amber_s=0, crossing_m=10.0),
)
LAYOUT = SignalLayout(
    "C",
    3,
    (MAIN, SIDE, WALK),
    (Stage("main", ("A", "P")), Stage("side", ("B",))),
    frozenset({(0, 1), (1, 0), (1, 2), (2, 1)}),
    frozenset(),
    (
        Clearance("A", "B", 5),
        Clearance("B", "A", 5),
        Clearance("P", "B", 10),
        Clearance("B", "P", 5),
    ),
)
PLAN = IntersectionPlan(
    "C", 66, 10, (StageTiming("main", ("A", "P"), 30), StageTiming("side", ("B",), 20))
)


def test_walkers_who_end_early_give_the_others_additional_green():
    """Interstage 3 + 5 = 8 s; walkers need 10 s, so they flash from second 25 to 28 of the green of 30."""
    made = programme_of(2, "am", LAYOUT, PLAN, PhaseNumbers(LAYOUT))
    first = PhaseRow(
        1,
        (1, 3),
        start_s=0,
        main_s=25,
        between_s=13,
        least_s=made.phases[0].least_s,
        changes=(
            Change(1, (5, 3, 3, 2, 0)),
            Change(2, (0, 0, 0, 11, 2)),
            Change(3, (0, 3, 0, 10, 0)),
        ),
    )
    second = PhaseRow(
        2,
        (2,),
        start_s=38,
        main_s=20,
        between_s=8,
        least_s=4,
        changes=(
            Change(1, (0, 0, 0, 6, 2)),
            Change(2, (0, 3, 3, 2, 0)),
            Change(3, (0, 0, 0, 8, 0)),
        ),
    )
    assert made.phases == (first, second)
    assert (made.number, made.cycle_s, made.shift_s) == (2, 66, 10)
    # 13 s of walking green end 2 s before the steady green: 15 s of it, of which 5 lie in the tact.
    assert first.least_s == 10


@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_rows_of_random_plans_show_the_same_lamps(seed: int):
    program = random_program(SAMPLE, np.random.default_rng(seed))
    made = programme_of(1, "p", SAMPLE, program, PhaseNumbers(SAMPLE))
    told = lamps_of(made, len(SAMPLE.groups))
    wanted = group_spans(SAMPLE, program)
    assert [told[n] for n in sorted(told)] == [wanted[g.id] for g in SAMPLE.groups]
    assert sum(row.main_s + row.between_s for row in made.phases) == program.cycle_s
    for row in made.phases:
        assert all(sum(change.parts_s) == row.between_s for change in row.changes)
        assert row.least_s is not None and row.least_s <= row.main_s


def test_a_foreign_program_begins_a_phase_where_a_green_begins():
    """Its cycle is cut inside the main green: the programme begins with the first green that begins."""
    lines = phases(LAYOUT, PLAN)
    turned = (*lines[-1:], *lines[:-1])
    fixed = FixedProgram("C", 4, turned)
    made = programme_of(1, "x", LAYOUT, fixed, PhaseNumbers(LAYOUT))
    assert [row.main_s for row in made.phases] == [25, 20]
    assert made.shift_s == (4 + int(lines[-1].duration_s)) % 66
    assert [row.number for row in made.phases] == [3, 4]  # of groups, not of the layout's stages
    assert made.phases[0].least_s is None


def test_a_stage_of_its_own_gets_a_number_of_its_own():
    numbers = PhaseNumbers(LAYOUT)
    alone = replace(PLAN, cycle_s=66, stages=(StageTiming("walk", ("P",), 30), PLAN.stages[1]))
    made = programme_of(1, "x", LAYOUT, replace(alone, cycle_s=66), numbers)
    assert [row.number for row in made.phases] == [3, 2]
    assert numbers.names == ("main", "side", "walk")


def test_what_the_sheet_cannot_hold_is_told():
    lines = phases(LAYOUT, PLAN)
    dark = FixedProgram("C", 0, (*lines, Phase(5, "ooo")))
    half = FixedProgram("C", 0.5, lines)
    # Amber after red, as no intermediate tact has it.
    odd = FixedProgram(
        "C", 0, (Phase(20, "Grr"), Phase(3, "rrr"), Phase(3, "yrr"), Phase(9, "rGr"))
    )
    many = FixedProgram("C", 0, tuple(Phase(9, s) for s in ("Grr", "rGr") * 13))
    for program, told in (
        (dark, "dark"),
        (half, "offset 0.5"),
        (odd, "another order"),
        (many, "26 phases"),
    ):
        with pytest.raises(InputError) as caught:
            programme_of(1, "x", LAYOUT, program, PhaseNumbers(LAYOUT))
        assert told in str(caught.value)


def test_permanent_green_and_red():
    steady = FixedProgram("C", 3, (Phase(40, "Grr"),))
    made = programme_of(1, "x", LAYOUT, steady, PhaseNumbers(LAYOUT))
    assert [(row.main_s, row.between_s) for row in made.phases] == [(40, 0)]
    told = lamps_of(made, 3)
    assert [span.lamp for n in (1, 2, 3) for span in told[n]] == [Lamp.GREEN, Lamp.RED, Lamp.RED]
