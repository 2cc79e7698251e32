"""SUMO additional file: the plan as `tlLogic` programs that plain `sumo -a` runs.

Valid against SUMO's additional_file.xsd, also under `--xml-validation always`. Carries the indications
exactly; flashing green does not exist in SUMO and is written as the green that it ends.
"""

from __future__ import annotations

from collections.abc import Mapping

from lxml import etree

from signalopt.timing.plan import AnyProgram, IntersectionPlan, Plan
from signalopt.timing.program import intervals, phases
from signalopt.timing.signals import SignalLayout

PROGRAM_ID = "signalopt"
FILE_NAME = "plan.add.xml"
PLAN_KEY = "signalopt.plan"
NETWORK_KEY = "signalopt.network"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_SCHEMA = "http://sumo.dlr.de/xsd/additional_file.xsd"


def sumo_files(plan: Plan, layouts: Mapping[str, SignalLayout]) -> dict[str, str]:
    """File name and text of the SUMO export."""
    return {FILE_NAME: sumo_additional(plan, layouts)}


def sumo_additional(
    plan: Plan, layouts: Mapping[str, SignalLayout], program_id: str = PROGRAM_ID
) -> str:
    """Return the XML text of an additional file.

    SUMO's `offset` has our meaning: phase 0 starts when (time - offset) is a multiple of the cycle.
    Plan name and network fingerprint travel as `param` of every tlLogic. Raises KeyError for an
    intersection without layout (judge the plan first).
    """
    root = additional_root(
        f"Timing plan: {plan.name}. Network fingerprint: {plan.network}.",
        "Offset: second of the common clock (midnight), modulo the cycle, at which phase 0 starts.",
        "Whole seconds; the last seconds of each green flash on the street (SUMO shows G).",
    )
    for program in plan.intersections:
        add_logic(root, plan, program, layouts[program.intersection], program_id)
    return additional_text(root)


def additional_root(*comments: str) -> etree._Element:
    """An empty `additional` element that names SUMO's schema, with lines of comment."""
    root = etree.Element("additional", nsmap={"xsi": _XSI})
    root.set(f"{{{_XSI}}}noNamespaceSchemaLocation", _SCHEMA)
    for line in comments:
        root.append(etree.Comment(_comment(line)))
    return root


def additional_text(root: etree._Element) -> str:
    """The text of an additional file."""
    text: bytes = etree.tostring(root, pretty_print=True, xml_declaration=True, encoding="UTF-8")
    return text.decode()


def add_logic(
    root: etree._Element,
    plan: Plan,
    program: AnyProgram,
    layout: SignalLayout,
    program_id: str,
    params: Mapping[str, str] | None = None,
) -> None:
    """Append one program as a static `tlLogic`, with more `param` if given."""
    logic = etree.SubElement(
        root,
        "tlLogic",
        id=program.intersection,
        type="static",
        programID=program_id,
        offset=_number(program.offset_s),
    )
    own = {PLAN_KEY: plan.name, NETWORK_KEY: plan.network, **(params or {})}
    for key, value in own.items():
        etree.SubElement(logic, "param", key=key, value=value)
    names, now = _stage_starts(layout, program), 0.0
    for phase in phases(layout, program):
        line_of_program = etree.SubElement(
            logic, "phase", duration=_number(phase.duration_s), state=phase.state
        )
        if now in names:
            line_of_program.set("name", names[now])
        now += phase.duration_s


def _stage_starts(layout: SignalLayout, program: AnyProgram) -> dict[float, str]:
    """Stage names by the second at which their steady green starts; the later of two that coincide."""
    if not isinstance(program, IntersectionPlan):
        return {}
    parts = intervals(layout, program)
    return {float(part.start_s): part.stage for part in parts if not part.is_interstage}


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(float(value))


def _comment(text: str) -> str:
    """Comments must not hold two hyphens in a row nor end with one (XML 1.0, 2.5)."""
    while "--" in text:
        text = text.replace("--", "- -")
    return f" {text} "
