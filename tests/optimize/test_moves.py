"""Moves lead from safe plans to different safe plans, and change what they say they change."""

import random

import pytest

from signalopt.optimize.moves import (
    MOVES,
    MoveChoice,
    connected_block,
    crossed,
    merged,
    recycled,
    scattered,
    shift_block,
)
from signalopt.optimize.variables import Setting
from signalopt.timing.safety import judge_plan
from tests.optimize.spaces import avenue_space

SPACE = avenue_space()
LAYOUTS = {site.id: site.layout for site in SPACE.sites}
START = tuple(Setting(0, (25, 19), 10 * i) for i in range(4))


@pytest.mark.parametrize("name", MOVES)
def test_every_move_keeps_plans_safe(name):
    dice, settings, changed = random.Random(name), START, 0
    for _ in range(150):
        found = MOVES[name][0](SPACE, settings, dice, 10)
        if found is None:
            continue
        changed += found != settings
        settings = found
        assert judge_plan(LAYOUTS, SPACE.plan(settings)) == ()
    # Two stages have one order only; everything else must have moved.
    assert changed > 20 or name == "order"


def test_random_plans_are_safe_and_share_a_cycle():
    dice = random.Random(4)
    for _ in range(50):
        settings = scattered(SPACE, START, dice)
        assert len(set(SPACE.cycles_s(settings))) == 1
        assert judge_plan(LAYOUTS, SPACE.plan(settings)) == ()


def test_block_moves_together():
    dice = random.Random(1)
    tries = (shift_block(SPACE, START, dice, 10) for _ in range(20))
    found = next(f for f in tries if f is not None)
    cycle = SPACE.cycles_s(START)[0]
    moves = {(b.offset_s - a.offset_s) % cycle for a, b in zip(START, found, strict=True)} - {0}
    assert len(moves) == 1


def test_blocks_are_connected():
    dice = random.Random(2)
    for _ in range(50):
        block = sorted(connected_block(SPACE, dice, largest=4))
        assert block == list(range(block[0], block[-1] + 1))


def test_another_cycle_scales_greens_and_offsets():
    found = recycled(SPACE, START, dict.fromkeys(range(4), 104))
    assert found is not None
    assert SPACE.cycles_s(found) == (104,) * 4
    assert [s.offset_s for s in found] == [round(10 * i * 104 / 60) for i in range(4)]
    green, side = found[0].greens_s
    assert green / side == pytest.approx(25 / 19, abs=0.05)


def test_child_runs_the_cycle_of_its_first_parent():
    other = recycled(SPACE, START, dict.fromkeys(range(4), 90))
    assert other is not None
    child = crossed(SPACE, START, other, random.Random(3))
    assert child is not None
    assert SPACE.cycles_s(child) == (60,) * 4


def test_changes_at_different_sites_are_joined_the_better_first():
    first = (Setting(0, (26, 18), 0), *START[1:])
    second = (Setting(0, (20, 24), 0), START[1], Setting(0, (25, 19), 3), START[3])
    assert merged(START, [first, second]) == (first[0], START[1], second[2], START[3])


def test_moves_without_meaning_are_never_drawn():
    alone = avenue_space(1)
    assert set(MoveChoice.fresh(alone).shares) == {"transfer", "cycle", "stretch"}


def test_successful_moves_become_likelier():
    choice = MoveChoice.fresh(SPACE)
    before = dict(choice.shares)
    for _ in range(20):
        choice.learn("shift", True)
        choice.learn("cycle", False)
    assert choice.shares["shift"] > before["shift"]
    assert 0 < choice.shares["cycle"] < before["cycle"]
