"""The command line: assembles the commands. Rooms are imported when a command runs, not here."""

from __future__ import annotations

from typing import Annotated

import typer

from signalopt import __version__
from signalopt.cli import baseline, emissions, importing, results
from signalopt.cli.areas import areas
from signalopt.cli.build import build
from signalopt.cli.calibrate import calibrate
from signalopt.cli.check import check
from signalopt.cli.demo import demo
from signalopt.cli.diff import diff
from signalopt.cli.distil import distil
from signalopt.cli.doctor import doctor
from signalopt.cli.export import export
from signalopt.cli.fleet import app as fleet_app
from signalopt.cli.guard import GuardedCommand
from signalopt.cli.optimize import optimize
from signalopt.cli.pareto import pareto
from signalopt.cli.release import release
from signalopt.cli.report import report
from signalopt.cli.scenarios import scenarios
from signalopt.cli.schedule import schedule
from signalopt.cli.schema import schema
from signalopt.cli.simulate import simulate
from signalopt.cli.sweep import sweep
from signalopt.cli.train import train
from signalopt.cli.tune import tune

HELP = """Safe, low-emission timing plans for real traffic signals, judged by SUMO.

A first round: `signalopt doctor`, `signalopt simulate smoke`,
`signalopt optimize mangilik_el_am -o plan.json`, `signalopt check plan.json mangilik_el_am`,
`signalopt export plan.json mangilik_el_am --format html -o sheets`.

Exit codes: 0 fine, 1 unsafe plan or figures out of bounds, 2 usage or input, 3 simulation failed,
70 a bug in signalopt, 130 interrupted.
"""

app = typer.Typer(
    help=HELP,
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"signalopt {__version__}")
        raise typer.Exit


@app.callback()
def signalopt(
    _version: Annotated[
        bool,
        typer.Option(
            "--version",
            help="Print the version and end.",
            callback=_print_version,
            is_eager=True,
        ),
    ] = False,
) -> None:
    """The callback that holds the options of the program itself."""


for command in (
    doctor,
    areas,
    scenarios,
    build,
    simulate,
    calibrate,
    optimize,
    pareto,
    report,
    schedule,
    distil,
    train,
    tune,
    check,
    export,
    diff,
    release,
    demo,
    sweep,
    schema,
):
    app.command(cls=GuardedCommand)(command)
app.add_typer(importing.app, name="import")
app.add_typer(emissions.app, name="emissions")
app.add_typer(fleet_app, name="fleet")
app.add_typer(baseline.app, name="baseline")
app.add_typer(results.app, name="results")


def run() -> None:
    """Entry point of the `signalopt` program."""
    app()
