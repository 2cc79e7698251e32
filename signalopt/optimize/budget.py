"""A wall-clock budget turned into counts of work, so that choices depend on counts and not on the clock.

The counts come from nominal costs of a SUMO run and of a run of the queue model (both from vehicles and
seconds of the case), equal on every machine. The clock is only a guard: where the machine proves slower than
nominal, work is left out and that is said.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field

from signalopt.scenario.case import Case

NOMINAL_UPDATES_PER_S = 150_000
"""Vehicle updates a second of one core with the outputs that we read, no emission device; two runs side by
side on an idle machine of 2025. Where it is too hopeful, fewer runs are planned (`slower_by`)."""
NOMINAL_START_S = 0.5
NOMINAL_MESO_UPDATES_PER_S = 15e6
"""Vehicle seconds that one core puts through the queue model in a second (see benchmarks)."""
SIMULATED_SHARE = 0.56
"""Share of the budget that is planned for runs in SUMO."""
LARGEST_SHARE = 0.8
"""... in budgets that would hold no confirmation otherwise: the search gives way."""
SEARCH_SHARE = 0.28
"""Share for the search on the queue model; the rest is for solving, calibrating, reading and being late."""
MOST_FINAL_SEEDS = 10
MOST_SPARE_SEEDS = 20
"""Final seeds where time is left for more than those planned."""
LEAST_SPARE_RUNS = 16
"""Fewer runs than this choose nothing better."""
SPARE_LATE_S = 1.0
"""Seconds kept free at the end for reading and judging."""
FINALS = ((3, 3), (3, 2), (2, 2))
"""(finalists, least seeds each), best first. Finalists: the choice, today's plan, then Webster's."""
FINAL_SHARE = 0.45
"""Share of the runs that go to the final comparison, where that is enough for the seeds wanted."""


PATIENCE = 4.0
"""A racing run may take this many nominal runs; a plan that jams the streets takes longer."""
LEAST_PATIENCE = 1.5
LIMIT_SHARE = 1 / 6
"""... but no single run may eat more of the budget than this, unless runs are nominally that long."""


@dataclass(frozen=True, slots=True)
class RunPlan:
    """How many runs go where. `final_seeds` 0: the budget holds no confirmation."""

    finalists: int
    final_seeds: int
    selection_runs: int


@dataclass
class Clock:
    """What is left of a wall-clock budget, and how long runs have really taken."""

    budget_s: float
    workers: int
    started: float = field(default_factory=time.monotonic)
    longest_run_s: float = 0.0

    @property
    def used_s(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self.started

    def allows(self, runs: int, batches: int = 1) -> bool:
        """Whether `batches` of `runs` runs, as long as the longest so far, end within the budget."""
        rounds = batches * -(-runs // max(1, self.workers))
        return self.used_s + rounds * self.longest_run_s <= self.budget_s

    def past(self, share: float) -> bool:
        """Whether this share of the budget is used up."""
        return self.used_s > share * self.budget_s


def nominal_run_s(case: Case, vehicles: int, mean_trip_s: float) -> float:
    """Seconds that one run of the case takes in SUMO by nominal speed."""
    updates = vehicles * mean_trip_s / case.step_length_s
    return NOMINAL_START_S + updates / NOMINAL_UPDATES_PER_S


def slower_by(measured_s: float, nominal_s: float) -> float:
    """How much slower than nominal runs are, in steps of a quarter: small differences change nothing."""
    return max(1.0, math.ceil(4 * measured_s / nominal_s - 0.2) / 4)


def search_work(budget_s: float, workers: int, vehicles: int, mean_trip_s: float) -> int:
    """Runs of the queue model that the search may spend, by nominal speed."""
    run_s = max(1e-5, vehicles * mean_trip_s / NOMINAL_MESO_UPDATES_PER_S)
    return int(budget_s * SEARCH_SHARE * max(1, workers) / run_s)


def run_limit_s(budget_s: float, run_s: float) -> float:
    """Seconds after which a racing run is given up: its plan has jammed the streets."""
    return max(LEAST_PATIENCE * run_s, min(PATIENCE * run_s, LIMIT_SHARE * budget_s))


def plan_runs(budget_s: float, workers: int, run_s: float) -> RunPlan:
    """Share the runs that fit between choosing and the final confirmation."""
    total = int(budget_s * SIMULATED_SHARE / run_s * max(1, workers))
    if total < FINALS[-1][0] * FINALS[-1][1]:
        total = int(budget_s * LARGEST_SHARE / run_s * max(1, workers))
    for finalists, least in FINALS:
        if total >= finalists * least:
            final = min(MOST_FINAL_SEEDS, max(least, int(total * FINAL_SHARE) // finalists))
            # A batch that is not full takes as long as a full one.
            full = -(-final // max(1, workers)) * max(1, workers)
            if full <= MOST_FINAL_SEEDS and full * finalists <= total:
                final = full
            return RunPlan(finalists, final, total - final * finalists)
    return RunPlan(0, 0, 0)


def spare_runs(clock: Clock, reserved: int) -> int:
    """Runs for which time is left, as a power of two, so that small differences change nothing.

    reserved: batches of runs that must fit in afterwards.
    """
    left_s = clock.budget_s - SPARE_LATE_S - clock.used_s - reserved * clock.longest_run_s
    runs = int(left_s / max(clock.longest_run_s, 1e-3)) * max(1, clock.workers)
    return 1 << (runs.bit_length() - 1) if runs > 0 else 0
