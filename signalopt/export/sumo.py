"""SUMO additional file: the plan as `tlLogic` programs that plain `sumo -a` runs."""

from __future__ import annotations

from collections.abc import Mapping

from lxml import etree

from signalopt.timing.plan import Plan
from signalopt.timing.program import phases
from signalopt.timing.signals import SignalLayout

PROGRAM_ID = "signalopt"


def sumo_additional(
    plan: Plan, layouts: Mapping[str, SignalLayout], program_id: str = PROGRAM_ID
) -> str:
    """Return the XML text of an additional file.

    SUMO's `offset` has our meaning: phase 0 starts when (time - offset) is a multiple of the cycle.
    """
    root = etree.Element("additional")
    for program in plan.intersections:
        logic = etree.SubElement(
            root, "tlLogic", id=program.intersection, type="static", programID=program_id,
            offset=f"{program.offset_s:g}",
        )
        for phase in phases(layouts[program.intersection], program):
            etree.SubElement(logic, "phase", duration=f"{phase.duration_s:g}", state=phase.state)
    text: bytes = etree.tostring(root, pretty_print=True, xml_declaration=True, encoding="UTF-8")
    return text.decode()
