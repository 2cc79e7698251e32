"""Options that several commands share, and what their texts mean."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from signalopt.errors import InputError, Problem

MAX_SEEDS = 1000
"""More seeds in one call are surely a slip of the pen (`1-50000`)."""

Scenario = Annotated[
    str,
    typer.Argument(
        metavar="SCENARIO",
        help="A scenario file, or the name of a built-in one (`signalopt scenarios` lists them).",
    ),
]
PlanFile = Annotated[
    Path,
    typer.Argument(metavar="PLAN", help="A timing plan: our JSON or a SUMO additional file."),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of text.")]
Folder = Annotated[
    Path,
    typer.Option("-o", "--output", metavar="DIR", help="Folder to write into; made if absent."),
]
Workers = Annotated[
    int, typer.Option(min=0, metavar="N", help="Simulations at a time; 0: one a processor core.")
]
Seeds = Annotated[
    str,
    typer.Option(metavar="LIST", help="Seeds of the simulation runs: `1-5` or `1,3,7`."),
]


def parse_seeds(text: str) -> tuple[int, ...]:
    """Seeds from `1-5`, `1,3,7` or both mixed, in the order given.

    Raises InputError for anything else, for seeds given twice and for more than MAX_SEEDS.
    """
    seeds: list[int] = []
    for part in text.split(","):
        first, dash, last = part.strip().partition("-")
        ends = (first, last) if dash else (first, first)
        if not all(end.strip().isdecimal() for end in ends):
            raise _bad_seeds(repr(part.strip()))
        begin, end = (int(e) for e in ends)
        if begin > end:
            raise _bad_seeds(f"`{part.strip()}`, which runs backwards")
        if end - begin + len(seeds) >= MAX_SEEDS:
            raise _bad_seeds(f"more than {MAX_SEEDS} seeds")
        seeds += range(begin, end + 1)
    twice = sorted({seed for seed in seeds if seeds.count(seed) > 1})
    if twice:
        raise _bad_seeds(f"seed {twice[0]} twice")
    return tuple(seeds)


def _bad_seeds(found: str) -> InputError:
    return InputError(Problem("--seeds", found, "whole numbers from 0 on, such as 1-5 or 1,3,7"))
