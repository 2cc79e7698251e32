"""Many-start search: chains of moves side by side, the weaker ones dropped, the stronger ones crossed.

Every chain is a simulated annealing (S. Kirkpatrick et al., Science 220, 1983) whose proposals are
evaluated in batches; chains drop out by successive halving. All choices follow from counts of
evaluations and from the seed, never from the clock, which may only end the search early.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from signalopt.optimize.evaluation import OUT, Evaluator
from signalopt.optimize.moves import STEPS_S, MoveChoice, crossed, merged, scattered
from signalopt.optimize.variables import Settings, Space

BATCH = 24
"""Proposals evaluated together: enough to keep several threads busy."""
HALVINGS = (0.12, 0.3, 0.55, 0.8)
"""Progress of the search at which half of the chains leave (the last one always stays)."""
WARMEST = 0.004
"""Temperature at the start as a share of the cost: what a chain gives up to get out of a hollow."""
SLACK = 0.02
"""How much worse than its chain a proposal may be on the first draw to be run on the others."""
CROSSINGS = 0.12
MOST_CHAINS = 16
MOST_IDLE = 20
"""Batches in a row without a plan that is new."""

Watch = Callable[[int, float], bool]
"""Told how much work is done and the best cost so far; True ends the search."""


@dataclass
class Chain:
    """One start and what became of it."""

    label: str
    current: Settings
    cost: float
    best: Settings
    best_cost: float
    choice: MoveChoice
    pending: list[Settings] = field(default_factory=list)


@dataclass(frozen=True)
class Found:
    """The end of a search: the chains that were left, best first, and whether it was ended early."""

    chains: tuple[Chain, ...]
    ended_early: bool


def random_starts(space: Space, around: Settings, count: int, seed: int) -> list[Settings]:
    """Random plans with greens around those of a given one."""
    dice = random.Random(f"starts {seed}")
    return [scattered(space, around, dice) for _ in range(count)]


def search_many(
    evaluator: Evaluator,
    starts: Sequence[tuple[str, Settings]],
    work: int,
    seed: int,
    watch: Watch,
) -> Found:
    """Search from all starts with `work` runs of the queue model in total."""
    space, dice = evaluator.space, random.Random(f"chains {seed}")
    begun = evaluator.spent
    labels = {settings: label for label, settings in reversed(starts)}
    chains = [
        Chain(labels[s], s, cost, s, cost, MoveChoice.fresh(space))
        for s, cost in zip(labels, evaluator.costs(list(labels)), strict=True)
    ]
    chains = _best(chains, MOST_CHAINS)
    halved = idle = 0
    while (done := (evaluator.spent - begun) / max(1, work)) < 1:
        if watch(evaluator.spent - begun, chains[0].best_cost):
            return Found(tuple(chains), True)
        while halved < len(HALVINGS) and done >= HALVINGS[halved]:
            halved += 1
            chains = _best(chains, max(1, len(chains) // 2))
            for chain in chains:
                chain.current, chain.cost = chain.best, chain.best_cost
        before = evaluator.spent
        _round(evaluator, chains, done, dice)
        chains.sort(key=lambda c: c.best_cost)
        idle = idle + 1 if evaluator.spent == before else 0
        if idle == MOST_IDLE:
            break  # everything within reach is known
        if idle:
            chains[-1].pending.append(scattered(space, chains[-1].best, dice))
    return Found(tuple(_best(chains, len(chains))), False)


def _round(evaluator: Evaluator, chains: Sequence[Chain], done: float, dice: random.Random) -> None:
    """One batch: every chain proposes, all are evaluated, every chain accepts or stays."""
    width = max(2, BATCH // len(chains))
    reach = max(1, math.ceil(len(STEPS_S) * (1 - done)))
    proposals: list[tuple[Chain, str, Settings]] = []
    for chain in chains:
        proposals += [
            (chain, *proposal)
            for proposal in _proposals(evaluator, chain, chains, width, reach, dice)
        ]
    warmth = WARMEST * (1 - done) ** 2
    costs = evaluator.costs(
        [settings for _, _, settings in proposals],
        [
            evaluator.first_cost(c.current) * (1 + SLACK * (1 - done) + warmth)
            for c, _, _ in proposals
        ],
    )
    for chain in chains:
        own = [
            (cost, name, settings)
            for (owner, name, settings), cost in zip(proposals, costs, strict=True)
            if owner is chain
        ]
        for cost, name, _ in own:
            if name:
                chain.choice.learn(name, cost < chain.cost)
        better = [settings for cost, _, settings in sorted(own, key=_by_cost) if cost < chain.cost]
        cost, _, settings = min(own, key=_by_cost)
        if len(better) > 1:
            joined = merged(chain.current, better)
            if joined not in better:
                chain.pending.append(joined)
        if cost < OUT and cost - chain.cost <= warmth * chain.cost * dice.expovariate(1.0):
            chain.current, chain.cost = settings, cost
        if cost < chain.best_cost:
            chain.best, chain.best_cost = settings, cost


def _proposals(
    evaluator: Evaluator,
    chain: Chain,
    chains: Sequence[Chain],
    width: int,
    reach: int,
    dice: random.Random,
) -> list[tuple[str, Settings]]:
    """Plans to try: joined improvements of the last batch, crossings, moves (with the name to credit)."""
    found = [("", settings) for settings in chain.pending]
    chain.pending = []
    space = evaluator.space
    while len(found) < width:
        others = [c for c in chains if c is not chain and c.best != chain.current]
        if others and dice.random() < CROSSINGS:
            child = crossed(space, chain.current, dice.choice(others).best, dice)
            if child is not None and child != chain.current:
                found.append(("", child))
                continue
        name, settings = chain.choice.draw(space, chain.current, dice, reach)
        if dice.random() < 0.25:  # two changes that only pay together
            _, settings = chain.choice.draw(space, settings, dice, reach)
        found.append((name, settings))
    return found


def _best(chains: list[Chain], count: int) -> list[Chain]:
    """The best chains, one a plan: two that met are one."""
    kept: dict[Settings, Chain] = {}
    for chain in sorted(chains, key=lambda c: c.best_cost):
        kept.setdefault(chain.best, chain)
    return list(kept.values())[:count]


def _by_cost(entry: tuple[float, str, Settings]) -> float:
    return entry[0]
