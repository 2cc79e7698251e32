"""Workbooks read back: the same lamps in both languages; every edited cell is found and named."""

from __future__ import annotations

import io
import json
from functools import cache

import pytest
from openpyxl import load_workbook

from signalopt.errors import InputError
from signalopt.export.cis.read import read_cis
from signalopt.export.cis.write import cis_files, owns
from signalopt.export.equivalence import Carries, differences
from signalopt.export.facts import SheetFacts
from signalopt.export.timetable import Timetable, timetable
from signalopt.timing.plan import Plan
from tests.export.areas import AREAS, area, longer, random_plan, week
from tests.export.export_sample import sample_network, sample_plan

NETWORK = sample_network()
PLAN = sample_plan(offsets=(3, 17, 80))
TABLE = timetable(week(PLAN, longer(PLAN, "=cmd|' /C calc'!A0")))
BOOK, PROGRAMMES = "cis/Alpha_First.xlsx", "cis/Alpha_First.dk.json"


@cache
def written(language: str = "ru") -> dict[str, str | bytes]:
    made = cis_files(TABLE, NETWORK, SheetFacts(language=language))
    assert made.refused == ()
    return dict(made.files)


def edited(
    sheet: int | str, cell: str, value: object, language: str = "ru"
) -> dict[str, str | bytes]:
    book = load_workbook(io.BytesIO(written(language)[BOOK]))
    page = book.worksheets[sheet] if isinstance(sheet, int) else book[sheet]
    assert page[cell].value != value
    page[cell].value = value
    held = io.BytesIO()
    book.save(held)
    return {BOOK: held.getvalue()}


def where(sheet: str, text: object, offset: int = 0) -> int:
    """The line `offset` below the first one that begins with a text."""
    page = load_workbook(io.BytesIO(written()[BOOK]))[sheet]
    return next(r for r in range(1, 200) if page.cell(r, 1).value == text) + offset


@pytest.mark.parametrize("language", ["ru", "kk"])
def test_both_languages_show_what_the_plans_show(language: str):
    files = written(language)
    assert all(owns(name) for name in files)
    assert differences(read_cis(files, NETWORK), TABLE, NETWORK, Carries()) == ()


def test_the_same_bytes_every_time():
    again = cis_files(TABLE, NETWORK, SheetFacts()).files
    assert dict(again) == written()


def test_a_name_is_no_formula_and_an_unknown_language_is_refused():
    book = load_workbook(io.BytesIO(written()[BOOK]))
    cells = [c for page in book for row in page.iter_rows() for c in row if c.value is not None]
    assert not [c.coordinate for c in cells if c.data_type == "f"]
    assert any(str(c.value).startswith("=cmd") for c in cells)
    with pytest.raises(InputError, match="ru, kk"):
        cis_files(TABLE, NETWORK, SheetFacts(language="fr"))


CONFLICTS, FIRST = "Таблица конфликтов", "Программа 1"


@pytest.mark.parametrize(
    ("sheet", "cell", "value", "told"),
    [
        (FIRST, "B4", 91, "Тц = Σ Тф"),
        (FIRST, "B5", 4, "Тсдвиг"),
        (FIRST, "B5", 500, "shift within the cycle"),
        (FIRST, "B4", "ninety", "a whole number"),
        (FIRST, ("Временная программа", 2, "D"), 99, "Тф = Тосн"),
        (FIRST, ("Временная программа", 2, "C"), "1,99", "numbers from 1 to"),
        (FIRST, ("Временная программа", 2, "C"), "1", "as the phases say"),
        (FIRST, ("Промежуточные такты", 2, "F"), 7, "sum up to Тпр"),
        ("Циклограмма 1", "E3", 4, "as the phases say"),
        ("Программа координации", "F3", 7, "phases of the programme"),
        ("Карта режимов", "E3", 23, "ascending ends"),
        ("Карта режимов", "D3", 9, "programme 9"),
        ("Паспорт светофорного объекта", "B3", "Nowhere", "an intersection of the network"),
        ("Паспорт светофорного объекта", "B4", "sample-2", "fingerprint"),
        (CONFLICTS, "C3", 1, "least intergreen"),
    ],
)
def test_edited_cells_are_found(
    sheet: str, cell: str | tuple[str, int, str], value: object, told: str
):
    if isinstance(cell, tuple):
        cell = f"{cell[2]}{where(sheet, cell[0], cell[1])}"
    with pytest.raises(InputError) as caught:
        read_cis(edited(sheet, cell, value), NETWORK)
    assert told in str(caught.value), str(caught.value)
    assert BOOK in str(caught.value)


