"""What a plan's sheets must tell besides the plan: avenues, assumptions, sources of the case."""

from __future__ import annotations

from statistics import median

from signalopt.export.facts import Avenue, SheetFacts
from signalopt.network.area import load_area
from signalopt.network.area_model import Area
from signalopt.network.tools import sumo_version
from signalopt.scenario.case import Case
from signalopt.scenario.schema import Scenario
from signalopt.verdict import inherited_findings

KMH_PER_MPS = 3.6


def sheet_facts(scenario: Scenario, case: Case, created: str = "") -> SheetFacts:
    """Gather the facts of a case for its sheets; `created` is a date in words.

    A network of the user's own has neither avenues nor sources that we know of.
    """
    area = load_area(scenario.network.area) if scenario.network.area is not None else None
    return SheetFacts(
        area=area.title if area is not None else str(scenario.network.net),
        scenario=case.title,
        avenues=_avenues(area) if area is not None else (),
        remarks=case.notes,
        inherited=inherited_findings(case),
        sources=(*area.sources, area.attribution) if area is not None else (),
        versions=(("SUMO", sumo_version()),),
        created=created,
    )


def _avenues(area: Area) -> tuple[Avenue, ...]:
    """Streets with two signals or more, at the median speed limit of their sections."""
    limits_kph: dict[str, list[float]] = {}
    for section in area.sections:
        limits_kph.setdefault(section.street, []).append(section.speed_kph)
    return tuple(
        Avenue(a.name, a.intersections, median(limits_kph[a.street]) / KMH_PER_MPS)
        for a in area.avenues
        if len(a.intersections) > 1
    )
