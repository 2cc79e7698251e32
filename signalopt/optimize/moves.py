"""Moves of the search: from one safe plan to a neighbouring one, all in whole seconds.

Every move takes the settings of all sites and returns changed ones, or None where it has nothing to change.
Moves keep the bounds of `variables`, so their results are safe by construction.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from signalopt.optimize.variables import Setting, Settings, Space

STEPS_S = (1, 1, 2, 2, 3, 4, 6, 9, 14, 20)
"""Sizes of a step; the search takes the first ones only when it draws to a close."""
LEAST_STEPS = 4

Move = Callable[[Space, Settings, random.Random, int], Settings | None]


def transfer_green(
    space: Space, settings: Settings, dice: random.Random, reach: int
) -> Settings | None:
    """Give some seconds of one stage to another; the stages between may keep their place on the clock."""
    at = dice.randrange(len(space.sites))
    old = settings[at]
    if len(old.greens_s) < 2:
        return None
    giver, taker = dice.sample(range(len(old.greens_s)), 2)
    size = min(_size(dice, reach), old.greens_s[giver])
    wanted = list(old.greens_s)
    wanted[giver] -= size
    wanted[taker] += size
    cycle = space.sites[at].cycle_s(old)
    # Half of the time the offset moves so that the taker's green grows to the front.
    shift = -size if taker == 0 and dice.random() < 0.5 else 0
    return _with(settings, {at: _fitted(space, at, old.order, wanted, cycle, old.offset_s + shift)})


def shift_one(space: Space, settings: Settings, dice: random.Random, reach: int) -> Settings | None:
    """Move the offset of one intersection."""
    at = dice.randrange(len(space.sites))
    return _shifted(space, settings, [at], _signed(dice, reach))


def jump_one(space: Space, settings: Settings, dice: random.Random, _reach: int) -> Settings | None:
    """Give one intersection any other offset."""
    at = dice.randrange(len(space.sites))
    cycle = space.sites[at].cycle_s(settings[at])
    return _shifted(space, settings, [at], dice.randrange(1, max(2, cycle)))


def shift_block(
    space: Space, settings: Settings, dice: random.Random, reach: int
) -> Settings | None:
    """Move the offsets of a connected block of intersections against the others."""
    block = connected_block(space, dice, largest=max(2, len(space.sites) // 2))
    if len(block) < 2:
        return None
    return _shifted(space, settings, block, _signed(dice, reach))


def change_order(
    space: Space, settings: Settings, dice: random.Random, _reach: int
) -> Settings | None:
    """Another stage order at one intersection, each stage with the green it had."""
    at = dice.randrange(len(space.sites))
    site, old = space.sites[at], settings[at]
    if len(site.orders) < 2:
        return None
    order = dice.choice([n for n in range(len(site.orders)) if n != old.order])
    green = {
        stage.stage: seconds
        for stage, seconds in zip(site.orders[old.order].sequence, old.greens_s, strict=True)
    }
    wanted = [green.get(stage.stage, 1) for stage in site.orders[order].sequence]
    cycle = max(site.cycle_s(old), site.orders[order].least_cycle_s)
    return _with(settings, {at: _fitted(space, at, order, wanted, cycle, old.offset_s)})


def rescale_zone(
    space: Space, settings: Settings, dice: random.Random, reach: int
) -> Settings | None:
    """Another common cycle for all sites of a part that share one (half and double ones go along)."""
    part = dice.choice([p for p in space.parts if p])
    cycles = space.cycles_s(settings)
    seed = dice.choice(part)
    base = cycles[seed]
    zone = {at: cycles[at] / base for at in part if cycles[at] in (base, 2 * base, base / 2)}
    cycle = base + _signed(dice, reach)
    return recycled(space, settings, {at: round(cycle * factor) for at, factor in zone.items()})


def stretch_stage(
    space: Space, settings: Settings, dice: random.Random, reach: int
) -> Settings | None:
    """Another cycle for a zone of one site (or several): one stage of each takes or gives the seconds."""
    part = dice.choice([p for p in space.parts if p])
    cycles = space.cycles_s(settings)
    base = cycles[dice.choice(part)]
    change = _signed(dice, min(reach, len(STEPS_S) // 2))
    new: dict[int, Setting | None] = {}
    for at in part:
        if cycles[at] != base:
            continue
        old = settings[at]
        wanted = list(old.greens_s)
        stage = dice.randrange(len(wanted))
        wanted[stage] = max(1, wanted[stage] + change)
        offset = round(old.offset_s * (base + change) / base)
        new[at] = _fitted(space, at, old.order, wanted, base + change, offset)
    return _with(settings, new)


def change_ratio(
    space: Space, settings: Settings, dice: random.Random, _reach: int
) -> Settings | None:
    """Half or double cycle for one intersection, or back to a neighbour's cycle."""
    at = dice.randrange(len(space.sites))
    cycles = space.cycles_s(settings)
    own = cycles[at]
    wanted = {own * 2, own // 2 if own % 2 == 0 else own}
    for other in space.near[at]:
        wanted |= {cycles[other], 2 * cycles[other]}
        if cycles[other] % 2 == 0:
            wanted.add(cycles[other] // 2)
    site = space.sites[at]
    least = max(site.least_cycle_s, site.orders[settings[at].order].least_cycle_s)
    allowed = sorted(c for c in wanted if c != own and least <= c <= site.most_cycle_s)
    return recycled(space, settings, {at: dice.choice(allowed)}) if allowed else None


def free_block(
    space: Space, settings: Settings, dice: random.Random, reach: int
) -> Settings | None:
    """A cycle of its own for a connected block: weakly linked streets may go better apart."""
    block = connected_block(space, dice, largest=max(1, len(space.sites) // 2))
    if len(block) == len(space.sites):
        return None
    cycles = space.cycles_s(settings)
    cycle = cycles[block[0]] + _signed(dice, reach)
    return recycled(space, settings, dict.fromkeys(block, cycle))


MOVES: dict[str, tuple[Move, float]] = {
    "transfer": (transfer_green, 4.0),
    "shift": (shift_one, 3.0),
    "jump": (jump_one, 0.7),
    "block": (shift_block, 1.0),
    "order": (change_order, 0.6),
    "cycle": (rescale_zone, 1.0),
    "stretch": (stretch_stage, 1.0),
    "ratio": (change_ratio, 0.3),
    "free": (free_block, 0.3),
}
"""Moves by name with the share that they begin with."""


@dataclass
class MoveChoice:
    """Chooses moves by what they have brought so far: fast credit, slow forgetting, none ever starved."""

    shares: dict[str, float]

    @classmethod
    def fresh(cls, space: Space) -> MoveChoice:
        """Shares as stated in MOVES, without the moves that cannot change anything in this space."""
        idle = set()
        if len(space.sites) == 1:
            idle |= {"shift", "jump", "block", "ratio", "free"}
        if all(len(site.orders) < 2 for site in space.sites):
            idle.add("order")
        return cls({name: share for name, (_, share) in MOVES.items() if name not in idle})

    def draw(
        self, space: Space, settings: Settings, dice: random.Random, reach: int
    ) -> tuple[str, Settings]:
        """A move's name and a plan that differs from the given one; the plan itself if none is found."""
        names = list(self.shares)
        weights = [self.shares[name] for name in names]
        for _ in range(20):
            name = dice.choices(names, weights)[0]
            found = MOVES[name][0](space, settings, dice, reach)
            if found is not None and found != settings:
                return name, found
        return names[0], settings

    def learn(self, name: str, improved: bool) -> None:
        """Credit a move by whether its plan was better."""
        begun = MOVES[name][1]
        self.shares[name] += 0.02 * ((4 * begun if improved else 0.25 * begun) - self.shares[name])


def connected_block(space: Space, dice: random.Random, *, largest: int) -> list[int]:
    """A random connected set of up to `largest` sites."""
    block = [dice.randrange(len(space.sites))]
    for _ in range(dice.randrange(max(1, largest))):
        rim = sorted({other for at in block for other in space.near[at]} - set(block))
        if not rim:
            break
        block.append(dice.choice(rim))
    return block


def recycled(space: Space, settings: Settings, cycles_s: dict[int, int]) -> Settings | None:
    """Sites at new cycles: greens above the minima and offsets in proportion."""
    new: dict[int, Setting | None] = {}
    for at, wished in cycles_s.items():
        site, old = space.sites[at], settings[at]
        least = max(site.least_cycle_s, site.orders[old.order].least_cycle_s)
        cycle = min(site.most_cycle_s, max(least, wished))
        offset = round(old.offset_s * cycle / site.cycle_s(old))
        new[at] = _fitted(space, at, old.order, old.greens_s, cycle, offset)
    return _with(settings, new)


def crossed(
    space: Space, settings: Settings, other: Settings, dice: random.Random
) -> Settings | None:
    """A connected block of another plan put into this one, at this one's cycles."""
    block = connected_block(space, dice, largest=max(1, len(space.sites) - 1))
    mixed = list(settings)
    for at in block:
        mixed[at] = other[at]
    cycles = space.cycles_s(settings)
    return recycled(space, tuple(mixed), {at: cycles[at] for at in block})


def scattered(space: Space, settings: Settings, dice: random.Random) -> Settings:
    """A random plan: a random common cycle a part, random offsets, greens around the given ones."""
    result = settings
    for part in space.parts:
        if not part:
            continue
        low = max(space.sites[at].least_cycle_s for at in part)
        high = min(space.sites[at].most_cycle_s for at in part)
        # Short cycles are likelier: long ones are seldom worth their waiting.
        cycle = round(low + (max(low, high) - low) * dice.random() ** 1.5)
        result = recycled(space, result, dict.fromkeys(part, cycle)) or result
    new: dict[int, Setting | None] = {}
    for at, old in enumerate(result):
        cycle = space.sites[at].cycle_s(old)
        wanted = [green * math.exp(dice.gauss(0.0, 0.4)) for green in old.greens_s]
        new[at] = _fitted(space, at, old.order, wanted, cycle, dice.randrange(cycle))
    return _with(result, new) or result


def merged(settings: Settings, better: Sequence[Settings]) -> Settings:
    """All changes of several plans that differ from `settings` at different sites."""
    result = list(settings)
    for plan in better:
        for at, (old, new) in enumerate(zip(settings, plan, strict=True)):
            if new != old and result[at] == old:
                result[at] = new
    return tuple(result)


def _fitted(
    space: Space, at: int, order: int, wanted: Sequence[float], cycle_s: int, offset_s: int
) -> Setting | None:
    return space.sites[at].fitted(order, wanted, cycle_s, offset_s)


def _with(settings: Settings, new: dict[int, Setting | None]) -> Settings | None:
    """Settings with some replaced; None if one of them cannot be."""
    result = list(settings)
    for at, setting in new.items():
        if setting is None:
            return None
        result[at] = setting
    return tuple(result)


def _shifted(space: Space, settings: Settings, block: Sequence[int], seconds: int) -> Settings:
    result = list(settings)
    for at in block:
        old = settings[at]
        cycle = space.sites[at].cycle_s(old)
        result[at] = Setting(old.order, old.greens_s, (old.offset_s + seconds) % cycle)
    return tuple(result)


def _size(dice: random.Random, reach: int) -> int:
    return dice.choice(STEPS_S[: max(LEAST_STEPS, reach)])


def _signed(dice: random.Random, reach: int) -> int:
    return _size(dice, reach) * dice.choice((-1, 1))
