"""From phases of a UTDF file to a stage plan of ours, whose interstages are the network's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from signalopt.errors import InputError, Problem
from signalopt.export.utdf.lane_groups import lane_groups
from signalopt.export.utdf.parse import UtdfFile
from signalopt.export.utdf.read import group_phases, timings_of
from signalopt.export.utdf.timings import NodeTiming, TimedPhase
from signalopt.network.model import Network
from signalopt.timing.plan import IntersectionPlan, Plan, StageTiming
from signalopt.timing.program import interstage_s, stage_pairs
from signalopt.timing.signals import GroupKind, SignalLayout, Stage


def utdf_plan(file: UtdfFile, network: Network, nodes: Mapping[int, str], name: str) -> Plan:
    """A plan for the matched nodes: greens begin when the file says, rounded to whole seconds.

    Yellow and all-red of the file are not taken over: interstages follow from the network's clearances, so
    that the plan can be judged. Raises InputError naming every node that has no such plan, and why.
    """
    problems: list[Problem] = []
    programs = []
    for place, timing in timings_of(file, nodes).items():
        layout = network.layouts[place]
        greens = group_phases(file, timing.node, lane_groups(network.intersection[place], network))
        try:
            programs.append(_program(layout, timing, greens, f"{file.where}: node {timing.node}"))
        except InputError as error:
            problems += error.problems
    if not programs and not problems:
        hint = "name them: a CSV with INTID,intersection"
        problems.append(Problem(file.where, "no node of this network", "signals of it", hint))
    if problems:
        raise InputError(*problems)
    provenance = (("source", file.where.rpartition("/")[2]), ("format", "UTDF"))
    return Plan(name, network.fingerprint, tuple(programs), provenance)


def _program(
    layout: SignalLayout, timing: NodeTiming, greens: Mapping[str, frozenset[int]], where: str
) -> IntersectionPlan:
    cycle = round(timing.cycle_s)
    starts = sorted({round(p.start_s) % cycle for p in timing.phases})
    order: list[tuple[int, Stage]] = []
    problems = []
    for second in starts:
        running = {p.number for p in timing.phases if _runs(p, second, timing.cycle_s)}
        groups = {group for group, phases in greens.items() if phases & running}
        stage = _stage(layout, groups)
        if stage is None:
            text = (
                f"{'+'.join(sorted(groups)) or 'nothing'} green together (phases {_list(running)})"
            )
            known = "; ".join(f"{s.id}: {'+'.join(s.groups)}" for s in layout.stages)
            problems.append(Problem(where, text, f"a stage of the network ({known})"))
        elif not order or order[-1][1] is not stage:
            order.append((second, stage))
    if len(order) > 1 and order[0][1] is order[-1][1]:
        order.pop(0)
    if problems:
        raise InputError(*problems)
    return _timed(layout, timing, order, cycle, where)


def _timed(
    layout: SignalLayout,
    timing: NodeTiming,
    order: Sequence[tuple[int, Stage]],
    cycle: int,
    where: str,
) -> IntersectionPlan:
    bare = tuple(StageTiming(stage.id, stage.groups, 0) for _, stage in order)
    first = order[0][0]
    plan = IntersectionPlan(layout.intersection, cycle, 0, bare)
    problems, stages = [], []
    for index, (old, new) in enumerate(stage_pairs(plan)):
        following = order[(index + 1) % len(order)][0]
        between = interstage_s(layout, old, new) if len(order) > 1 else 0
        length = (following - order[index][0]) % cycle or cycle
        green = length - between
        if green < 0:
            text = f"{length} s from stage {old.stage} to {new.stage}"
            expected = f"{between} s or more, the interstage that the network's clearances need"
            problems.append(Problem(where, text, expected))
        stages.append(StageTiming(old.stage, old.groups, green))
    if problems:
        raise InputError(*problems)
    offset = round(timing.offset_s + first) % cycle
    return IntersectionPlan(layout.intersection, cycle, offset, tuple(stages))


def _stage(layout: SignalLayout, groups: set[str]) -> Stage | None:
    """The stage whose vehicle groups are these."""
    for stage in layout.stages:
        vehicles = {g for g in stage.groups if layout.group[g].kind is GroupKind.VEHICLE}
        if vehicles == groups:
            return stage
    return None


def _runs(phase: TimedPhase, second: int, cycle_s: float) -> bool:
    return (second + 0.5 - phase.start_s) % cycle_s < phase.split_s


def _list(numbers: set[int]) -> str:
    return ", ".join(str(number) for number in sorted(numbers))
