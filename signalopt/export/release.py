"""The hand-over: plans, sheets of all formats, report and checks in one bundle with SHA-256 sums.

The same plan, scenario and report give the same bytes: nothing in a bundle tells the time of day at which
it was made, names are sorted, and times inside archives are fixed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from signalopt.errors import InputError, Problem
from signalopt.export.equivalence import Carries
from signalopt.export.facts import SheetFacts
from signalopt.export.formats import FORMATS
from signalopt.export.package import MANIFEST, Export, make_export
from signalopt.export.read_back import ReadBack, compare_files
from signalopt.export.release_cover import cover_html
from signalopt.export.timetable import timetable
from signalopt.network.model import Network
from signalopt.timing.findings import Finding
from signalopt.timing.plan import Plan
from signalopt.timing.planfile import LAMPS, plan_hash, plan_to_json
from signalopt.timing.schedule import Schedule
from signalopt.timing.schedule_file import schedule_hash, schedule_to_json
from signalopt.timing.schedule_lints import Lint, schedule_lints

SUMS = "SHA256SUMS"
COVER = "cover.html"
CHECKS = "checks.json"
FORMATS_FOLDER = "formats"
REPORT_FOLDER = "report"
PLAN_FILE, SCHEDULE_FILE = "plan.json", "schedule.json"
KIND = "signalopt-release"
VERSION = 1
LINT_YEAR = 2027
"""The year whose clock changes are looked at; Kazakhstan has none."""
_BETTER = "better"


@dataclass(frozen=True)
class Release:
    """A bundle in memory. unconfirmed: why plans are not confirmed, empty if all are."""

    files: Mapping[str, bytes]
    export: Export
    unconfirmed: tuple[str, ...]


def make_release(
    schedule: Schedule,
    network: Network,
    facts: SheetFacts,
    *,
    report: Mapping[str, bytes] | None = None,
    allow_unconfirmed: bool = False,
) -> Release:
    """Judge, export, check and bundle. `report`: files by name, put into the folder `report`.

    Raises UnsafePlanError for new findings, InputError for plans without confirmation (unless allowed) and
    for exported files that do not show what the plans show.
    """
    reasons = tuple(reason for plan in schedule.plans if (reason := unconfirmed(plan)))
    if reasons and not allow_unconfirmed:
        hint = "confirm it by `signalopt optimize`, or mark the bundle with --unconfirmed"
        raise InputError(
            *(
                Problem(f"plan {r}", "no confirmed improvement", "one in SUMO", hint)
                for r in reasons
            )
        )
    told = replace(facts, created="", warning="\n".join(reasons))
    export = make_export(
        schedule, network, tuple(FORMATS), inherited=facts.inherited, facts=told, partial=True
    )
    files = {f"{FORMATS_FOLDER}/{name}": _bytes(text) for name, text in export.files.items()}
    single = len(schedule.plans) == 1 and schedule == Schedule.of_plan(schedule.plans[0])
    if single:
        files[PLAN_FILE] = plan_to_json(schedule.plans[0]).encode()
    else:
        files[SCHEDULE_FILE] = schedule_to_json(schedule).encode()
    files |= {f"{REPORT_FOLDER}/{name}": data for name, data in (report or {}).items()}
    readable = {n: _bytes(text) for n, text in export.files.items() if n != MANIFEST}
    compared = compare_files(readable, timetable(schedule), network)
    content = json.loads(_bytes(export.files[MANIFEST]))
    wrong = [line for found in compared for line in found.differences]
    if not content["findings"]:  # else readers may rightly refuse what the program in force does
        wrong += [line for found in compared for line in found.unreadable]
    if wrong:
        raise InputError(*(Problem(FORMATS_FOLDER, line, "what the plan shows") for line in wrong))
    lints = () if single else schedule_lints(schedule, network.layouts, LINT_YEAR)
    files[CHECKS] = _checks(content["findings"], told.inherited, compared, lints)
    manifest = _manifest(content, export, reasons, sorted(files), told)
    files[MANIFEST] = (json.dumps(manifest, indent=2, ensure_ascii=False) + "\n").encode()
    files[COVER] = cover_html(schedule, manifest, _sums(files), told).encode()
    files[SUMS] = sums_text(files).encode()
    return Release(dict(sorted(files.items())), export, reasons)


def unconfirmed(plan: Plan) -> str:
    """Why a plan's improvement is not confirmed, in words; empty if it is.

    Confirmed is a plan whose provenance has the verdict `better`, a paired difference with its interval, and
    the hash of just these lamps: a plan that was edited since is another one.
    """
    told = dict(plan.provenance)
    if LAMPS in told and told[LAMPS] != plan_hash(plan):
        return f"`{plan.name}`: its timings were changed after they were confirmed"
    verdict = told.get("verdict", "")
    figures = [text for key, text in plan.provenance if key.startswith("confirmed ")]
    if LAMPS in told and verdict.startswith(_BETTER) and any("[" in text for text in figures):
        return ""
    return f"`{plan.name}`: {verdict or 'nothing says that it was simulated'}"


def sums_text(files: Mapping[str, bytes]) -> str:
    """The text of SHA256SUMS, as `sha256sum -c` reads it."""
    return "".join(f"{digest}  {name}\n" for name, digest in sorted(_sums(files).items()))


def read_sums(data: bytes, where: str) -> dict[str, str]:
    """Sums by file name. Raises InputError with every line that is not one."""
    problems, found = [], {}
    for number, line in enumerate(data.decode("utf-8", "replace").splitlines(), start=1):
        digest, gap, name = line.partition("  ")
        if not gap or len(digest) != 64 or set(digest) - set("0123456789abcdef") or not name:
            problems.append(Problem(f"{where}:{number}", line[:80], "a SHA-256 sum and a name"))
        elif name in found:
            problems.append(Problem(f"{where}:{number}", f"`{name}` again", "each file once"))
        found[name] = digest
    if problems:
        raise InputError(*problems)
    return found


def sum_problems(files: Mapping[str, bytes]) -> tuple[str, ...]:
    """Files that are missing, changed or not in the list, in words. Raises InputError without a list."""
    if SUMS not in files:
        raise InputError(Problem(SUMS, "no such file", "a bundle of `signalopt release`"))
    wanted = read_sums(files[SUMS], SUMS)
    found = _sums({name: data for name, data in files.items() if name != SUMS})
    return (
        *(f"{name}: is missing" for name in sorted(wanted.keys() - found.keys())),
        *(f"{name}: is not in {SUMS}" for name in sorted(found.keys() - wanted.keys())),
        *(
            f"{name}: was changed"
            for name in sorted(wanted.keys() & found.keys())
            if wanted[name] != found[name]
        ),
    )


def content_problems(
    files: Mapping[str, bytes], schedule: Schedule, network: Network
) -> tuple[str, ...]:
    """Where a bundle's manifest and exported files do not agree with the plan in it, in words."""
    told = []
    try:
        manifest = json.loads(files.get(MANIFEST, b""))
        stated = manifest["plan_hash"]
    except (ValueError, KeyError, TypeError):  # no JSON, no hash, no object
        return (f"{MANIFEST}: cannot be read",)
    known = plan_hash(schedule.plans[0])
    if len(schedule.plans) > 1:
        known = schedule_hash(schedule)
    if stated != known:
        told.append(f"{MANIFEST}: plan hash {stated}, the plan has {known}")
    if manifest.get("network") != network.fingerprint:
        told.append(f"{MANIFEST}: made for network {manifest.get('network')}")
    if manifest.get("confirmed") is not (not any(map(unconfirmed, schedule.plans))):
        told.append(f"{MANIFEST}: confirmed {manifest.get('confirmed')}, the plan says otherwise")
    start = f"{FORMATS_FOLDER}/"
    exported = {n.removeprefix(start): data for n, data in files.items() if n.startswith(start)}
    known_refusals = _refusals(files.get(CHECKS, b""))
    for found in compare_files(exported, timetable(schedule), network):
        told += [f"{found.format}: {text}" for text in found.differences]
        if found.unreadable and list(found.unreadable) != known_refusals.get(found.format):
            told += [f"{found.format}: {text}" for text in found.unreadable]
    return tuple(told)


