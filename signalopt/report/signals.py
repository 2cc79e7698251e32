"""Stages and lamps of every program, for the bars."""

from __future__ import annotations

from collections.abc import Sequence

from signalopt.export.lamps import cycle_length_s, group_spans
from signalopt.export.sheet import shown_stages
from signalopt.network.model import Intersection, Network
from signalopt.report.data_area import ProgramShown, SignalShown, StageShown
from signalopt.timing.plan import Plan
from signalopt.timing.signals import GroupKind


def signals_shown(network: Network, plans: Sequence[Plan]) -> tuple[SignalShown, ...]:
    """Programs of all intersections that the first plan names, before and (with two plans) after."""
    return tuple(
        SignalShown(
            place.id,
            tuple((g.id, g.name, g.kind is GroupKind.PEDESTRIAN) for g in place.layout.groups),
            _program(place, plans[0]),
            _program(place, plans[1]) if len(plans) > 1 else None,
        )
        for place in network.intersections
        if all(place.id in plan.by_id for plan in plans)
    )


def _program(place: Intersection, plan: Plan) -> ProgramShown:
    program, layout = plan.by_id[place.id], place.layout
    return ProgramShown(
        cycle_s=cycle_length_s(layout, program),
        offset_s=program.offset_s,
        stages=tuple(
            StageShown(s.name, s.start_s, s.green_s, s.then_s)
            for s in shown_stages(layout, program)
        ),
        lamps={
            group: tuple((str(s.lamp), s.start_s, s.end_s) for s in spans)
            for group, spans in group_spans(layout, program).items()
        },
    )
