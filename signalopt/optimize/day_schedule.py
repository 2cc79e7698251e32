"""The schedule job: break points from the day's demand, a plan for each, switch seconds, all proved safe."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from signalopt.errors import InputError, Problem, UnsafePlanError
from signalopt.mesosim.evaluate import evaluate
from signalopt.mesosim.model import prepare
from signalopt.microsim.batch import available_cores
from signalopt.network.model import Network
from signalopt.optimize.break_points import Choice, DayCosts, best_sequence, choose_plans
from signalopt.optimize.budget import Clock
from signalopt.optimize.cycle_agreement import agreeing
from signalopt.optimize.day_case import hour_case
from signalopt.optimize.day_costs import (
    INTERVAL_S,
    candidate_hours,
    day_costs,
    worth_of_a_plan_h,
)
from signalopt.optimize.day_demand import DayDemand
from signalopt.optimize.job import optimize
from signalopt.optimize.schedule_result import PlannedHour, ScheduleResult
from signalopt.optimize.search import held_programs, unsafe
from signalopt.progress import Listener, Progress, ignore
from signalopt.scenario.case import Case
from signalopt.timing.day_calendar import ASTANA_TIME
from signalopt.timing.findings import new_findings
from signalopt.timing.plan import Plan
from signalopt.timing.safety import judge_plan
from signalopt.timing.schedule import DAY_S, DayType, Period, Schedule
from signalopt.timing.schedule_checks import checked, clock_text
from signalopt.timing.schedule_switches import schedule_findings, with_switch_points

LEAST_PERIOD_S = 3600
AGREEMENT_LOSS = 0.01
"""A plan takes over its neighbour's almost equal cycle if that costs it no more than this share of delay."""
PLANS_SHARE = 0.9
"""Share of the budget left after the break points that goes to the plans."""
LEAST_PLAN_S = 5.0
"""Each plan gets at least so many seconds, even where the break points have used up the budget."""
NIGHT_LEVEL = 0.35  # below this share of the busiest hour a plan is called one for the night


def make_schedule(
    name: str,
    days: Sequence[DayDemand],
    *,
    objective: str = "delay",
    budget_s: float = 600.0,
    workers: int = 0,
    seed: int = 1,
    most_plans: int = 4,
    breaks_s: Sequence[int] = (),
    time_zone: str = ASTANA_TIME,
    listener: Listener = ignore,
) -> ScheduleResult:
    """Find plans and their times for the traffic of whole days, and prove plans and transitions safe.

    breaks_s: times of day at which the commonest day type changes plans whatever it is worth; empty:
    found from the demand. budget_s is wall-clock time for all; no plan gets less than its share of what
    the break points leave. Raises InputError, UnsafePlanError as `optimize.job.optimize` does.
    """
    _check(budget_s, most_plans, breaks_s)
    clock = Clock(budget_s, workers or available_cores())
    usual = max(days, key=lambda day: day.weight)
    case = usual.own.case
    network = case.network
    candidates = candidate_hours(network, days, held_programs(case), _told("hours", listener))
    costs = day_costs(network, days, candidates, _told("costs over the day", listener))
    worth_h = worth_of_a_plan_h(costs)
    least = LEAST_PERIOD_S // INTERVAL_S
    choice = choose_plans(costs, plan_cost=worth_h, least_intervals=least, most_plans=most_plans)
    one = choose_plans(costs, plan_cost=worth_h, least_intervals=least, most_plans=1)
    remarks: list[str] = []
    if breaks_s:
        choice = _forced(costs, usual.name, breaks_s)
    elif len(choice.plans) == 1:
        remarks.append("one plan serves all day: by the model no second plan is worth its switches")
    planned = _optimised(days, choice, clock, objective, seed, listener)
    names = dict(zip(choice.plans, (p.name for p in planned), strict=True))
    plans = {p.name: replace(p.result.plan, name=p.name) for p in planned}
    cases = {p.name: p.case for p in planned}
    sequences = {day: tuple(names[k] for k in row) for day, row in choice.days.items()}
    remarks += _agree(network, plans, cases, sequences[usual.name])
    day_types = tuple(
        DayType(day.name, _periods(sequences[day.name]), day.calendar) for day in days
    )
    bare = Schedule(
        name, network.fingerprint, tuple(plans.values()), day_types, time_zone=time_zone,
        provenance=(
            ("objective", objective), ("seed", str(seed)), ("budget_s", f"{budget_s:g}"),
            ("scenarios", " ".join(dict.fromkeys(a.scenario.name for d in days for a, _ in d.anchors))),
        ),
    )  # fmt: skip
    listener(Progress("schedule", 0, 1, "switch seconds"))
    schedule = with_switch_points(checked(bare), network.layouts)
    listener(Progress("schedule", 1, 1))
    refuse_unsafe(case, schedule)
    return ScheduleResult(
        schedule, tuple(days), planned, one.total - worth_h,
        choice.total - worth_h * len(choice.plans), tuple(remarks),
    )  # fmt: skip


def _check(budget_s: float, most_plans: int, breaks_s: Sequence[int]) -> None:
    problems = []
    if not budget_s > 0:
        problems.append(Problem("budget", f"{budget_s} s", "more than 0 seconds"))
    if most_plans < 1:
        problems.append(Problem("plans", str(most_plans), "1 or more"))
    for second in breaks_s:
        if not 0 <= second < DAY_S or second % INTERVAL_S:
            expected = "a full or half hour of the day"
            problems.append(Problem("breaks", clock_text(second), expected))
    if len(set(breaks_s)) < len(breaks_s) or len(breaks_s) == 1:
        found = ", ".join(clock_text(second) for second in breaks_s)
        problems.append(Problem("breaks", found, "two or more different times of day"))
    if problems:
        raise InputError(*problems)


