"""Finds the second at which an intersection may go over from one plan to the next.

In a safe second both plans are in the steady green of the same stage and show the same letters; then
nothing is cut, and both run on the common clock, so that both offsets are kept. Where the plans never
meet like that, the common green is held until the new plan comes round to it. Each choice is
judged by its states, second by second.

Points of one day follow each other so that one second of the cycle serves a plan both for coming and for
going (the classical switching point of a plan, GSP in German practice and in SUMO): a plan is left in the
same green in which it was joined, and later in that green.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from signalopt.timing.day_lamps import Stretch, after_leaving, lamps_of_stretches, states_of
from signalopt.timing.findings import Finding, new_findings
from signalopt.timing.indications import judge_states
from signalopt.timing.plan import AnyProgram, IntersectionPlan
from signalopt.timing.safety import judge_program
from signalopt.timing.schedule import Hold, SwitchPoint
from signalopt.timing.signals import SignalLayout
from signalopt.timing.switch_lamps import Bounds, CycleLamps, bounds, cycle_lamps, position_s

LATEST_S = 900
"""An intersection leaves the old plan at most this long after the nominal second of the switch."""
SETTLED_S = 1800
"""... and runs the new plan on its clock at most this long after it."""
WAIT_PER_HELD_S = 20
"""One second of a green held counts as much as going over so many seconds later."""
MOST_HELD_S = 20
"""Later holds are not longer than this, as transitions of controllers are not (about a fifth of a cycle)."""
_MOST_CHOICES = 150


@dataclass(frozen=True, slots=True)
class Change:
    """One intersection's change of programs: nominal second, end of the new period, clock of the old one.

    `old_clock_s` is added to the second of the day for the old program: 86400 at midnight, else 0.
    """

    old: AnyProgram
    new: AnyProgram
    at_s: int
    end_s: int
    old_clock_s: int = 0


@dataclass(frozen=True, slots=True)
class _Choice:
    """A way to go over: position in the old cycle when left, in the new one when joined."""

    point: SwitchPoint
    cost: int
    old_position_s: int
    new_position_s: int


@dataclass(frozen=True)
class _Pair:
    """A change with both cycles and what runs over the change must keep."""

    change: Change
    old: CycleLamps
    new: CycleLamps
    bounds: Bounds


def find_points(layout: SignalLayout, changes: Sequence[Change]) -> tuple[SwitchPoint | None, ...]:
    """Points for consecutive changes of one day at one intersection; None where there is no safe one.

    First points that follow each other as the module says are looked for; where no such chain exists each
    change gets its own best point (a format with one switching second a plan cannot carry these).
    """
    pairs = [_pair(layout, change) for change in changes]
    direct = [[] if pair is None else _direct_choices(layout, pair) for pair in pairs]
    gradual = [[] if pair is None else _gradual_choices(layout, pair) for pair in pairs]
    either = [first or second for first, second in zip(direct, gradual, strict=True)]
    both = [[*first, *second] for first, second in zip(direct, gradual, strict=True)]
    chain = _safe_chain(layout, pairs, either) or _safe_chain(layout, pairs, both)
    if chain is not None:
        return tuple(choice.point for choice in chain)
    return tuple(
        next((c.point for c in choices if not transition_findings(layout, change, c.point)), None)
        for change, choices in zip(changes, both, strict=True)
    )


def transition_findings(
    layout: SignalLayout, change: Change, point: SwitchPoint
) -> tuple[Finding, ...]:
    """What the judge finds in the states around a switch beyond what each program has by itself.

    Judged are the seconds from two cycles before leaving to two cycles after the last hold.
    """
    begin_s = point.leave_s - 2 * _length_s(change.old)
    end_s = point.settled_s + 2 * _length_s(change.new)
    before = Stretch(begin_s, point.leave_s, change.old, change.old_clock_s)
    stretches = [before, *after_leaving(point, change.new, end_s)]
    states = states_of(lamps_of_stretches(layout, stretches, begin_s, end_s))
    found = judge_states(layout, states, cyclic=False, first_second=begin_s)
    known = (*judge_program(layout, change.old), *judge_program(layout, change.new))
    return new_findings(found, known)


def _pair(layout: SignalLayout, change: Change) -> _Pair | None:
    old, new = cycle_lamps(layout, change.old), cycle_lamps(layout, change.new)
    if old is None or new is None:
        return None
    return _Pair(change, old, new, bounds(layout, (old, new)))


def _direct_choices(layout: SignalLayout, pair: _Pair) -> list[_Choice]:
    """Ways to go over with one hold or none, best first; each pair of cycle positions once, the first."""
    change, found = pair.change, dict[tuple[int, int], _Choice]()
    for leave_s in range(change.at_s, min(change.at_s + LATEST_S, change.end_s - 1)):
        old_at = position_s(change.old, pair.old.cycle_s, leave_s + change.old_clock_s)
        if pair.old.stages[old_at] is None or old_at == 0:
            continue  # SUMO may read the first second of a cycle as the last one
        new_at = position_s(change.new, pair.new.cycle_s, leave_s)
        if (old_at, new_at) not in found:
            direct = _direct(layout, pair, leave_s, old_at, new_at)
            if direct is not None:
                found[(old_at, new_at)] = direct
    return sorted(found.values(), key=_cost_and_time)[:_MOST_CHOICES]


def _gradual_choices(layout: SignalLayout, pair: _Pair) -> list[_Choice]:
    """Ways to go over with several short holds, best first."""
    return sorted(_gradual(layout, pair), key=_cost_and_time)[:_MOST_CHOICES]


def _direct(
    layout: SignalLayout, pair: _Pair, leave_s: int, old_at: int, new_at: int
) -> _Choice | None:
    """Leave in this second; hold, if need be, until the new program comes round."""
    stage, state = pair.old.stages[old_at] or "", pair.old.states[old_at]
    cycle_s = pair.new.cycle_s
    held_s = next((w for w in range(cycle_s) if pair.new.is_steady(new_at + w, stage, state)), None)
    if held_s is None or leave_s + held_s >= pair.change.end_s:
        return None
    joined_at = (new_at + held_s) % cycle_s
    if not pair.bounds.keeps(pair.old, old_at, pair.new, joined_at, held_s):
        return None
    point = SwitchPoint(layout.intersection, leave_s, leave_s + held_s, stage)
    return _Choice(point, _cost(pair, point), old_at, joined_at)


def _gradual(layout: SignalLayout, pair: _Pair) -> Iterator[_Choice]:
    """Join the new program ahead of its clock, where it fits, and take the lead back cycle by cycle."""
    change, new = pair.change, pair.new
    for leave_s in range(change.at_s, min(change.at_s + pair.old.cycle_s, change.end_s - 1)):
        old_at = position_s(change.old, pair.old.cycle_s, leave_s + change.old_clock_s)
        stage, state = pair.old.stages[old_at], pair.old.states[old_at]
        if stage is None or old_at == 0:
            continue
        clock_at = position_s(change.new, new.cycle_s, leave_s)
        for joined_at in range(new.cycle_s):
            if joined_at == 0 or not new.is_steady(joined_at, stage, state):
                continue
            if not pair.bounds.keeps(pair.old, old_at, new, joined_at, 0):
                continue
            each_s = min(MOST_HELD_S, pair.bounds.most_held_s(new, joined_at))
            ahead_s = (joined_at - clock_at) % new.cycle_s
            if each_s < 1:
                continue
            later = tuple(_holds(leave_s, ahead_s, each_s, new.cycle_s))
            point = SwitchPoint(layout.intersection, leave_s, leave_s, stage, later)
            if point.settled_s < min(change.end_s, change.at_s + SETTLED_S):
                yield _Choice(point, _cost(pair, point), old_at, joined_at)


def _holds(leave_s: int, ahead_s: int, each_s: int, cycle_s: int) -> Iterator[Hold]:
    """Equal shares of the lead, one a cycle, each when the cycle is back at the position of joining."""
    count = -(-ahead_s // each_s)
    now_s = leave_s
    for number in range(count):
        share_s = ahead_s * (number + 1) // count - ahead_s * number // count
        now_s += cycle_s
        yield Hold(now_s, now_s + share_s)
        now_s += share_s


def _cost_and_time(choice: _Choice) -> tuple[int, int]:
    return choice.cost, choice.point.leave_s


def _cost(pair: _Pair, point: SwitchPoint) -> int:
    return WAIT_PER_HELD_S * point.held_s + point.settled_s - pair.change.at_s


def _safe_chain(
    layout: SignalLayout, pairs: Sequence[_Pair | None], offered: Sequence[Sequence[_Choice]]
) -> list[_Choice] | None:
    """The cheapest chain of choices with which the judge finds nothing wrong."""
    left = [list(choices) for choices in offered]
    while (chain := _cheapest_chain(pairs, left)) is not None:
        bad = [
            choice
            for pair, choice in zip(pairs, chain, strict=True)
            if pair is not None and transition_findings(layout, pair.change, choice.point)
        ]
        if not bad:
            return chain
        left = [[choice for choice in choices if choice not in bad] for choices in left]
    return None


def _cheapest_chain(
    pairs: Sequence[_Pair | None], offered: Sequence[Sequence[_Choice]]
) -> list[_Choice] | None:
    """The cheapest choices in which each program is left in the green in which it was joined, not before."""
    paths: list[tuple[int, list[_Choice]]] = [(0, [])]
    for pair, choices in zip(pairs, offered, strict=True):
        if pair is None:
            return None
        joined = [(cost, path, _may_leave(pair.old, path)) for cost, path in paths]
        paths = []
        for choice in choices:
            left = choice.old_position_s
            fitting = [(c, path) for c, path, (first, end) in joined if first <= left < end]
            if fitting:
                cost, path = min(fitting, key=lambda entry: entry[0])
                paths.append((cost + choice.cost, [*path, choice]))
        if not paths:
            return None
    return min(paths, key=lambda entry: (not _comes_round(pairs, entry[1]), entry[0]))[1]


def _comes_round(pairs: Sequence[_Pair | None], path: Sequence[_Choice]) -> bool:
    """Whether the last program of the day is the first one too and may be left the next day as that is."""
    first, last = (pairs[0], pairs[-1]) if path else (None, None)
    if first is None or last is None or first.change.old != last.change.new:
        return False
    begin, end = _may_leave(last.new, path)
    return begin <= path[0].old_position_s < end


def _may_leave(lamps: CycleLamps, path: Sequence[_Choice]) -> tuple[int, int]:
    """Positions [first, end) at which a program joined by the path's last choice may be left."""
    if not path:
        return 0, lamps.cycle_s
    point = path[-1].point
    held_s = point.join_s - point.leave_s
    if point.later:
        held_s = point.later[-1].end_s - point.later[-1].begin_s
    return lamps.may_leave(path[-1].new_position_s, held_s)


def _length_s(program: AnyProgram) -> int:
    if isinstance(program, IntersectionPlan):
        return program.cycle_s
    return round(sum(phase.duration_s for phase in program.phases))
