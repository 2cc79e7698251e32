"""Several hours of one network: a distilled plan for each, and a schedule that says which runs when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from signalopt.control.controller import Controller
from signalopt.control.distil import BUDGET_S, Distilled, distil
from signalopt.control.sensing import Sensing
from signalopt.control.settings import described
from signalopt.demand.day_profile import DayProfile
from signalopt.optimize.day_costs import INTERVAL_S
from signalopt.optimize.day_demand import Anchor, DayDemand, Given, day_demands
from signalopt.optimize.day_schedule import refuse_unsafe
from signalopt.progress import Listener, Progress, ignore
from signalopt.timing.schedule import DAY_S, DayType, Period, Schedule
from signalopt.timing.schedule_checks import checked
from signalopt.timing.schedule_switches import with_switch_points


@dataclass(frozen=True)
class DistilledDay:
    """Plans of several hours, in the order of the scenarios, and the schedule that runs them."""

    plans: tuple[Distilled, ...]
    schedule: Schedule


def distil_day(
    name: str,
    given: Sequence[Given],
    controller: Controller,
    profiles: Sequence[DayProfile],
    *,
    budget_s: float = BUDGET_S,
    sensing: Sensing | None = None,
    workers: int = 0,
    seed: int = 1,
    listener: Listener = ignore,
) -> DistilledDay:
    """Distil a plan for each scenario, and let each run while the day's traffic is mostly that scenario's.

    profiles: day types with their calendars and levels (see demand.day_profile). budget_s: of each plan.
    Raises InputError for scenarios of different networks or of demand that has no day, and what `distil`
    raises; UnsafePlanError where plans or their transitions break a rule that today's plan keeps.
    """
    days = day_demands(given, profiles)
    names = _plan_names(days)
    plans = tuple(
        distil(
            entry.case, controller, name=names[entry.scenario.name], budget_s=budget_s,
            sensing=sensing, workers=workers, seed=seed, listener=listener,
        )
        for entry in given
    )  # fmt: skip
    first = given[0].case
    bare = Schedule(
        name,
        first.network.fingerprint,
        tuple(found.plan for found in plans),
        tuple(DayType(day.name, periods_of(day, names), day.calendar) for day in days),
        provenance=(
            ("made_by", "distil"), ("controller", described(controller)), ("seed", str(seed)),
            ("scenarios", " ".join(entry.scenario.name for entry in given)),
        ),
    )  # fmt: skip
    listener(Progress("schedule", 0, 1, "switch seconds"))
    schedule = with_switch_points(checked(_only_used(bare)), first.network.layouts)
    listener(Progress("schedule", 1, 1))
    refuse_unsafe(first, schedule)
    return DistilledDay(plans, schedule)


def periods_of(day: DayDemand, names: Mapping[str, str]) -> tuple[Period, ...]:
    """When each plan runs on a day: that of the scenario with most of the traffic, by half hours.

    names: plans by scenario.
    """
    found: list[Period] = []
    for begin_s in range(0, DAY_S, INTERVAL_S):
        parts = day.weights_at(begin_s + INTERVAL_S / 2)
        main, _ = max(parts, key=lambda part: part[1] * part[0].total_vph)
        plan, end_s = names[main.scenario.name], begin_s + INTERVAL_S
        if found and found[-1].plan == plan:
            found[-1] = replace(found[-1], end_s=end_s)
        else:
            found.append(Period(begin_s, end_s, plan))
    return tuple(found)


def _plan_names(days: Sequence[DayDemand]) -> dict[str, str]:
    """A plan's name by scenario: the ending that told its day type, where that is its own, else all."""
    anchors: dict[str, Anchor] = {a.scenario.name: a for day in days for a, _ in day.anchors}
    labels = [anchor.label for anchor in anchors.values()]
    return {
        name: anchor.label if anchor.label and labels.count(anchor.label) == 1 else name
        for name, anchor in anchors.items()
    }


def _only_used(schedule: Schedule) -> Schedule:
    """Without plans that never run: their scenario never has most of the traffic."""
    used = {period.plan for day in schedule.day_types for period in day.periods}
    return replace(schedule, plans=tuple(plan for plan in schedule.plans if plan.name in used))
