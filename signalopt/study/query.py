"""Questions to a store: SQL over its runs, a summary by cell with intervals, files for others."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

import duckdb
import polars as pl

from signalopt.errors import InputError, Problem
from signalopt.files import atomic_path
from signalopt.measures import MEASURES
from signalopt.microsim.statistics import estimate
from signalopt.study.frames import FACTOR
from signalopt.study.store import read_classes, read_runs

TABLES = ("runs", "classes")
EXPORTS = (".csv", ".xlsx", ".parquet", ".json")


def query(folder: Path, sql: str) -> pl.DataFrame:
    """The answer of DuckDB to `sql` over the tables `runs` and `classes`.

    The connection sees nothing but these tables: no files, no network. Raises InputError.
    """
    tables = {"runs": read_runs(folder), "classes": read_classes(folder)}
    connection = duckdb.connect(":memory:")
    try:
        for name, frame in tables.items():
            _load(connection, name, frame)
        connection.execute("SET enable_external_access = false")
        connection.execute("SET lock_configuration = true")
        found = connection.execute(sql)
        columns = [column[0] for column in found.description or ()]
        rows = found.fetchall()
    except duckdb.Error as error:
        hint = "tables: runs, classes; `DESCRIBE runs` lists the columns"
        raise InputError(Problem("SQL", str(error).splitlines()[0], "a query", hint)) from None
    finally:
        connection.close()
    return pl.DataFrame(rows, schema=columns, orient="row", infer_schema_length=None)


def summary(folder: Path, measures: Sequence[str]) -> pl.DataFrame:
    """Means over seeds by cell: scenario, plan, engine, factors, seeds, and per measure mean and ±95 %."""
    runs = read_runs(folder)
    factors = [name for name in runs.columns if name.startswith(FACTOR)]
    unknown = [name for name in measures if name not in runs.columns]
    if unknown:
        known = ", ".join(name for name in MEASURES if name in runs.columns)
        raise InputError(
            *(Problem("--measure", f"`{name}`", f"one of {known}") for name in unknown)
        )
    by = ["scenario", *factors, "plan", "engine"]
    rows = []
    for key, group in runs.group_by(by, maintain_order=True):
        row: dict[str, object] = dict(zip(by, key, strict=True))
        row["seeds"] = group.height
        row["complete"] = bool(group.get_column("complete").all())
        for name in measures:
            values = group.get_column(name).drop_nulls().to_list()
            found = estimate(values) if values else None
            row[name] = found.mean if found else None
            row[f"{name} ±"] = (
                (found.high - found.low) / 2
                if found and found.high is not None and found.low is not None
                else None
            )
        rows.append(row)
    return pl.DataFrame(rows, infer_schema_length=None)


def export(frame: pl.DataFrame, path: Path, sheet: str = "results") -> None:
    """Write a table as CSV, Excel, Parquet or JSON, by the name's ending. Raises InputError."""
    kind = path.suffix.lower()
    if kind not in EXPORTS:
        raise InputError(Problem(str(path), f"ending `{kind}`", "one of " + ", ".join(EXPORTS)))
    with atomic_path(path) as temporary:
        if kind == ".csv":
            frame.write_csv(temporary)
        elif kind == ".parquet":
            frame.write_parquet(temporary)
        elif kind == ".json":
            frame.write_json(temporary)
        else:
            _write_excel(frame, temporary, sheet)


def _write_excel(frame: pl.DataFrame, path: Path, sheet: str) -> None:
    from openpyxl import Workbook  # noqa: PLC0415 - only this format needs it
    from openpyxl.styles import Font  # noqa: PLC0415

    book = Workbook()
    page = book.active
    assert page is not None
    page.title = sheet
    page.append(frame.columns)
    for cell in page[1]:
        cell.font = Font(bold=True)
    page.freeze_panes = "A2"
    for row in frame.iter_rows():
        page.append(row)
    with path.open("wb") as out:
        book.save(out)


def _load(connection: duckdb.DuckDBPyConnection, name: str, frame: pl.DataFrame) -> None:
    """Hand a table to DuckDB through a Parquet file: it needs no Arrow library."""
    with tempfile.TemporaryDirectory(prefix="signalopt-query-") as folder:
        path = Path(folder) / "table.parquet"
        frame.write_parquet(path)
        connection.execute(f"CREATE TABLE {name} AS SELECT * FROM read_parquet('{path}')")
