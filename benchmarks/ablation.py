"""What each stage of the optimiser adds: its plan, stage by stage, in SUMO on the same seeds.

Stages: today's plan, Webster alone (own cycles, offsets 0), Webster's splits with coordinated offsets, the
coordination with splits and stage orders (CP-SAT), the best plan of the search on the queue model, and the
whole job, which goes on with a race, a search in SUMO and a confirmation. Each is compared with today's
plan and with the stage before it, seed by seed, with 95 % intervals. `spent` is the wall time to get there.
No stage has seen the seeds that count.

    python -m benchmarks.ablation [CASE] [--budget 60] [--seeds 10] [--workers 2] [--json FILE]

A CASE is a scenario or a public case (`cologne1`, `cologne1@amber3`: see quality_cases).
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.quality_cases import BenchCase, bench_case
from benchmarks.quality_methods import webster_alone
from signalopt.errors import SimulationError
from signalopt.files import write_text
from signalopt.mesosim.evaluate import evaluate
from signalopt.mesosim.model import prepare
from signalopt.microsim.result import SimulationResult
from signalopt.microsim.simulate import simulate
from signalopt.microsim.statistics import Estimate, paired_change
from signalopt.optimize.budget import Clock, search_work
from signalopt.optimize.candidates import Candidate
from signalopt.optimize.case_flows import case_flows
from signalopt.optimize.coordinate import SolverLimits
from signalopt.optimize.deep_search import best_so_far, search_deep, search_space
from signalopt.optimize.demand_draws import USUAL
from signalopt.optimize.evaluation import Evaluator
from signalopt.optimize.flows import CaseFlows
from signalopt.optimize.job import SOLVER_SHARE, optimize
from signalopt.optimize.meso_costs import meso_cost_of, meso_today
from signalopt.optimize.objective import find_objective
from signalopt.optimize.search import WEBSTER, find_candidates, held_programs, unsafe
from signalopt.optimize.streams import trip_times_s
from signalopt.scenario.case import Case
from signalopt.timing.plan import Plan

SEARCH_ENDS_SHARE = 0.6
"""Share of the budget after which the search on the queue model is ended on a slow machine."""
_SOLVES = 10
_SHOWN = ("delay_s", "stops", "co2_g", "unfinished", "not_inserted")


@dataclass(frozen=True)
class Stage:
    """A plan of one stage, the wall seconds to get there, and what is to say about it."""

    name: str
    plan: Plan
    spent_s: float
    note: str = ""


@dataclass(frozen=True)
class Row:
    """A stage in SUMO. against_*: relative change of delay; None for the first stage."""

    stage: Stage
    result: SimulationResult
    against_today: Estimate | None
    against_previous: Estimate | None
    new_findings: int

    def plain(self) -> dict[str, object]:
        """The row as JSON wants it."""
        means: dict[str, object] = {name: self.result.mean(name) for name in _SHOWN}
        return means | {
            "stage": self.stage.name,
            "note": self.stage.note,
            "spent_s": round(self.stage.spent_s, 2),
            "against_today": _estimate(self.against_today),
            "against_previous": _estimate(self.against_previous),
            "new_findings": self.new_findings,
            "delay_by_seed": {str(s): v for s, v in self.result.values("delay_s").items()},
        }


def stages(case: Case, budget_s: float, workers: int) -> list[Stage]:
    """All stages of a case, each from what the one before it left; the last is the job on its own.

    Raises what `optimize` raises, and SimulationError if no stage's plan is safe.
    """
    begun = time.monotonic()
    alone = webster_alone(case, budget_s, workers, Path()).plan
    assert alone is not None
    found = [
        Stage("today", case.today, 0.0),
        Stage("Webster alone", alone, time.monotonic() - begun),
    ]
    begun = time.monotonic()
    clock, flows = Clock(budget_s, workers), case_flows(case)
    candidates, webster_s = _candidates(case, flows, budget_s)
    webster = next((c for c in candidates if c.label == WEBSTER), None)
    if webster is not None:
        found.append(Stage("Webster + offsets", webster.plan, webster_s))
    if not candidates:
        raise SimulationError(f"{case.name}: no plan of the coordination is safe")
    best = min(candidates, key=lambda c: c.modelled_cost)
    note = f"{best.label}, gap {100 * best.gap:.1f} %"
    found.append(Stage("CP-SAT", best.plan, time.monotonic() - begun, note))
    plan, note = _searched(case, flows, candidates, clock)
    found.append(Stage("search on the queue model", plan, time.monotonic() - begun, note))
    job = optimize(case, budget_s=budget_s, workers=workers)
    note = f"{job.winner.label}, {job.verdict.name.lower()}"
    note += ", cut by the clock" if job.cut_short else ""
    found.append(Stage("whole job", job.plan, job.wall_s, note))
    return found


def _candidates(case: Case, flows: CaseFlows, budget_s: float) -> tuple[list[Candidate], float]:
    """All candidates with the job's effort, and the seconds until Webster's, the first of them, was there."""
    share = budget_s * SOLVER_SHARE / _SOLVES
    limits = SolverLimits(share, max(2.0, 4 * share))
    found: list[Candidate] = []
    begun, first_s = time.monotonic(), [0.0]

    def not_enough() -> bool:
        first_s[0] = first_s[0] or time.monotonic() - begun
        return False

    find_candidates(case, flows, "delay", limits, found, enough=not_enough)
    return found, first_s[0]


def _searched(
    case: Case, flows: CaseFlows, candidates: Sequence[Candidate], clock: Clock
) -> tuple[Plan, str]:
    """The best safe plan by the queue model after as much search as the job plans."""
    model = prepare(case)
    evaluate(model, [case.today])
    trips = trip_times_s(case.network, case.route_files)
    work = search_work(clock.budget_s, clock.workers, len(trips), sum(trips) / max(1, len(trips)))
    objective = meso_today(model, find_objective("delay"), case.today)
    space = search_space(case, flows, held_programs(case), [c.plan for c in candidates])
    cost_of = meso_cost_of(model, objective, USUAL.draws, clock.workers)
    evaluator = Evaluator(space, USUAL, cost_of)
    ends_s = max(SEARCH_ENDS_SHARE * clock.budget_s, clock.used_s + 1.0)
    searched = search_deep(evaluator, candidates, work, 1, clock, ends_s)
    best = best_so_far(evaluator, lambda plan: not unsafe(case, plan))
    if best is None:
        raise SimulationError(f"{case.name}: no plan of the search is safe")
    cut = " (cut by the clock)" if searched.ended_early or searched.slower > 1 else ""
    return best.plan, f"{evaluator.spent} runs of the queue model{cut}"


def measured(bench: BenchCase, made: Sequence[Stage], workers: int) -> list[Row]:
    """Every stage's plan on the case's seeds, equal plans run once, compared pairwise."""
    known: dict[object, SimulationResult] = {}
    rows: list[Row] = []
    for stage in made:
        key = stage.plan.intersections
        if key not in known:
            known[key] = simulate(bench.judged, stage.plan, bench.seeds, workers=workers)
        result = known[key]
        rows.append(
            Row(
                stage,
                result,
                relative(rows[0].result, result) if rows else None,
                relative(rows[-1].result, result) if rows else None,
                len(unsafe(bench.case, stage.plan)),
            )
        )
    return rows


def relative(before: SimulationResult, after: SimulationResult) -> Estimate | None:
    """Paired relative change of delay over the seeds that both finished; None without one."""
    old, new = before.values("delay_s"), after.values("delay_s")
    seeds = [seed for seed in old if seed in new]
    if not seeds:
        return None
    return paired_change([old[s] for s in seeds], [new[s] for s in seeds]).relative


def table(bench: BenchCase, rows: Sequence[Row], budget_s: float) -> Table:
    """The stages of one case."""
    made = Table(
        title=f"{bench.name}: what each stage adds ({bench.rules}; budget {budget_s:g} s,"
        f" {len(bench.seeds)} seeds)"
    )
    for title in (
        "stage", "spent s", "delay s/veh", "against today", "against the stage before", "stops",
        "CO2 g/veh-km", "unfinished", "never entered", "new findings", "note",
    ):  # fmt: skip
        made.add_column(title, overflow="fold")
    for row in rows:
        mean = row.result.mean
        made.add_row(
            row.stage.name, f"{row.stage.spent_s:.1f}", f"{mean('delay_s'):.1f}",
            percent(row.against_today), percent(row.against_previous), f"{mean('stops'):.2f}",
            f"{mean('co2_g'):.1f}", f"{mean('unfinished'):g}", f"{mean('not_inserted'):g}",
            str(row.new_findings), row.stage.note,
        )  # fmt: skip
    return made


def percent(change: Estimate | None) -> str:
    """A relative change with its interval, `-12.3 % [-15.0, -9.6]`."""
    if change is None:
        return ""
    text = f"{100 * change.mean:+.1f} %"
    if change.low is None or change.high is None:
        return text
    return f"{text} [{100 * change.low:+.1f}, {100 * change.high:+.1f}]"


def _estimate(change: Estimate | None) -> dict[str, object] | None:
    return None if change is None else {"mean": change.mean, "ci95": change.ci95}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("case", nargs="?", default="smoke")
    parser.add_argument("--budget", type=float, default=60.0, help="seconds of the whole job")
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    bench = bench_case(options.case, options.seeds)
    rows = measured(bench, stages(bench.case, options.budget, options.workers), options.workers)
    Console(width=None if Console().is_terminal else 180).print(table(bench, rows, options.budget))
    if options.json:
        whole = {
            "case": bench.name,
            "rules": bench.rules,
            "budget_s": options.budget,
            "workers": options.workers,
            "seeds": list(bench.seeds),
            "stages": [row.plain() for row in rows],
        }
        write_text(options.json, json.dumps(whole, indent=2) + "\n")


if __name__ == "__main__":
    main()