def test_times_of_a_direction_are_those_of_its_group():
    line = where("Паспорт светофорного объекта", "Таблица направлений", 2)
    with pytest.raises(InputError, match="amber of group") as caught:
        read_cis(edited(0, f"I{line}", 4), NETWORK)
    assert f"I{line}" in str(caught.value)


def test_cut_lacking_and_foreign_files():
    data = written()[BOOK]
    assert isinstance(data, bytes)
    for broken in (data[: len(data) // 2], b"", b"PK", b"<html>"):
        with pytest.raises(InputError, match=r"a whole \.xlsx file"):
            read_cis({BOOK: broken}, NETWORK)
    book = load_workbook(io.BytesIO(data))
    del book["Программа координации"]
    held = io.BytesIO()
    book.save(held)
    with pytest.raises(InputError, match="no table `coordination`"):
        read_cis({BOOK: held.getvalue()}, NETWORK)
    with pytest.raises(InputError, match="put the workbook beside it"):
        read_cis({PROGRAMMES: written()[PROGRAMMES]}, NETWORK)
    with pytest.raises(InputError, match="no workbook"):
        read_cis({}, NETWORK)


def test_the_json_of_the_asudd_has_the_known_form_and_must_agree():
    text = written()[PROGRAMMES]
    content = json.loads(text)
    first = content["dk"][0]
    assert list(first) == ["dk", "pk", "desc", "tpu", "razlen", "tc", "shift", "twot", "sts"]
    assert list(first["sts"][0]) == ["line", "start", "num", "tf", "stop", "plus", "trs", "dt"]
    assert (first["pk"], first["tc"], first["shift"]) == (1, 90, 3)
    assert [s["start"] for s in first["sts"]] == [0, *(s["stop"] for s in first["sts"][:-1])]
    assert first["sts"][-1]["stop"] == first["tc"]
    first["shift"] = 4
    content["dk"][1]["sts"][0]["stop"] -= 1
    changed = json.dumps(content)
    book = {BOOK: written()[BOOK]}
    with pytest.raises(InputError) as caught:
        read_cis({**book, PROGRAMMES: changed}, NETWORK)
    assert "pk 1.shift: found 4; expected 3" in str(caught.value)
    assert "pk 2.sts[0]" in str(caught.value)
    with pytest.raises(InputError, match="programme 2 missing"):
        read_cis({**book, PROGRAMMES: json.dumps({"dk": content["dk"][:1]})}, NETWORK)
    with pytest.raises(InputError, match=r"dk\.json"):
        read_cis({**book, PROGRAMMES: str(text)[:-40]}, NETWORK)


def test_workbooks_must_hold_the_same_maps():
    line = where("Карта режимов", "Суточные карты", 2)
    changed = edited("Карта режимов", f"E{line}", 6)
    with pytest.raises(InputError, match="other mode maps"):
        read_cis({**written(), **changed}, NETWORK)


@pytest.mark.slow_ci
@pytest.mark.parametrize("name", AREAS)
def test_all_areas_in_kazakh(name: str):
    network = area(name)
    table = timetable(week(random_plan(network, 23), longer(random_plan(network, 23), "қысқы")))
    made = cis_files(table, network, SheetFacts(language="kk"))
    assert made.refused == ()
    assert differences(read_cis(made.files, network), table, network, Carries()) == ()


def test_a_plan_of_one_intersection_only():
    plan = Plan("one", PLAN.network, PLAN.intersections[:1])
    table: Timetable = timetable(week(plan, longer(plan, "two")))
    made = cis_files(table, NETWORK, SheetFacts())
    assert set(made.files) == {BOOK, PROGRAMMES, "cis/Alpha_First.html"}
    assert differences(read_cis(made.files, NETWORK), table, NETWORK, Carries()) == ()
