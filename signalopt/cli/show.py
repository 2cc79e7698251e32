"""Output of commands: results on stdout (tables or JSON), everything else on stderr."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any, Literal

import typer
from rich.console import Console
from rich.table import Table


def print_json(content: Any) -> None:
    """Print one JSON object on stdout; NaN is refused because JSON has none."""
    typer.echo(json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False))


def print_table(
    title: str, columns: Sequence[str], rows: Iterable[Sequence[str]], right: Sequence[str] = ()
) -> None:
    """Print a table on stdout; the columns named in `right` are aligned to the right.

    Into a pipe or file it is written 160 columns wide, so that no figure is cut off.
    """
    table = Table(
        title=title or None,
        title_justify="left",
        title_style="bold",
        box=None,
        pad_edge=False,
        padding=(0, 2, 0, 0),
    )
    for column in columns:
        side: Literal["left", "right"] = "right" if column in right else "left"
        table.add_column(column, justify=side, header_style="bold", overflow="fold")
    for row in rows:
        table.add_row(*row)
    console = Console(highlight=False, markup=False)
    if not console.is_terminal:
        console = Console(highlight=False, markup=False, width=160)
    console.print(table)


def say(text: str = "") -> None:
    """Print a line of result on stdout."""
    typer.echo(text)


def remark(text: str) -> None:
    """Print a line of news on stderr."""
    typer.echo(text, err=True)


def clock(second_of_day: int) -> str:
    """`07:30` from 27000."""
    return f"{second_of_day // 3600:02d}:{second_of_day % 3600 // 60:02d}"
