from pathlib import Path

import openpyxl
import pytest

from signalopt.errors import InputError
from signalopt.study.query import export, query, summary
from signalopt.study.store import open_store, read_runs
from tests.study.test_store import record


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with open_store(tmp_path) as store:
        for number, delay_s in ((1, 30.0), (2, 34.0)):
            store.add(record(number, delay_s))
    return tmp_path


def test_sql_over_both_tables(folder: Path) -> None:
    found = query(folder, "SELECT avg(delay_s) AS d FROM runs")
    assert found.item() == 32.0
    joined = "SELECT sum(c.value) FROM runs r JOIN classes c USING (key) WHERE c.measure = 'co2_g'"
    assert query(folder, joined).item() == 300.0


@pytest.mark.parametrize(
    "sql", ["SELECT nothing FROM runs", "SELEC 1", "SELECT * FROM read_csv('/etc/passwd')",
            "COPY runs TO '/tmp/never.csv'"],
)  # fmt: skip
def test_bad_or_reaching_sql_is_refused(folder: Path, sql: str) -> None:
    with pytest.raises(InputError, match="SQL"):
        query(folder, sql)
    assert not Path("/tmp/never.csv").exists()


def test_summary_has_means_and_half_widths(folder: Path) -> None:
    found = summary(folder, ["delay_s"]).row(0, named=True)
    assert found["delay_s"] == 32.0
    # t(0.975, 1) = 12.706, s = 2.828, n = 2: 12.706 * 2.828 / sqrt(2) = 25.41
    assert found["delay_s ±"] == pytest.approx(25.41, abs=0.01)
    with pytest.raises(InputError, match="delay_s"):
        summary(folder, ["dellay"])


def test_exports_read_back(folder: Path) -> None:
    runs = read_runs(folder)
    export(runs, folder / "r.xlsx", "runs")
    page = openpyxl.load_workbook(folder / "r.xlsx")["runs"]
    assert page.max_row == 3
    assert [cell.value for cell in page[1]] == runs.columns
    export(runs, folder / "r.csv")
    assert (folder / "r.csv").read_text().count("\n") == 3
    with pytest.raises(InputError, match="ending"):
        export(runs, folder / "r.doc")