def _told(task: str, listener: Listener) -> Callable[[int, int], None]:
    return lambda done, total: listener(Progress(f"schedule: {task}", done, total))


def _forced(costs: Mapping[str, DayCosts], usual: str, breaks_s: Sequence[int]) -> Choice:
    """The given times on the commonest day type; other day types run the cheapest of its plans."""
    starts = sorted(second // INTERVAL_S for second in breaks_s)
    count = DAY_S // INTERVAL_S
    row = tuple(
        max((n for n, start in enumerate(starts) if start <= at), default=len(starts) - 1)
        for at in range(count)
    )
    own = costs[usual].costs
    stand_ins = [
        int(own[:, [at for at in range(count) if row[at] == n]].sum(axis=1).argmin())
        for n in range(len(starts))
    ]
    days, total = {}, 0.0
    for name, day in costs.items():
        known = replace(day, costs=day.costs[stand_ins])
        cost, days[name] = best_sequence(
            known, range(len(starts)), row[0], LEAST_PERIOD_S // INTERVAL_S
        )
        if name == usual:
            days[name] = row
            changes = [at for at in range(1, count) if row[at] != row[at - 1]]
            cost = sum(known.costs[n, at] for at, n in enumerate(row))
            cost += sum(known.switch_cost[at] for at in changes)
        total += day.weight * float(cost)
    return Choice(tuple(range(len(starts))), days, total)


def _representative(days: Sequence[DayDemand], choice: Choice, plan: int) -> tuple[DayDemand, int]:
    """The hour that a plan is optimised for, on the commonest day type that runs it.

    A scenario's own hour if the plan runs then, else its busiest one.
    """
    day = max((d for d in days if plan in choice.days[d.name]), key=lambda d: d.weight)
    begins = [at * INTERVAL_S for at, k in enumerate(choice.days[day.name]) if k == plan]
    own = [
        anchor
        for anchor, factor in day.anchors
        if factor == 1 and any(b <= anchor.middle_s < b + INTERVAL_S for b in begins)
    ]
    if own:
        return day, max(own, key=lambda anchor: anchor.total_vph).middle_s
    middles = [begin_s + INTERVAL_S // 2 for begin_s in begins]
    return day, max(middles, key=day.total_vph)


def _optimised(
    days: Sequence[DayDemand],
    choice: Choice,
    clock: Clock,
    objective: str,
    seed: int,
    listener: Listener,
) -> tuple[PlannedHour, ...]:
    """One optimisation a plan, each with the same share of what is left of the budget."""
    share_s = (clock.budget_s - clock.used_s) * PLANS_SHARE / len(choice.plans)
    most = max(day.total_vph(s) for day in days for s in range(0, DAY_S, INTERVAL_S))
    found: list[PlannedHour] = []
    for plan in choice.plans:
        day, second = _representative(days, choice, plan)
        case, made_from = hour_case(day, second)
        result = optimize(
            case,
            objective=objective,
            budget_s=max(LEAST_PLAN_S, share_s),
            workers=clock.workers,
            seed=seed,
            listener=listener,
        )
        night = day.total_vph(second) < NIGHT_LEVEL * most
        label = next((a.label for a, _ in day.anchors if a.scenario.name == made_from), "")
        name = "night" if night else label or clock_text(second)[:5]
        taken = {p.name for p in found}
        number = next(n for n in range(1, 100) if _numbered(name, n) not in taken)
        found.append(
            PlannedHour(_numbered(name, number), case, day.name, second, made_from, result)
        )
        if result.interrupted:
            raise KeyboardInterrupt("no schedule was made")
    return tuple(found)


def _numbered(name: str, number: int) -> str:
    return name if number == 1 else f"{name} {number}"


def _agree(
    network: Network,
    plans: dict[str, Plan],
    cases: Mapping[str, Case],
    row: Sequence[str],
) -> Iterator[str]:
    """Give neighbours with almost equal cycles the same one where the queue model allows it; says so."""
    neighbours = dict.fromkeys(pair for pair in pairwise((*row, row[0])) if pair[0] != pair[1])
    settled: set[str] = set()
    for first, second in neighbours:
        for one, other in ((second, first), (first, second)):
            tried = agreeing(network.layouts, plans[one], plans[other])
            if one in settled or tried is None or unsafe(cases[one], tried):
                continue
            model = prepare(cases[one])
            delays = evaluate(model, [plans[one], tried]).measure("delay_s")[:, 0]
            if delays[1] <= delays[0] * (1 + AGREEMENT_LOSS):
                plans[one] = tried
                settled |= {one, other}
                yield (
                    f"plan `{one}` takes over the cycles of `{other}`: modelled delay "
                    f"{delays[0]:.1f} s before, {delays[1]:.1f} s after"
                )
                break


def _periods(row: Sequence[str]) -> tuple[Period, ...]:
    found: list[Period] = []
    for at, plan in enumerate(row):
        begin_s, end_s = at * INTERVAL_S, (at + 1) * INTERVAL_S
        if found and found[-1].plan == plan:
            found[-1] = replace(found[-1], end_s=end_s)
        else:
            found.append(Period(begin_s, end_s, plan))
    return tuple(found)


def refuse_unsafe(case: Case, schedule: Schedule) -> None:
    """Raise UnsafePlanError for findings of a schedule and its switches that today's plan lacks."""
    layouts = case.network.layouts
    known = judge_plan(layouts, case.today)
    found = new_findings(schedule_findings(schedule, layouts), known)
    if found:
        lines = "\n".join(str(finding) for finding in found)
        raise UnsafePlanError(f"schedule `{schedule.name}` is not safe:\n{lines}")
