"""The verdict on a plan for a case: on paper and, if wanted, by what SUMO's lamps really showed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from signalopt.microsim.states import realised_states
from signalopt.scenario.case import Case
from signalopt.timing.findings import Finding, new_findings
from signalopt.timing.indications import judge_states
from signalopt.timing.plan import Plan
from signalopt.timing.safety import judge_plan


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
