"""Assumptions of a scenario that must travel into every report, each with its mark."""

from __future__ import annotations

from signalopt.network.model import Confidence
from signalopt.scenario.case import Note
from signalopt.scenario.check import demand_kinds
from signalopt.scenario.schema import Scenario
from signalopt.scenario.today import ASSUMPTION

_ORDER = (Confidence.MEASURED, Confidence.PRESS, Confidence.ESTIMATED)


def notes_of(scenario: Scenario) -> tuple[Note, ...]:
    """What a reader must know about where the figures come from."""
    demand = scenario.demand
    kind = demand_kinds(demand)[0]
    text = f"vehicles from {kind}, scaled by {demand.scale:g}"
    notes = [Note("demand", _with_source(text, demand.source), demand.confidence)]
    shares = demand.shares
    if shares.lcv or shares.truck or shares.bus:
        text = f"light vans {shares.lcv:.1%}, trucks {shares.truck:.1%}, buses {shares.bus:.1%} of flow"
        notes.append(Note("vehicle classes", _with_source(text, shares.source), shares.confidence))
    foot = scenario.pedestrians
    if foot.per_crossing_pph or foot.by_intersection:
        text = f"{foot.per_crossing_pph:g} pedestrians an hour and crossing"
        notes.append(Note("pedestrians", _with_source(text, foot.source), foot.confidence))
    if scenario.buses:
        worst = max((line.confidence for line in scenario.buses), key=_ORDER.index)
        sources = dict.fromkeys(line.source for line in scenario.buses if line.source)
        text = f"{len(scenario.buses)} bus lines with regular headways"
        notes.append(Note("buses", _with_source(text, "; ".join(sources)), worst))
    if scenario.network.area is not None:
        notes.append(Note("today's plan", ASSUMPTION, Confidence.ESTIMATED))
    if scenario.signals_off:
        text = "at dark signals drivers go ahead of standing vehicles now and then, so that knots clear"
        notes.append(Note("signals off", text, Confidence.ESTIMATED))
    if scenario.season != "summer":
        text = f"vehicles drive as on a {scenario.season} road; factors measured in other cities"
        notes.append(Note("season", text, Confidence.ESTIMATED))
    return tuple(notes)


def _with_source(text: str, source: str) -> str:
    return f"{text} ({source})" if source else text
