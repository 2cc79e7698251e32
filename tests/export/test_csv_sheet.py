"""The CSV sheet: what it says, and that it can be read back to the same lamps."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import pytest

from signalopt.errors import InputError
from signalopt.export.csv_read import csv_programs, read_csv_sheet, sheet_differences
from signalopt.export.csv_sheet import BYTE_ORDER_MARK, COLUMNS, csv_sheet, protect, unprotect
from signalopt.export.lamps import Lamp, group_spans
from signalopt.timing.plan import FixedProgram
from signalopt.timing.program import group_greens, phases
from tests.export.export_sample import IDS, sample_network, sample_plan

NETWORK = sample_network()
PLAN = sample_plan()
NAMES = {IDS[0]: "Мәңгілік Ел, Сығанақ", IDS[1]: '=HYPERLINK("x")'}
TEXT = csv_sheet(PLAN, NETWORK.layouts, NAMES)


def _rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix(BYTE_ORDER_MARK))))


def test_columns_and_byte_order_mark():
    assert TEXT.startswith(BYTE_ORDER_MARK)
    assert TEXT.splitlines()[0].removeprefix(BYTE_ORDER_MARK).split(",") == list(COLUMNS)


def test_greens_are_those_of_the_plan():
    for program in PLAN.intersections:
        layout = NETWORK.layouts[program.intersection]
        told: dict[str, list[tuple[int, int]]] = {group.id: [] for group in layout.groups}
        for row in _rows(TEXT):
            if row["intersection"] == program.intersection:
                window = (int(row["green_start_s"]), int(row["green_end_s"]))
                told[row["group"]].append(window)
        assert told == group_greens(layout, program)


def test_figures_of_one_row_by_hand():
    """Main stage 55 s, flashing 3, amber 3, intergreen to the side street 5 s, all-red 2."""
    row = next(r for r in _rows(TEXT) if r["intersection"] == IDS[0] and r["group"] == "EW")
    assert (row["green_start_s"], row["green_end_s"]) == ("0", "58")
    assert (row["flashing_green_s"], row["amber_s"]) == ("3", "3")
    assert (row["all_red_s"], row["red_amber_s"]) == ("2", "2")
    assert (row["stage_order"], row["stage_greens_s"]) == ("main>side", "55>19")
    assert (row["cycle_s"], row["offset_s"], row["stages"]) == ("90", "0", "main")


def test_no_text_can_become_a_formula():
    assert not any(cell.startswith("=") for row in _rows(TEXT) for cell in row.values())
    for text in ("=1", "'x", "+a", "-", "@", "plain", "", "''"):
        assert unprotect(protect(text)) == text


def test_read_back_without_difference(tmp_path):
    path = tmp_path / "plan.csv"
    path.write_text(TEXT, encoding="utf-8")
    programs = read_csv_sheet(path)
    assert sheet_differences(programs, PLAN, NETWORK.layouts) == ()
    assert [p.name for p in programs] == [NAMES[IDS[0]], NAMES[IDS[1]], ""]
    assert programs[0].stages == ("main", "side")


def test_fixed_programs_with_fractions_are_read_back():
    layout = NETWORK.layouts[IDS[0]]
    lines = phases(layout, PLAN.intersections[0])
    moved = (replace(lines[0], duration_s=40.3), *lines[1:-1], replace(lines[-1], duration_s=1.9))
    for turn in range(len(moved)):
        fixed = FixedProgram(IDS[0], 3.7, moved[turn:] + moved[:turn])
        plan = replace(PLAN, intersections=(fixed,))
        programs = csv_programs(csv_sheet(plan, NETWORK.layouts))
        assert sheet_differences(programs, plan, NETWORK.layouts) == ()


def test_a_group_that_is_never_green_has_a_row():
    layout = NETWORK.layouts[IDS[0]]
    n = layout.link_count
    plan = replace(
        PLAN, intersections=(FixedProgram(IDS[0], 0, (phases(layout, PLAN.by_id[IDS[0]])[0],)),)
    )
    sheet = csv_programs(csv_sheet(plan, NETWORK.layouts))[0]
    assert len(sheet.lamps) == len(layout.groups)
    assert [span.lamp for span in sheet.lamps["NS"]] == [Lamp.RED]
    assert [span.lamp for span in sheet.lamps["EW"]] == [Lamp.GREEN]
    assert n == layout.link_count


@pytest.mark.parametrize(
    "column", ["green_start_s", "green_end_s", "flashing_green_s", "amber_s", "red_amber_s"]
)
def test_every_changed_second_is_noticed(column):
    rows = _rows(TEXT)
    row = next(r for r in rows if r["group"] == "NS")
    row[column] = str(int(row[column]) + 1)
    found = sheet_differences(csv_programs(_text(rows)), PLAN, NETWORK.layouts)
    assert found == (f"{IDS[0]}: group `NS` shows other lamps",)


def test_changed_offset_and_missing_intersection_are_noticed():
    rows = [r | {"offset_s": "1"} if r["intersection"] == IDS[0] else r for r in _rows(TEXT)]
    rows = [r for r in rows if r["intersection"] != IDS[1]]
    found = sheet_differences(csv_programs(_text(rows)), PLAN, NETWORK.layouts)
    assert len(found) == 2
    assert found[0] == f"{IDS[1]}: only in the plan"
    assert "cycle and offset 90, 1 s in the sheet" in found[1]


def test_all_problems_of_a_bad_sheet_at_once():
    rows = _rows(TEXT)
    rows[0]["green_end_s"] = "x"
    rows[1]["cycle_s"] = "0"
    rows[9]["offset_s"] = "5"
    rows[3]["group"] = ""
    rows[4]["green_end_s"] = "1"
    rows[5]["flashing_green_s"] = "99"
    with pytest.raises(InputError) as caught:
        csv_programs(_text(rows), "sheet.csv")
    places = [problem.where for problem in caught.value.problems]
    assert len(places) == 6
    assert "sheet.csv:2: green_end_s" in places
    assert "sheet.csv:5: group" in places


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", ",".join(COLUMNS) + "\n"])
def test_not_a_sheet(text):
    with pytest.raises(InputError):
        csv_programs(text)


def test_lamps_of_the_sheet_are_those_of_the_plan():
    sheet = csv_programs(TEXT)[2]
    layout = NETWORK.layouts[IDS[2]]
    assert dict(sheet.lamps) == group_spans(layout, PLAN.by_id[IDS[2]])


def _text(rows: list[dict[str, str]]) -> str:
    target = io.StringIO()
    writer = csv.DictWriter(target, COLUMNS)
    writer.writeheader()
    writer.writerows(rows)
    return target.getvalue()
