"""The safety judge: reads what lamps would show, second by second, and finds everything that is wrong.

It knows nothing of how a plan was made: the same rules read the states of a plan, of an imported program
and of what SUMO really showed. All findings are returned, not the first.
"""

from __future__ import annotations

from collections.abc import Mapping

from signalopt.timing.findings import Finding, Rule, new_findings
from signalopt.timing.indications import judge_states
from signalopt.timing.plan import AnyProgram, FixedProgram, IntersectionPlan, Plan
from signalopt.timing.program import cycle_of, cycle_states
from signalopt.timing.signals import SignalLayout

__all__ = [
    "Finding",
    "Rule",
    "judge_plan",
    "judge_program",
    "judge_states",
    "judge_switch",
    "new_findings",
]


def judge_plan(layouts: Mapping[str, SignalLayout], plan: Plan) -> tuple[Finding, ...]:
    """Judge every intersection of a plan over one cycle. Returns all findings, empty if safe."""
    named = [program.intersection for program in plan.intersections]
    findings = [
        Finding(name, Rule.FORM, (), "appears more than once in the plan")
        for name in sorted({n for n in named if named.count(n) > 1})
    ]
    for program in plan.intersections:
        layout = layouts.get(program.intersection)
        if layout is None:
            findings.append(
                Finding(program.intersection, Rule.FORM, (), "no such signal in the network")
            )
            continue
        findings += judge_program(layout, program)
    return tuple(findings)


def judge_program(layout: SignalLayout, program: AnyProgram) -> tuple[Finding, ...]:
    """Judge one intersection's program: its figures first, then the states of a cycle."""
    findings = _judge_figures(layout, program) if isinstance(program, IntersectionPlan) else ()
    if any(f.rule in (Rule.STAGE, Rule.FORM) for f in findings):
        return findings
    states = _states_of(layout, program)
    if not states:
        text = "a cycle without a whole second of indication"
        return (*findings, Finding(layout.intersection, Rule.FORM, (), text))
    if isinstance(program, FixedProgram):
        findings = _judge_cycle(layout, len(states))
    return (*findings, *judge_states(layout, states, cyclic=True))


def judge_switch(
    layout: SignalLayout, old: AnyProgram, new: AnyProgram, switch_s: int
) -> tuple[Finding, ...]:
    """Judge a change from one program to another at a second of the common clock.

    `old` is shown before `switch_s`, `new` from it on, each at its own offset; an interstage cut in two
    is found as a missing amber, a short intergreen or a short green.
    """
    before = len(_states_of(layout, old)) * 2
    after = len(_states_of(layout, new)) * 2
    states = (
        *_clock_states(layout, old, switch_s - before, switch_s),
        *_clock_states(layout, new, switch_s, switch_s + after),
    )
    return judge_states(layout, states, cyclic=False, first_second=switch_s - before)


def _states_of(layout: SignalLayout, program: AnyProgram) -> tuple[str, ...]:
    """States of a cycle; a fixed program of fractional seconds is rounded to the safe side: up."""
    if isinstance(program, FixedProgram) and any(p.duration_s % 1 for p in program.phases):
        # A tenth of a second is the finest step that public networks use.
        return tuple(
            p.state for p in program.phases for _ in range(max(1, int(p.duration_s + 0.5)))
        )
    return cycle_states(layout, program)


def _clock_states(
    layout: SignalLayout, program: AnyProgram, begin_s: int, end_s: int
) -> tuple[str, ...]:
    states, offset = _states_of(layout, program), round(program.offset_s)
    return tuple(states[(second - offset) % len(states)] for second in range(begin_s, end_s))


def _judge_cycle(layout: SignalLayout, cycle_s: int) -> tuple[Finding, ...]:
    bound = layout.min_cycle_s if cycle_s < layout.min_cycle_s else layout.max_cycle_s
    if layout.min_cycle_s <= cycle_s <= layout.max_cycle_s:
        return ()
    text = f"cycle {cycle_s} s; allowed {layout.min_cycle_s} to {layout.max_cycle_s} s"
    return (Finding(layout.intersection, Rule.CYCLE, (), text, found_s=cycle_s, required_s=bound),)


def _judge_stages(layout: SignalLayout, program: IntersectionPlan) -> list[Finding]:
    """Stages and groups that the layout does not know: nothing can be shown with them."""
    place = layout.intersection
    if not program.stages:
        return [Finding(place, Rule.STAGE, (), "the plan has no stages")]
    findings: list[Finding] = []
    for timing in program.stages:
        for group in timing.groups:
            if group not in layout.group:
                text = f"unknown signal group `{group}` in stage `{timing.stage}`"
                findings.append(Finding(place, Rule.STAGE, (timing.stage, group), text))
        known = layout.stage.get(timing.stage)
        if known is not None and set(known.groups) != set(timing.groups):
            text = f"stage `{timing.stage}` has other groups than the layout's stage of that name"
            findings.append(Finding(place, Rule.STAGE, (timing.stage,), text))
        if known is None and any(stage.state for stage in layout.stages):
            text = f"stage `{timing.stage}` is not a stage of the imported program"
            findings.append(Finding(place, Rule.STAGE, (timing.stage,), text))
        if timing.green_s < 0:
            text = f"stage `{timing.stage}` has a green of {timing.green_s} s"
            findings.append(Finding(place, Rule.STAGE, (timing.stage,), text))
    return findings


def _judge_figures(layout: SignalLayout, program: IntersectionPlan) -> tuple[Finding, ...]:
    """Cycle, splits, offset, stages: what can be wrong before any lamp is lit."""
    place = layout.intersection
    findings = _judge_stages(layout, program)
    if findings:
        return tuple(findings)
    total = cycle_of(layout, program)
    if total != program.cycle_s:
        text = f"greens and interstages add up to {total} s; the plan says {program.cycle_s} s"
        findings.append(
            Finding(place, Rule.SPLITS, (), text, found_s=total, required_s=program.cycle_s)
        )
    if not 0 <= program.offset_s < max(program.cycle_s, 1):
        text = f"offset {program.offset_s} s is not within [0, {program.cycle_s}) s"
        findings.append(Finding(place, Rule.OFFSET, (), text))
    findings += _judge_cycle(layout, program.cycle_s)
    served = {group for timing in program.stages for group in timing.groups}
    for expected in layout.groups:
        if expected.id not in served and any(expected.id in s.groups for s in layout.stages):
            text = f"signal group `{expected.id}` never gets green"
            findings.append(Finding(place, Rule.MAX_RED, (expected.id,), text))
    return tuple(findings)
