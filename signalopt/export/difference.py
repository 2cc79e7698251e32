"""What changed between two plans, schedules or exported files, for the engineer who signs.

Each side becomes a `Side`: plans by name and, if it is a schedule, which plan runs when. Plans of the same
name are compared; if both sides hold just one plan, these two are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from signalopt.export.csv_sheet import seconds_text
from signalopt.timing.plan import AnyProgram, FixedProgram, IntersectionPlan, Plan
from signalopt.timing.planfile import plan_hash
from signalopt.timing.schedule import Schedule
from signalopt.timing.schedule_checks import clock_text


@dataclass(frozen=True)
class Side:
    """One of the two that are compared. entries: (day type, from second, to second, plan)."""

    name: str
    plans: Mapping[str, Plan]
    entries: tuple[tuple[str, int, int, str], ...] = ()

    @classmethod
    def of(cls, schedule: Schedule, name: str = "") -> Side:
        """A schedule, or a plan as a schedule of one entry."""
        entries = tuple(
            (day.name, period.begin_s, period.end_s, period.plan)
            for day in schedule.day_types
            for period in day.timeline
        )
        return cls(name or schedule.name, schedule.plan, entries)


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that differs: what it is, on the first side, on the second one."""

    what: str
    before: str
    after: str


@dataclass(frozen=True)
class PlaceDifference:
    """What differs at one intersection; a program is None where a side lacks the intersection."""

    intersection: str
    before: AnyProgram | None
    after: AnyProgram | None
    items: tuple[Item, ...]


@dataclass(frozen=True)
class PlanDifference:
    """Two plans that were compared; `same` counts the intersections without any difference."""

    before: str
    after: str
    same: int
    places: tuple[PlaceDifference, ...]


@dataclass(frozen=True)
class Difference:
    """Everything that differs. schedule: entries; only_before, only_after: plans without a partner."""

    before: str
    after: str
    plans: tuple[PlanDifference, ...]
    schedule: tuple[Item, ...] = ()
    only_before: tuple[str, ...] = ()
    only_after: tuple[str, ...] = ()

    @property
    def same(self) -> bool:
        """Whether nothing differs that lamps would show."""
        told = (*self.schedule, *self.only_before, *self.only_after)
        return not told and not any(plan.places for plan in self.plans)


def difference(before: Side, after: Side) -> Difference:
    """Compare two sides."""
    pairs = _pairs(before, after)
    used = ({a for a, _ in pairs}, {b for _, b in pairs})
    renamed = len(pairs) == 1 and len(before.plans) == len(after.plans) == 1
    return Difference(
        before.name,
        after.name,
        tuple(plan_difference(before.plans[a], after.plans[b]) for a, b in pairs),
        () if renamed else tuple(_schedule_items(before, after)),
        tuple(name for name in before.plans if name not in used[0]),
        tuple(name for name in after.plans if name not in used[1]),
    )


def plan_difference(before: Plan, after: Plan) -> PlanDifference:
    """Compare two plans intersection by intersection."""
    places = []
    names = list(dict.fromkeys((*before.by_id, *after.by_id)))
    for name in names:
        old, new = before.by_id.get(name), after.by_id.get(name)
        items = tuple(_items(old, new))
        if items:
            places.append(PlaceDifference(name, old, new, items))
    return PlanDifference(before.name, after.name, len(names) - len(places), tuple(places))


def as_object(found: Difference) -> dict[str, object]:
    """Plain data of a difference, for JSON."""
    return {
        "before": found.before,
        "after": found.after,
        "same": found.same,
        "schedule": [_item(item) for item in found.schedule],
        "only_before": list(found.only_before),
        "only_after": list(found.only_after),
        "plans": [
            {
                "before": plan.before,
                "after": plan.after,
                "same_intersections": plan.same,
                "intersections": [
                    {"intersection": p.intersection, "changes": [_item(i) for i in p.items]}
                    for p in plan.places
                ],
            }
            for plan in found.plans
        ],
    }


def _item(item: Item) -> dict[str, str]:
    return {"what": item.what, "before": item.before, "after": item.after}


def _pairs(before: Side, after: Side) -> list[tuple[str, str]]:
    if len(before.plans) == len(after.plans) == 1:
        return [(next(iter(before.plans)), next(iter(after.plans)))]
    return [(name, name) for name in before.plans if name in after.plans]


def _schedule_items(before: Side, after: Side) -> Iterator[Item]:
    """Entries that only one side has, by day type; a plan renamed without a change is told too."""
    days = dict.fromkeys(entry[0] for entry in (*before.entries, *after.entries))
    for day in days if before.entries and after.entries else ():
        texts = [
            ", ".join(f"{clock_text(b)}-{clock_text(e)} {plan}" for d, b, e, plan in side.entries if d == day)
            for side in (before, after)
        ]  # fmt: skip
        if texts[0] != texts[1]:
            yield Item(f"day type {day}", texts[0] or "–", texts[1] or "–")


def _items(old: AnyProgram | None, new: AnyProgram | None) -> Iterator[Item]:
    if old == new:
        return
    if old is None or new is None:
        yield Item("intersection", "–" if old is None else "there", "–" if new is None else "there")
        return
    cycles = [seconds_text(_cycle_s(program)) for program in (old, new)]
    if cycles[0] != cycles[1]:
        yield Item("cycle, s", *cycles)
    if old.offset_s != new.offset_s:
        yield Item("offset, s", seconds_text(old.offset_s), seconds_text(new.offset_s))
    if isinstance(old, IntersectionPlan) and isinstance(new, IntersectionPlan):
        yield from _stage_items(old, new)
    elif isinstance(old, FixedProgram) and isinstance(new, FixedProgram):
        texts = [f"{len(p.phases)} phases, {plan_hash(Plan('', '', (p,)))}" for p in (old, new)]
        if old.phases != new.phases:
            yield Item("phases", *texts)
    else:
        yield Item("kind", _kind(old), _kind(new))


def _stage_items(old: IntersectionPlan, new: IntersectionPlan) -> Iterator[Item]:
    orders = [" → ".join(stage.stage for stage in program.stages) for program in (old, new)]
    if orders[0] != orders[1]:
        yield Item("order", *orders)
    greens = [_greens(program) for program in (old, new)]
    groups = [{s.stage: s.groups for s in program.stages} for program in (old, new)]
    for stage in dict.fromkeys((*greens[0], *greens[1])):
        first, second = (side.get(stage, "–") for side in greens)
        if first != second:
            yield Item(f"green of {stage}, s", first, second)
        told = [set(side.get(stage, ())) for side in groups]
        if stage in greens[0] and stage in greens[1] and told[0] != told[1]:
            yield Item(f"groups of {stage}", *(", ".join(sorted(side)) for side in told))


def _greens(program: IntersectionPlan) -> dict[str, str]:
    """Greens by stage; a stage that comes twice has both."""
    found: dict[str, str] = {}
    for stage in program.stages:
        text = str(stage.green_s)
        found[stage.stage] = f"{found[stage.stage]}+{text}" if stage.stage in found else text
    return found


def _kind(program: AnyProgram) -> str:
    if isinstance(program, IntersectionPlan):
        return "stages " + " → ".join(stage.stage for stage in program.stages)
    return f"fixed program of {len(program.phases)} phases"


def _cycle_s(program: AnyProgram) -> float:
    if isinstance(program, IntersectionPlan):
        return program.cycle_s
    return sum(phase.duration_s for phase in program.phases)
