"""CMA-ES on a continuous relaxation of a small case: greens, cycles and offsets as real seconds.

Every sample is rounded and fitted to the safe whole-second plans before it is evaluated. Method: N. Hansen,
The CMA evolution strategy, in Towards a New Evolutionary Computation, 2006; library `cma`.
"""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Sequence
from types import ModuleType

import numpy as np
from numpy.typing import NDArray

from signalopt.optimize.evaluation import Evaluator
from signalopt.optimize.evolution import Watch
from signalopt.optimize.variables import Settings, Space

MOST_VARIABLES = 40
"""Above this the covariance needs more evaluations than a budget holds; the moves do better."""
STEP_S = 6.0
LEAST_POPULATION = 12
_WORST = 1e12  # CMA-ES wants finite numbers; only the order counts


def variable_count(space: Space) -> int:
    """Real variables of the relaxation: cycles, greens and offsets."""
    greens = sum(len(site.orders[0].sequence) for site in space.sites)
    return greens + len(_zones(space, None)) + len(space.sites) - len(space.parts)


def _cma() -> ModuleType:
    """The library, without its complaint about a missing plotting package that it needs for nothing here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return importlib.import_module("cma")


def search_continuous(
    evaluator: Evaluator, start: Settings, work: int, seed: int, watch: Watch
) -> bool:
    """Sample around a start with `work` runs of the queue model; what is found is in the evaluator.

    Stage orders and ratios of cycles stay those of the start. Returns whether the watch ended it early.
    """
    space, begun = evaluator.space, evaluator.spent
    origin = _encoded(space, start)
    dice = np.random.default_rng([seed, 7919])
    strategy = _cma().CMAEvolutionStrategy(
        origin,
        STEP_S,
        {
            "verbose": -9,
            "verb_log": 0,
            "verb_disp": 0,
            "seed": np.nan,  # leave the global generator alone
            "randn": lambda *shape: dice.standard_normal(shape),
            "popsize": max(LEAST_POPULATION, 4 + int(3 * np.log(len(origin)))),
            "tolfun": 0.0,
            "tolfunhist": 0.0,
            "tolx": 0.05,
        },
    )
    best = evaluator.costs([start])[0]
    while evaluator.spent - begun < work and not strategy.stop():
        if watch(evaluator.spent - begun, best):
            return True
        samples = strategy.ask()
        plans = [_decoded(space, start, np.asarray(sample)) for sample in samples]
        known = [plan for plan in plans if plan is not None]
        costs = dict(zip(known, evaluator.costs(known), strict=True)) if known else {}
        figures = [_WORST if plan is None else min(_WORST, costs[plan]) for plan in plans]
        strategy.tell(samples, figures)
        best = min([best, *figures])
    return False


def _zones(space: Space, start: Settings | None) -> list[list[int]]:
    """Sites that keep a common cycle: those of a part, by their cycle at the start."""
    zones = []
    for part in space.parts:
        if start is None:
            zones += [list(part)]
            continue
        by_cycle: dict[int, list[int]] = {}
        for at in part:
            by_cycle.setdefault(space.sites[at].cycle_s(start[at]), []).append(at)
        zones += [by_cycle[cycle] for cycle in sorted(by_cycle)]
    return [zone for zone in zones if zone]


def _encoded(space: Space, start: Settings) -> list[float]:
    """Cycles of the zones, then greens and (except for the first of a part) the offset of each site."""
    values = [float(space.sites[zone[0]].cycle_s(start[zone[0]])) for zone in _zones(space, start)]
    firsts = {part[0] for part in space.parts if part}
    for at, setting in enumerate(start):
        values += map(float, setting.greens_s)
        if at not in firsts:
            values.append(float(setting.offset_s))
    return values


def _decoded(space: Space, start: Settings, sample: NDArray[np.float64]) -> Settings | None:
    """The safe plan nearest to a sample; None where a site cannot run the cycle."""
    zones = _zones(space, start)
    cycle = {at: round(float(sample[n])) for n, zone in enumerate(zones) for at in zone}
    firsts = {part[0] for part in space.parts if part}
    position, result = len(zones), []
    for at, old in enumerate(start):
        count = len(old.greens_s)
        greens: Sequence[float] = np.maximum(0.5, sample[position : position + count]).tolist()
        position += count
        offset = old.offset_s
        if at not in firsts:
            offset = round(float(sample[position]))
            position += 1
        made = space.sites[at].fitted(old.order, greens, cycle[at], offset)
        if made is None:
            return None
        result.append(made)
    return tuple(result)