def _checks(
    findings: Sequence[str],
    inherited: Sequence[Finding],
    compared: Sequence[ReadBack],
    lints: Sequence[Lint],
) -> bytes:
    """checks.json: the judge's findings, all of them inherited; formats read back; the schedule's lints."""
    content = {
        "judge": {
            "new_findings": [],
            "findings_of_the_plans": list(findings),
            "findings_of_the_program_in_force": [str(finding) for finding in inherited],
        },
        "formats_read_back": [
            {
                "format": found.format,
                "intersections": found.intersections,
                "files": len(found.files),
                "same_over_a_day": not (found.differences or found.unreadable),
                "reader_refuses": list(found.unreadable),
                "not_compared": _not_compared(FORMATS[found.format].carries),
            }
            for found in compared
        ],
        "schedule_lints": [str(lint) for lint in lints],
    }
    return (json.dumps(content, indent=2, ensure_ascii=False) + "\n").encode()


def _refusals(checks: bytes) -> dict[str, list[str]]:
    """What readers refused when the bundle was made, by format; empty if checks.json cannot be read."""
    try:
        read = json.loads(checks)["formats_read_back"]
        return {entry["format"]: entry["reader_refuses"] for entry in read}
    except (ValueError, KeyError, TypeError):
        return {}


def _not_compared(carries: Carries | None) -> list[str]:
    if carries is None or not carries.groups:
        return ["lamps"]
    told = [f"vehicles: {lamp} read as {shown}" for lamp, shown in carries.vehicle.items()]
    if carries.pedestrian is None:
        told.append("pedestrians")
    else:
        told += [
            f"pedestrians: {lamp} read as {shown}" for lamp, shown in carries.pedestrian.items()
        ]
    return told if carries.days else [*told, "times of day"]


def _manifest(
    content: dict[str, object],
    export: Export,
    reasons: Sequence[str],
    files: Sequence[str],
    facts: SheetFacts,
) -> dict[str, object]:
    return {
        "format": KIND,
        "version": VERSION,
        **{key: value for key, value in content.items() if key not in ("created", "files")},
        "language": facts.language,
        "confirmed": not reasons,
        "unconfirmed": list(reasons),
        "formats": {name: FORMATS[name].title for name in export.written},
        "files": list(files),
    }


def _sums(files: Mapping[str, bytes]) -> dict[str, str]:
    return {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}


def _bytes(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode()
