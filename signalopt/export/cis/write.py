"""Writes the CIS sheets: for each intersection a workbook, a printable page and the ASUDD's JSON."""

from __future__ import annotations

from signalopt.errors import InputError, Problem
from signalopt.export.cis.asudd import asudd_text
from signalopt.export.cis.model import Passport
from signalopt.export.cis.modes import ModeMaps, mode_maps
from signalopt.export.cis.pages import page_html
from signalopt.export.cis.passport import passport_of
from signalopt.export.cis.read import PROGRAMMES, WORKBOOK
from signalopt.export.cis.tables import Cell, sheets_of
from signalopt.export.cis.words import CisWords
from signalopt.export.cis.workbook import workbook_bytes
from signalopt.export.facts import SheetFacts
from signalopt.export.timetable import Timetable
from signalopt.export.transliterate import distinct
from signalopt.export.written import Written
from signalopt.network.model import Intersection, Network
from signalopt.timing.planfile import plan_hash
from signalopt.timing.schedule_file import schedule_hash

FOLDER = "cis"
PAGE = ".html"
LOST = (
    "priority against yielding greens: both are green lamps",
    "numbers of signal heads and count-down displays: not known, columns left for the operator",
    "number of the controller (`dk`) in the ASUDD's data base: 1, to be replaced",
)


def cis_files(table: Timetable, network: Network, facts: SheetFacts) -> Written:
    """All sheets, in the language that the facts name. Raises InputError for an unknown language."""
    words = CisWords(facts.language)
    maps, problems, lost = mode_maps(table.schedule)
    if maps is None:
        return Written({}, (*LOST, *lost), problems)
    names = distinct(place.id for place in network.intersections)
    files: dict[str, str | bytes] = {}
    refused: list[Problem] = []
    for place in network.intersections:
        if not any(place.id in plan.by_id for plan in table.plans):
            continue
        try:
            passport = passport_of(table, place, words)
        except InputError as error:
            refused += error.problems
            continue
        stem = f"{FOLDER}/{names[place.id].written}"
        files |= _one(stem, passport, place, maps, table, network, facts, words)
    return Written(files, (*LOST, *lost), tuple(refused))


def owns(name: str) -> bool:
    """Whether a file of an export is one of these."""
    return name.startswith(f"{FOLDER}/") and name.endswith((WORKBOOK, PROGRAMMES, PAGE))


def _one(
    stem: str,
    passport: Passport,
    place: Intersection,
    maps: ModeMaps,
    table: Timetable,
    network: Network,
    facts: SheetFacts,
    words: CisWords,
) -> dict[str, str | bytes]:
    plans = table.plans
    told = plan_hash(plans[0]) if len(plans) == 1 else schedule_hash(table.schedule)
    head: list[tuple[str, Cell]] = [
        ("object", passport.title),
        ("identifier", passport.intersection),
        ("area", facts.area or None),
        ("network", network.fingerprint),
        ("plan_hash", told),
        ("scenario", facts.scenario or None),
    ]
    if facts.warning:
        head.append(("note", words["unconfirmed"]))
    sheets = sheets_of(passport, maps, [p for p in head if p[1] is not None], facts, words)
    return {
        stem + WORKBOOK: workbook_bytes(passport, sheets, words),
        stem + PAGE: page_html(passport, place, table, sheets, facts, words),
        stem + PROGRAMMES: asudd_text(passport),
    }
