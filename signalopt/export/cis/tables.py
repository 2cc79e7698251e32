"""The sheets as plain tables, from which both the workbook and the printed pages are made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from signalopt.export.cis.lints import lints
from signalopt.export.cis.model import Kind, Passport, PhaseRow, Programme, lamps_of
from signalopt.export.cis.modes import ModeMaps, clock_of
from signalopt.export.cis.words import WEEKDAYS, CisWords
from signalopt.export.facts import SheetFacts
from signalopt.export.lamps import Lamp
from signalopt.timing.findings import new_findings

Cell = str | int | float | None
CODES = (Lamp.GREEN, Lamp.FLASHING, Lamp.AMBER, Lamp.RED, Lamp.RED_AMBER)
"""Codes of lamps in the cyclogram: 1 to 5 in this order, the same in every language."""


@dataclass(frozen=True)
class Block:
    """One table: key and title, heads of the columns, rows, a text below."""

    key: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    about: str = ""


@dataclass(frozen=True)
class Sheet:
    """One sheet of the workbook; `programme`: the one that it is about."""

    title: str
    blocks: tuple[Block, ...]
    programme: Programme | None = None


def sheets_of(
    passport: Passport,
    maps: ModeMaps,
    head: Sequence[tuple[str, Cell]],
    facts: SheetFacts,
    words: CisWords,
) -> tuple[Sheet, ...]:
    """All sheets in order. head: pairs (key of words, value) at the top of the passport."""
    programmes = [
        Sheet(
            f"{words['programme']} {p.number}",
            (_programme_head(p, words), _timing(p, words), _intermediate(p, words)),
            p,
        )
        for p in passport.programmes
    ]
    return (
        Sheet(
            words["passport"],
            (
                Block("passport", words["passport"], (), tuple((words[k], v) for k, v in head)),
                _directions(passport, words),
                _phases(passport, words),
            ),
        ),
        Sheet(words["conflicts"], (_conflicts(passport, words),)),
        *programmes,
        Sheet(words["coordination"], (_coordination(passport, words),)),
        Sheet(words["modes"], _modes(maps, words)),
        Sheet(words["check"], (_check(passport, facts, words), _signatures(words))),
    )


def _directions(passport: Passport, words: CisWords) -> Block:
    keys = ("number", "group", "kind", "serves", "in_phases", "heads", "extra_green", "flashing",
            "amber", "red", "red_amber", "green", "least_green", "always_red", "countdown_red",
            "countdown_green", "note")  # fmt: skip
    rows: list[tuple[Cell, ...]] = []
    for d in passport.directions:
        ends = [
            change
            for p in passport.programmes
            for row in p.phases
            for change in row.changes
            if change.direction == d.number and change.ends
        ]
        note = ""
        if d.crossing_m is not None:
            note = words["crossing"].format(metres=f"{d.crossing_m:g}")
        rows.append(
            (
                d.number,
                d.group,
                words[d.kind.value],
                d.text,
                ",".join(map(str, passport.phases_of(d.number))) or "–",
                None,
                _same({c.extra_green_s for c in ends}),
                d.flashing_s,
                d.amber_s,
                _same({c.red_s for c in ends}),
                d.red_amber_s,
                _steady_green(passport, d.number),
                d.least_green_s,
                words["yes"] if d.kind is Kind.ALWAYS_RED else None,
                None,
                None,
                note,
            )
        )
    columns = tuple(words[key] for key in keys)
    return Block("directions", words["directions"], columns, tuple(rows), words["about_directions"])


def _same(values: set[int]) -> Cell:
    return next(iter(values)) if len(values) == 1 else ("…" if values else None)


def _steady_green(passport: Passport, direction: int) -> Cell:
    """Longest steady green of each programme, told once where all are equal."""
    greens = []
    for programme in passport.programmes:
        spans = lamps_of(programme, len(passport.directions))[direction]
        runs = [(s.start_s, s.end_s) for s in spans if s.lamp is Lamp.GREEN]
        if len(runs) > 1 and runs[0][0] == 0 and runs[-1][1] == programme.cycle_s:
            runs[0] = (runs[-1][0] - programme.cycle_s, runs[0][1])
        greens.append(max((int(end - begin) for begin, end in runs), default=0))
    if not greens:
        return None
    return greens[0] if len(set(greens)) == 1 else "/".join(map(str, greens))


def _phases(passport: Passport, words: CisWords) -> Block:
    rows = []
    for number, name in enumerate(passport.phase_names, start=1):
        used = next((r for p in passport.programmes for r in p.phases if r.number == number), None)
        if used is not None:
            rows.append((number, name, _listed(used)))
    columns = (words["phase"], words["stage"], words["green_directions"])
    return Block("phases", words["phases"], columns, tuple(rows))


def _listed(row: PhaseRow) -> str:
    return ",".join(map(str, row.directions)) or "–"


def _conflicts(passport: Passport, words: CisWords) -> Block:
    numbers = [d.number for d in passport.directions]
    rows = []
    for ending in numbers:
        cells: list[Cell] = [ending]
        for starting in numbers:
            wanted = passport.conflicts.get((ending, starting), -1)
            cells.append("■" if ending == starting else "×" if wanted is None else wanted)
        rows.append(tuple(None if cell == -1 else cell for cell in cells))
    columns = (words["number"], *map(str, numbers))
    return Block("conflicts", words["conflicts"], columns, tuple(rows), words["about_conflicts"])


def _programme_head(programme: Programme, words: CisWords) -> Block:
    pairs: tuple[tuple[str, Cell], ...] = (
        ("name", programme.name),
        ("cycle", programme.cycle_s),
        ("shift", programme.shift_s),
        ("switch", programme.switch_s if programme.switch_s is not None else "–"),
    )
    rows = ((words["programme"], programme.number), *((words[k], v) for k, v in pairs))
    return Block("programme", f"{words['programme']} {programme.number}", (), rows)


def _timing(programme: Programme, words: CisWords) -> Block:
    keys = ("row", "phase", "green_directions", "main", "between", "whole", "phase_shift", "least",
            "phase_kind")  # fmt: skip
    rows = tuple(
        (
            index,
            row.number,
            _listed(row),
            row.main_s,
            row.between_s,
            row.main_s + row.between_s,
            (programme.shift_s + row.start_s) % programme.cycle_s,
            row.least_s,
            words["simple"],
        )
        for index, row in enumerate(programme.phases, start=1)
    )
    columns = tuple(words[key] for key in keys)
    return Block("timing", words["timing"], columns, rows, words["about_timing"])


def _intermediate(programme: Programme, words: CisWords) -> Block:
    keys = ("row", "after_phase", "before_phase", "number", "extra_green", "flashing", "amber",
            "red", "red_amber")  # fmt: skip
    rows: list[tuple[Cell, ...]] = []
    for index, row in enumerate(programme.phases, start=1):
        following = programme.phases[index % len(programme.phases)].number
        rows += [(index, row.number, following, c.direction, *c.parts_s) for c in row.changes]
    columns = tuple(words[key] for key in keys)
    return Block(
        "intermediate", words["intermediate"], columns, tuple(rows), words["about_intermediate"]
    )


def _coordination(passport: Passport, words: CisWords) -> Block:
    most = max((len(p.phases) for p in passport.programmes), default=0)
    columns = [words[key] for key in ("pk", "name", "cycle", "shift")]
    for n in range(1, most + 1):
        columns += [words["phase_n"].format(n=n), words["phase_start_n"].format(n=n)]
    rows = []
    for programme in passport.programmes:
        cells: list[Cell] = [
            programme.number, programme.name, programme.cycle_s, programme.shift_s
        ]  # fmt: skip
        for row in programme.phases:
            cells += [row.number, row.start_s]
        rows.append((*cells, *[None] * (len(columns) - len(cells))))
    return Block(
        "coordination",
        words["coordination"],
        tuple(columns),
        tuple(rows),
        words["about_coordination"],
    )


def _modes(maps: ModeMaps, words: CisWords) -> tuple[Block, ...]:
    daily: list[tuple[Cell, ...]] = []
    for number, day in enumerate(maps.daily, start=1):
        begin = 0
        for index, (pk, end) in enumerate(day.rows, start=1):
            daily.append(
                (
                    number,
                    day.name,
                    index,
                    pk,
                    end // 60,
                    end % 60,
                    clock_of(begin),
                    words["coordinated"],
                )
            )
            begin = end
    keys = ("daily_map", "name", "row", "pk", "hours", "minutes", "begin", "mode")
    weekly = tuple((number, *week) for number, week in enumerate(maps.weekly, start=1))
    annual = tuple(
        (month, *(cell or None for cell in line)) for month, line in enumerate(maps.annual, start=1)
    )
    week_heads = (words["weekly_map"], *(words[day] for day in WEEKDAYS))
    year_heads = (words["month"], *map(str, range(1, 32)))
    return (
        Block(
            "daily",
            words["daily"],
            tuple(words[k] for k in keys),
            tuple(daily),
            words["about_modes"],
        ),
        Block("weekly", words["weekly"], week_heads, weekly),
        Block("annual", words["annual"], year_heads, annual, words["about_annual"]),
    )


def _check(passport: Passport, facts: SheetFacts, words: CisWords) -> Block:
    told = [(words["look"], text) for text in lints(passport, words)]
    rows = told or [(words["fine"], words["lint_none"])]
    own = [f for f in facts.findings if f.intersection == passport.intersection]
    added = new_findings(own, facts.inherited)
    rows += [(words["look"] if f in added else words["inherited"], str(f)) for f in own]
    if not own:
        rows.append((words["fine"], words["judge_none"]))
    rows += [
        (f"({r.confidence})", f"{r.subject}: {r.text}")
        for r in facts.remarks
        if passport.intersection in r.subject
    ]
    return Block("check", words["check"], (words["severity"], words["finding"]), tuple(rows))


def _signatures(words: CisWords) -> Block:
    columns = tuple(words[key] for key in ("role", "surname", "signature", "date"))
    roles = ("compiled", "agreed", "approved", "entered")
    rows = tuple((words[role], None, None, None) for role in roles)
    return Block("signatures", words["signatures"], columns, rows)
