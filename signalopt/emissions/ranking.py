"""Which intersections emit most soot, how sure that is, and where the next air sensor should stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from signalopt.emissions.band import Band
from signalopt.emissions.factors import BAND, DRAWS, SEED, Floats
from signalopt.errors import InputError, Problem

CONTENDER = 0.10
"""An intersection with at least this chance of being the first is named as a contender."""


@dataclass(frozen=True, slots=True)
class RankedIntersection:
    """Soot of an intersection and the ranks that it takes in 95 % of the draws (1 is the most)."""

    id: str
    soot: Band
    rank: int
    rank_low: int
    rank_high: int
    first_chance: float


@dataclass(frozen=True, slots=True)
class SensorAnswer:
    """Where the next sensor should stand: the first, its chance of being it, and who else may be."""

    intersection: str
    chance: float
    contenders: tuple[str, ...]


def rank_intersections(
    soot: Mapping[str, Sequence[float]],
    factors: Mapping[str, Floats] | None = None,
    *,
    seed: int = SEED,
) -> tuple[RankedIntersection, ...]:
    """Ranking by mean soot, most first.

    soot: per intersection one value a seed, the seeds in the same order for all (they are drawn
    again together, so that what all intersections share does not blur the ranks).
    factors: per intersection draws of soot over its central value (`EmissionResult.draws`), all of
    one length; without them only the seeds make the ranks uncertain.
    Raises InputError if there is nothing to rank or numbers are missing, negative or not numbers.
    """
    names = _checked(soot, factors)
    values = np.array([soot[name] for name in names], dtype=float)
    draws = DRAWS if factors is None else len(next(iter(factors.values())))
    seeds = values.shape[1]
    chosen = np.random.default_rng(seed).integers(0, seeds, size=(draws, seeds))
    drawn = values[:, chosen].mean(axis=2)
    if factors is not None:
        drawn = drawn * np.array([factors[name] for name in names])
    ranks = 1 + np.argsort(np.argsort(-drawn, axis=0, kind="stable"), axis=0)
    tail = (1 - BAND) / 2
    means = values.mean(axis=1)
    order = np.argsort(-means, kind="stable")
    return tuple(
        RankedIntersection(
            id=names[i],
            soot=Band.of(float(means[i]), drawn[i]),
            rank=place,
            rank_low=int(np.quantile(ranks[i], tail, method="lower")),
            rank_high=int(np.quantile(ranks[i], 1 - tail, method="higher")),
            first_chance=float(np.mean(ranks[i] == 1)),
        )
        for place, i in enumerate(order, start=1)
    )


def next_sensor(ranking: Sequence[RankedIntersection]) -> SensorAnswer:
    """The answer to "where should the next air sensor stand": the surest first place."""
    best = max(ranking, key=lambda r: (r.first_chance, -r.rank))
    others = [r for r in ranking if r is not best and r.first_chance >= CONTENDER]
    return SensorAnswer(best.id, best.first_chance, tuple(r.id for r in others))


def _checked(
    soot: Mapping[str, Sequence[float]], factors: Mapping[str, Floats] | None
) -> list[str]:
    names = list(soot)
    expected = "soot of at least one intersection and one seed"
    if not names or not len(soot[names[0]]):
        raise InputError(Problem("ranking", "nothing to rank", expected))
    seeds = len(soot[names[0]])
    problems = []
    for name in names:
        row = np.asarray(soot[name], dtype=float)
        if len(row) != seeds or not np.isfinite(row).all() or (row < 0).any():
            found = f"values {', '.join(f'{v:g}' for v in row)}"
            problems.append(Problem(f"ranking: {name}", found, f"{seeds} numbers from 0 on"))
        if factors is not None and name not in factors:
            problems.append(Problem(f"ranking: {name}", "no draws", "draws for every intersection"))
    if problems:
        raise InputError(*problems)
    return names
