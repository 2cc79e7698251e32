"""The verdict on a plan for a case: on paper and, if wanted, by what SUMO's lamps really showed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from signalopt.microsim.day_signals import schedule_states
from signalopt.microsim.states import realised_states
from signalopt.progress import Listener, Progress, ignore
from signalopt.scenario.case import Case
from signalopt.timing.day_lamps import lamps_of_day, states_of
from signalopt.timing.findings import Finding, Rule, new_findings
from signalopt.timing.indications import judge_states
from signalopt.timing.plan import Plan
from signalopt.timing.safety import judge_plan
from signalopt.timing.schedule import DAY_S, Schedule
from signalopt.timing.schedule_switches import schedule_findings


@dataclass(frozen=True)
class Verdict:
    """What the judge says. `findings`: those that the program in force has not, or not so badly.

    judged_s: seconds of every signal's lamps in SUMO that were judged, 0 if only the plan was.
    """

    plan: str
    intersections: int
    findings: tuple[Finding, ...]
    inherited: tuple[Finding, ...]
    judged_s: int = 0

    @property
    def safe(self) -> bool:
        """Whether the plan may run."""
        return not self.findings


def completed(case: Case, plan: Plan) -> Plan:
    """The plan, with today's program at the intersections that it does not name."""
    rest = tuple(p for p in case.today.intersections if p.intersection not in plan.by_id)
    return replace(plan, intersections=plan.intersections + rest)


def inherited_findings(case: Case) -> tuple[Finding, ...]:
    """What the judge finds in the program in force: public networks do have conflicting greens."""
    return judge_plan(case.network.layouts, case.today)


def judge_for_case(case: Case, plan: Plan, *, realised: bool = False) -> Verdict:
    """Judge a plan; with `realised` also an hour or what the case has, second by second in SUMO.

    Raises InputError for a plan of another network, SimulationError if SUMO fails.
    """
    known = inherited_findings(case)
    found = judge_plan(case.network.layouts, plan)
    judged_s = 0
    if realised:
        found = _with_news(found, _realised(case, plan))
        judged_s = case.end_s - case.begin_s
    new = new_findings(found, known)
    old = tuple(finding for finding in found if finding not in new)
    return Verdict(plan.name, len(plan.intersections), new, old, judged_s)


def judge_schedule_for_case(
    case: Case, schedule: Schedule, *, realised: bool = False, listener: Listener = ignore
) -> Verdict:
    """Judge every plan and every transition; with `realised` also whole days as SUMO's lamps show them.

    Of each day type SUMO's 86400 seconds are judged and compared with the schedule's own: a second that
    differs is a finding, for then an offset was not kept. Raises InputError for a schedule of another
    network, SimulationError if SUMO fails.
    """
    layouts = case.network.layouts
    found = schedule_findings(schedule, layouts)
    judged_s = 0
    for number, day in enumerate(schedule.day_types if realised else ()):
        listener(Progress("lamps of whole days", number, len(schedule.day_types), day.name))
        found = _with_news(found, _realised_day(case, schedule, day.name))
        judged_s += DAY_S
    new = new_findings(found, inherited_findings(case))
    old = tuple(finding for finding in found if finding not in new)
    return Verdict(schedule.name, len(schedule.intersections), new, old, judged_s)


def _realised_day(case: Case, schedule: Schedule, day_type: str) -> Iterator[Finding]:
    layouts = case.network.layouts
    expected = lamps_of_day(schedule, layouts, day_type)
    shown = schedule_states(case, schedule, day_type)
    for name, lamps in expected.items():
        if name in case.signals_off:
            continue
        states = shown[name]
        yield from judge_states(layouts[name], states, cyclic=False)
        wanted = states_of(lamps)
        differs = [s for s, (a, b) in enumerate(zip(states, wanted, strict=True)) if a != b]
        if differs:
            text = (
                f"on `{day_type}` SUMO shows `{states[differs[0]]}`, the schedule `{wanted[differs[0]]}`; "
                f"{len(differs)} seconds differ"
            )
            yield Finding(name, Rule.SWITCH, (day_type,), text, differs[0])


def _realised(case: Case, plan: Plan) -> tuple[Finding, ...]:
    """Findings in the lamps of the measured window; fixed programs show the same without traffic."""
    shown = realised_states(case, plan, 1, case.begin_s, case.end_s, traffic=False)
    return tuple(
        finding
        for name, states in shown.items()
        if name not in case.signals_off and name in plan.by_id
        for finding in judge_states(
            case.network.layouts[name], states, cyclic=False, first_second=case.begin_s
        )
    )


def _with_news(found: Iterable[Finding], seen: Iterable[Finding]) -> tuple[Finding, ...]:
    """Add what was seen to what was found: the worst of each kind, not one of every cycle."""
    worst = {finding.key: finding for finding in found}
    for finding in seen:
        known = worst.get(finding.key)
        if known is None or finding.badness_s > known.badness_s:
            worst[finding.key] = finding
    return tuple(worst.values())
