from pathlib import Path

import pytest

from signalopt.demand.tables import read_table
from signalopt.errors import InputError


def test_all_problems_of_the_shape_at_once(tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    file.write_text("# head\nfrom,too,vph\na,b,1\na,b\n")
    with pytest.raises(InputError) as error:
        read_table(file, "OD volumes", ("from", "to", "vph"))
    text = str(error.value)
    assert f"{file}:2: found no column `to`" in text
    assert "column `too`" in text
    assert "did you mean `to`?" in text
    assert f"{file}:4: found 2 cells; expected 3" in text


@pytest.mark.parametrize(("content", "found"), [("", "an empty file"), ("a\n", "without rows")])
def test_empty_tables_are_refused(tmp_path: Path, content: str, found: str) -> None:
    (tmp_path / "t.csv").write_text(content)
    with pytest.raises(InputError, match=found):
        read_table(tmp_path / "t.csv", "a table", ("a",))


@pytest.mark.parametrize("cell", ["-1", "nan", "inf", "many", ""])
def test_bad_numbers_name_line_and_column(tmp_path: Path, cell: str) -> None:
    (tmp_path / "t.csv").write_text(f"a,b\nx,{cell}\n")
    table = read_table(tmp_path / "t.csv", "a table", ("a", "b"))
    line, row = table.rows[0]
    assert table.number(line, row, "b") == 0.0
    with pytest.raises(InputError, match=r"t\.csv:2: b: found"):
        table.finish()


@pytest.mark.parametrize(("cell", "seconds"), [("07:30", 27000), ("07:30:15", 27015), ("", 5)])
def test_clock_cells(tmp_path: Path, cell: str, seconds: int) -> None:
    (tmp_path / "t.csv").write_text(f"a,b\nx,{cell}\n")
    table = read_table(tmp_path / "t.csv", "a table", ("a", "b"))
    assert table.clock(*table.rows[0], "b", 5) == seconds
