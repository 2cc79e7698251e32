"""`signalopt results`: read, question and export what sweeps have stored."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from signalopt.cli.guard import GuardedCommand
from signalopt.cli.options import Json

if TYPE_CHECKING:
    import polars as pl

DEFAULT_MEASURES = "delay_s,stops,speed_kph,co2_g"

app = typer.Typer(
    help="Results of sweeps: summary, SQL, export.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
)
Store = Annotated[Path, typer.Argument(metavar="DIR", help="The folder of a sweep.")]
Out = Annotated[
    Path | None,
    typer.Option("-o", "--output", metavar="FILE", help="Write .csv, .xlsx, .parquet or .json."),
]


@app.command(cls=GuardedCommand)
def summary(
    folder: Store,
    measure: Annotated[
        str, typer.Option(metavar="LIST", help="Measures, separated by commas.")
    ] = DEFAULT_MEASURES,
    output: Out = None,
    as_json: Json = False,
) -> None:
    """Means over seeds with 95 % intervals, one row a cell."""
    from signalopt.study.query import summary as summarise

    names = [name.strip() for name in measure.split(",") if name.strip()]
    _give(summarise(folder, names), output, as_json=as_json)


@app.command(cls=GuardedCommand)
def query(
    folder: Store,
    sql: Annotated[str, typer.Argument(metavar="SQL", help="Over the tables `runs`, `classes`.")],
    output: Out = None,
    as_json: Json = False,
) -> None:
    """Ask in SQL (DuckDB) over `runs` (one row a run) and `classes` (measures by vehicle class).

    Example: `signalopt results query DIR "SELECT scenario, plan, avg(delay_s) FROM runs GROUP BY ALL"`
    """
    from signalopt.study.query import query as ask

    _give(ask(folder, sql), output, as_json=as_json)


@app.command(cls=GuardedCommand)
def export(folder: Store, output: Annotated[Path, typer.Argument(metavar="FILE")]) -> None:
    """Write all runs as a table: .csv, .xlsx, .parquet or .json."""
    from signalopt.cli.show import say
    from signalopt.study.query import export as write
    from signalopt.study.store import read_runs

    runs = read_runs(folder)
    write(runs, output, "runs")
    say(f"{runs.height} runs in {output}")


@app.command(cls=GuardedCommand)
def failures(folder: Store, as_json: Json = False) -> None:
    """Runs of the last sweep that gave no result, with the command that repeats each."""
    from signalopt.cli.show import print_json, say
    from signalopt.study.store import read_failures

    found = read_failures(folder)
    if as_json:
        print_json(
            [{"label": f.label, "seed": f.seed, "reason": f.reason, "command": f.command}
             for f in found]
        )  # fmt: skip
        return
    for one in found:
        say(f"{one.label}, seed {one.seed}: {one.reason}\n  repeat: {one.command}")
    if not found:
        say("no failures")


def _give(frame: pl.DataFrame, output: Path | None, *, as_json: bool) -> None:
    from signalopt.cli.show import print_json, print_table, say
    from signalopt.study.query import export as write

    if output is not None:
        write(frame, output)
        say(f"{frame.height} rows in {output}")
    elif as_json:
        print_json(frame.to_dicts())
    else:
        numeric = [name for name, kind in frame.schema.items() if kind.is_numeric()]
        rows = ([_text(value) for value in row] for row in frame.iter_rows())
        print_table("", frame.columns, rows, right=numeric)


def _text(value: object) -> str:
    if value is None:
        return ""
    return f"{value:.4g}" if isinstance(value, float) else str(value)
