"""What the schedule job hands back: the schedule, the hours of its plans, what the model expects."""

from __future__ import annotations

from dataclasses import dataclass

from signalopt.optimize.day_demand import DayDemand
from signalopt.optimize.result import OptimisationResult
from signalopt.scenario.case import Case
from signalopt.timing.plan import IntersectionPlan
from signalopt.timing.schedule import Schedule


@dataclass(frozen=True)
class PlannedHour:
    """One plan of the schedule: the hour that it was optimised for, and how that went."""

    name: str
    case: Case
    day_type: str
    second: int
    made_from: str
    result: OptimisationResult


@dataclass(frozen=True)
class ScheduleResult:
    """The outcome. `schedule` has its switch points and passes the judge in every plan and transition.

    one_plan_h, chosen_h: modelled vehicle hours a day (weighted over the year) with the best single plan and
    with the plans and times chosen, switches counted.
    """

    schedule: Schedule
    days: tuple[DayDemand, ...]
    planned: tuple[PlannedHour, ...]
    one_plan_h: float
    chosen_h: float
    remarks: tuple[str, ...]

    @property
    def commonest(self) -> DayDemand:
        """The day type with most days a year."""
        return max(self.days, key=lambda day: day.weight)

    def cycles_s(self, plan: str) -> list[int]:
        """The different cycles of a plan."""
        programs = self.schedule.plan[plan].intersections
        return sorted({p.cycle_s for p in programs if isinstance(p, IntersectionPlan)})

    def summary(self) -> dict[str, object]:
        """Plain data, ready for JSON (the schedule itself is a file of its own)."""
        return {
            "schedule": self.schedule.name,
            "network": self.schedule.network,
            "day_types": {
                day.name: [
                    {"begin_s": p.begin_s, "end_s": p.end_s, "plan": p.plan} for p in day.timeline
                ]
                for day in self.schedule.day_types
            },
            "plans": [
                {
                    "name": p.name,
                    "day_type": p.day_type,
                    "second": p.second,
                    "made_from": p.made_from,
                    "verdict": p.result.verdict.name.lower(),
                    "cycles_s": self.cycles_s(p.name),
                }
                for p in self.planned
            ],
            "modelled_vehicle_hours": {
                "one_plan": round(self.one_plan_h, 2),
                "chosen": round(self.chosen_h, 2),
                "unit": "vehicle hours a day in the cyclic flow model, weighted over the year; estimated",
            },
            "remarks": list(self.remarks),
        }
