"""Fit the queue model's few factors to a handful of SUMO runs of a case.

Physics alone orders plans nearly as well; what a fit mends is the level (total delay). Two factors that
act differently are free: the headway of queues (capacity) and the drag of uneven driving (what everybody
loses everywhere). Each is pulled to its physical value, so that few runs cannot bend the model, and the
fit is kept only if it also predicts runs that it has not seen.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.stats import spearmanr

import signalopt
from signalopt.assets import cache_folder
from signalopt.errors import InputError, OutputError, SimulationError
from signalopt.files import read_text, write_text
from signalopt.mesosim.calibration import Calibration
from signalopt.mesosim.evaluate import evaluate
from signalopt.mesosim.model import MesoModel, driving_records, prepare
from signalopt.mesosim.variations import varied_plans
from signalopt.microsim.simulate import simulate
from signalopt.network.tools import sumo_version
from signalopt.progress import Listener, Progress, ignore
from signalopt.scenario.case import Case
from signalopt.timing.plan import Plan
from signalopt.timing.planfile import plan_hash

VERSION = 1
FIRST_SEED = 3001
"""Seeds of the fit; selection and final comparison use others (see docs/optimisation.md)."""
LEAST_RUNS = 3
SIMULATED_SHARE = 0.7
"""Share of a budget in which SUMO runs are still started; the fit needs the rest."""
HEAVY = 3.0
"""A plan with this many times the least delay is out: its delay depends on the seed more than on factors."""
EVALUATIONS = 40
WORTH = 0.7
"""Error of left-out plans, relative to plain physics, from which on a fit is believed (estimated)."""

Vector = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Free:
    """A factor that is fitted: physical value, how far it may reasonably be off, and its limits."""

    name: str
    usual: float
    spread: float
    low: float
    high: float


FREE = (
    Free("headway", 1.0, 0.04, 0.88, 1.12),
    Free("drag", 1.0, 0.4, 0.4, 1.8),
)
"""Few and stiff on purpose: wider spreads and a third factor (the start after green) fitted the plans that
were run and ordered others worse (measured on three public cases, see docs/agreement.md)."""
NOISE = 0.1
"""Relative error of a prediction that is as good as it gets: SUMO's own seeds (0.02 to 0.08) and what no
factor can mend, together (estimated)."""


@dataclass(frozen=True, slots=True)
class Observation:
    """What SUMO said about one plan: delay in s/veh."""

    plan: Plan
    delay_s: float


def calibrate(
    case: Case,
    model: MesoModel | None = None,
    *,
    runs: int = 6,
    workers: int = 1,
    seed: int = 0,
    budget_s: float | None = None,
    listener: Listener = ignore,
) -> Calibration:
    """Factors for a case: SUMO runs of today's plan and of variations of it, then a robust fit.

    model: one that is already prepared. runs: SUMO runs, one a plan. budget_s: wall seconds; no run is
    started after 70 % of them. Kept in the cache for the same case, runs, seed and versions. With fewer
    than `LEAST_RUNS` useful runs, or if the fit is not worth it (see `fit`), the result is
    `Calibration()`. Raises ValueError for runs < 0.
    """
    if runs < 0:
        raise ValueError(f"runs {runs}: none or more")
    if runs < LEAST_RUNS:
        return Calibration()
    path = _path(case, runs, seed)
    known = _read(path)
    if known is not None:
        return known
    base = model if model is not None else prepare(case, listener=listener)
    began = time.monotonic()
    seen = observe(case, runs, workers, seed, budget_s, listener)
    found = fit(base, seen, workers=workers)
    if len(seen) == runs:  # cut short: another time there may be more
        with suppress(OutputError):  # a cache that cannot be written costs time, not the result
            write_text(path, found.to_json() + "\n")
    taken = f"{len(seen)} runs, {time.monotonic() - began:.0f} s"
    listener(Progress("calibrate", runs, runs, taken))
    return found


def observe(
    case: Case,
    runs: int,
    workers: int,
    seed: int,
    budget_s: float | None,
    listener: Listener = ignore,
) -> tuple[Observation, ...]:
    """Run SUMO once on each of `runs` plans; those that fail, jam or come too late are left out."""
    end = None if budget_s is None else time.monotonic() + SIMULATED_SHARE * budget_s
    plans = varied_plans(case, runs, seed)

    def work(job: tuple[int, Plan]) -> Observation | None:
        number, plan = job
        left = None if end is None else end - time.monotonic()
        if left is not None and left <= 0:
            return None
        try:
            result = simulate(case, plan, [FIRST_SEED + seed + number], workers=1, timeout_s=left)
        except SimulationError:
            return None
        listener(Progress("calibrate", number + 1, runs, plan.name))
        return Observation(plan, result.mean("delay_s")) if result.complete else None

    with ThreadPoolExecutor(max(1, workers)) as pool:
        found = [seen for seen in pool.map(work, enumerate(plans)) if seen is not None]
    return tuple(found)


def fit(model: MesoModel, seen: Sequence[Observation], *, workers: int = 1) -> Calibration:
    """The factors that explain the observations best, if they also explain those that were left out.

    Kept only if the error of left-out plans falls to `WORTH` of that of plain physics and the plans are
    ordered no worse: the model is there to order plans, its level is a second matter.
    """
    if not seen:
        return Calibration()
    least = min(o.delay_s for o in seen)
    useful = [o for o in seen if o.delay_s <= HEAVY * least]
    if len(useful) < LEAST_RUNS:
        return Calibration()
    halves = (useful[0::2], useful[1::2])
    usual = np.array([free.usual for free in FREE])
    real = np.array([o.delay_s for o in useful])
    plain = _delays(model, usual, useful, workers)
    blind = sum(
        _loss(_delays(model, _fitted(model, mine, workers), other, workers), other)
        for mine, other in (halves, halves[::-1])
    )
    found = _fitted(model, useful, workers)
    order = _order(_delays(model, found, useful, workers), real)
    if blind >= WORTH * _loss(plain, useful) or order < _order(plain, real):
        return Calibration()
    return _named(found)


def _fitted(model: MesoModel, seen: Sequence[Observation], workers: int) -> Vector:
    """Least robust loss with the pull to the usual values (simplex search: the model has steps)."""
    usual = np.array([free.usual for free in FREE])
    spread = np.array([free.spread for free in FREE])
    bounds = [((f.low - f.usual) / f.spread, (f.high - f.usual) / f.spread) for f in FREE]

    def cost(scaled: Vector) -> float:
        pull = 0.5 * float(scaled @ scaled)
        return _loss(_delays(model, usual + spread * scaled, seen, workers), seen) + pull

    start = np.vstack([np.zeros(len(FREE)), 0.7 * np.eye(len(FREE))])
    answer = minimize(
        cost, start[0], method="Nelder-Mead", bounds=bounds,
        options={"maxfev": EVALUATIONS, "initial_simplex": start, "xatol": 0.02, "fatol": 0.02},
    )  # fmt: skip
    return np.asarray(usual + spread * answer.x, np.float64)


def _delays(model: MesoModel, factors: Vector, seen: Sequence[Observation], workers: int) -> Vector:
    chosen = _named(factors)
    types = driving_records(model.fleet_index.types, chosen)  # all free factors act on these
    tried = replace(model, calibration=chosen, types=types)
    return evaluate(tried, [o.plan for o in seen], workers=workers).measure("delay_s")[:, 0]


def _loss(delays_s: Vector, seen: Sequence[Observation]) -> float:
    """Sum of Huber's function of the relative errors in units of `NOISE` (linear beyond two)."""
    real = np.array([o.delay_s for o in seen])
    error = np.abs(np.log(np.maximum(delays_s, 0.01) / np.maximum(real, 0.01))) / NOISE
    return float(np.where(error <= 2, 0.5 * error**2, 2 * error - 2).sum())


def _order(delays_s: Vector, real_s: Vector) -> float:
    """Rank correlation, 0 where one side does not vary."""
    if np.ptp(delays_s) == 0 or np.ptp(real_s) == 0:
        return 0.0
    return float(spearmanr(delays_s, real_s).statistic)


def _named(factors: Vector) -> Calibration:
    values = {free.name: float(value) for free, value in zip(FREE, factors, strict=True)}
    return replace(Calibration(), **values)


def _path(case: Case, runs: int, seed: int) -> Path:
    facts = (
        VERSION, signalopt.__version__, sumo_version(), case.fingerprint, plan_hash(case.today), runs,
        seed, Calibration().to_json(), [repr(free) for free in FREE],
    )  # fmt: skip
    key = hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:20]
    return cache_folder() / "calibration" / f"{case.name}-{key}.json"


def _read(path: Path) -> Calibration | None:
    if not path.is_file():
        return None
    try:
        return Calibration.from_json(read_text(path, "a calibration"), str(path))
    except InputError:
        return None  # broken: made again
