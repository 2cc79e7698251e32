"""The register of formats: name, writer, reader, and what each carries. New formats are entered here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from signalopt.errors import InputError
from signalopt.export.cis.read import read_cis
from signalopt.export.cis.write import cis_files
from signalopt.export.cis.write import owns as owns_cis
from signalopt.export.csv_table import csv_schedule, read_csv_schedule
from signalopt.export.equivalence import PHASES, PLAIN, WALK, Carries
from signalopt.export.facts import SheetFacts
from signalopt.export.gmns.read import read_gmns
from signalopt.export.gmns.write import gmns_files
from signalopt.export.html import FOLDER as SHEETS
from signalopt.export.html import html_files
from signalopt.export.lamps import Lamp
from signalopt.export.ntcip.read import read_ntcip
from signalopt.export.ntcip.write import ntcip_files
from signalopt.export.rsmp.read import read_rsmp
from signalopt.export.rsmp.write import rsmp_files
from signalopt.export.shown import Shown
from signalopt.export.sumo_table import LOST as SUMO_LOST
from signalopt.export.sumo_table import read_sumo_schedule, sumo_schedule
from signalopt.export.timetable import Timetable
from signalopt.export.timing_json import read_timing, timing_files
from signalopt.export.transliterate import distinct
from signalopt.export.utdf.read import read_utdf
from signalopt.export.utdf.write import utdf_files
from signalopt.export.vissig.read import read_vissig
from signalopt.export.vissig.write import vissig_files
from signalopt.export.waut import waut_schedule
from signalopt.export.written import Written
from signalopt.network.model import Network

Files = Mapping[str, str | bytes]
Writer = Callable[[Timetable, Network, SheetFacts], Written]
Reader = Callable[[Files, Network], Shown]


@dataclass(frozen=True, slots=True)
class Format:
    """One format. read: None where nobody reads it back; carries: what of the lamps it holds.

    owns: tells from a file's name (folders included) whether it belongs to the format.
    """

    name: str
    title: str
    write: Writer
    owns: Callable[[str], bool]
    read: Reader | None = None
    carries: Carries | None = None


def _bare(writer: Callable[[Timetable, Network], Written]) -> Writer:
    """A writer that needs no facts."""

    def write(table: Timetable, network: Network, facts: SheetFacts) -> Written:  # noqa: ARG001
        return writer(table, network)

    return write


def _in(folder: str, ending: str) -> Callable[[str], bool]:
    return lambda name: name.startswith(f"{folder}/") and name.endswith(ending)


def _sheets(table: Timetable, network: Network, facts: SheetFacts) -> Written:
    """Pages of every plan: `sheets` for the first, `sheets-2-NAME` … for the others."""
    names = distinct(plan.name for plan in table.plans)
    files: dict[str, str | bytes] = {}
    for number, plan in enumerate(table.plans, start=1):
        own = {program.intersection for program in plan.intersections}
        told = replace(facts, findings=tuple(f for f in facts.findings if f.intersection in own))
        folder = SHEETS if number == 1 else f"{SHEETS}-{number}-{names[plan.name].written}"
        for name, text in html_files(plan, network, told).items():
            files[folder + name.removeprefix(SHEETS)] = text
    return Written(files)


def _waut(table: Timetable, network: Network, facts: SheetFacts) -> Written:  # noqa: ARG001
    """SUMO files of whole days; a schedule without switch points is refused."""
    try:
        return waut_schedule(table, network)
    except InputError as error:
        return Written({}, SUMO_LOST, error.problems)


FORMATS: Mapping[str, Format] = {
    entry.name: entry
    for entry in (
        Format(
            "sumo",
            "SUMO additional file",
            _bare(sumo_schedule),
            lambda name: name.startswith("plan") and name.endswith(".add.xml"),
            read_sumo_schedule,
            Carries(PLAIN, PLAIN, days=False),
        ),
        Format(
            "waut",
            "SUMO files of whole days (WAUT)",
            _waut,
            lambda name: name.startswith("schedule-") and name.endswith(".add.xml"),
        ),
        Format(
            "csv",
            "CSV sheet",
            _bare(csv_schedule),
            lambda name: name == "days.csv" or (name.startswith("plan") and name.endswith(".csv")),
            read_csv_schedule,
            Carries(),
        ),
        Format(
            "json",
            "JSON of what every lamp shows",
            _bare(timing_files),
            lambda name: name == "timing.json",
            read_timing,
            Carries(),
        ),
        Format(
            "html",
            "printable sheets",
            _sheets,
            lambda name: name.startswith(SHEETS) and name.endswith(".html"),
        ),
        Format(
            "gmns",
            "GMNS 0.96 tables",
            _bare(gmns_files),
            _in("gmns", ".csv"),
            read_gmns,
            Carries({**PHASES, Lamp.AMBER: Lamp.RED}, WALK),
        ),
        Format(
            "utdf",
            "UTDF 8 (Synchro)",
            _bare(utdf_files),
            _in("utdf", ".csv"),
            read_utdf,
            Carries(PHASES, None, days=False),
        ),
        Format(
            "ntcip",
            "NTCIP 1202/1201 set lists",
            _bare(ntcip_files),
            _in("ntcip", ".csv"),
            read_ntcip,
            Carries(PHASES, WALK),
        ),
        Format(
            "vissig",
            "VISSIG .sig",
            _bare(vissig_files),
            _in("vissig", ".sig"),
            read_vissig,
            Carries(PLAIN, PLAIN),
        ),
        Format(
            "rsmp",
            "RSMP messages",
            _bare(rsmp_files),
            _in("rsmp", ".json"),
            read_rsmp,
            Carries(groups=False),
        ),
        Format(
            "cis",
            "CIS passport, programmes and mode maps (Excel, HTML, ASUDD JSON)",
            cis_files,
            owns_cis,
            read_cis,
            Carries(),
        ),
    )
}
