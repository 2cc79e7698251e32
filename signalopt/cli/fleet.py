"""`signalopt fleet list | show | check`: what drives in the city, by class, fuel and Euro class."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from signalopt.cli.guard import GuardedCommand
from signalopt.cli.options import Json

if TYPE_CHECKING:
    from signalopt.emissions.fleet import Fleet

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def fleet() -> None:
    """The vehicles of the city: which share of the traffic emits like what."""


@app.command("list", cls=GuardedCommand)
def list_(as_json: Json = False) -> None:
    """List the shipped fleets: any of these names stands where a FLEET is asked for.

    Example: `signalopt fleet list`
    """
    from signalopt.cli.show import print_json, print_table
    from signalopt.emissions.fleet import list_fleets, load_fleet

    fleets = [load_fleet(name) for name in list_fleets()]
    if as_json:
        print_json({"fleets": [{"name": f.name, "title": f.title} for f in fleets]})
        return
    print_table("", ("name", "title"), [(f.name, f.title) for f in fleets])


@app.command(cls=GuardedCommand)
def show(
    fleet: Annotated[
        str,
        typer.Argument(metavar="FLEET", help="Name of a fleet, or your own .toml or .csv file."),
    ] = "astana_2025",
    temperature: Annotated[
        float, typer.Option(metavar="C", help="Air temperature of the emission factors, °C.")
    ] = 20.0,
    as_json: Json = False,
) -> None:
    """Show a fleet: shares with their confidence, and what a mean vehicle of each class emits.

    Examples: `signalopt fleet show` - `signalopt fleet show depot.csv --temperature -20`
    """
    from signalopt.cli.show import print_json, print_table, say
    from signalopt.emissions.fleet import load_fleet
    from signalopt.emissions.winter import valid_temperature

    found = load_fleet(fleet)
    used, notes = valid_temperature(temperature)
    levels = _levels(found, used)
    if as_json:
        print_json(
            {
                "name": found.name,
                "title": found.title,
                "description": found.description.strip(),
                "trip_km": found.trip_km,
                "dead_catalyst_share": found.dead_catalyst_share,
                "temperature_c": used,
                "shares": [
                    {
                        "kinematic_class": s.kinematic_class,
                        "fuel": s.fuel,
                        "euro": s.euro,
                        "share": s.share,
                        "confidence": s.confidence,
                        "source": s.source,
                    }
                    for c in found.kinematic_classes
                    for s in found.of_class(c)
                ],
                "per_km_at_20_kph": levels,
                "sources": list(found.sources),
                "notes": [*found.notes, *notes],
            }
        )
        return
    say(f"{found.name}: {found.title}")
    say(found.description.strip())
    shares = [s for c in found.kinematic_classes for s in found.of_class(c)]
    rows = [
        (s.kinematic_class, s.fuel, s.euro, f"{100 * s.share:.1f}", s.confidence) for s in shares
    ]
    columns = ("class", "fuel", "Euro", "share %", "confidence")
    print_table("shares of the traffic of a class", columns, rows, right=("share %",))
    _print_levels(levels, used)
    for text in (*found.notes, *notes):
        say(f"note: {text}")
    for source in dict.fromkeys((*found.sources, *(s.source for s in shares))):
        say(f"source: {source}")


@app.command(cls=GuardedCommand)
def check(
    file: Annotated[str, typer.Argument(metavar="FILE", help="Your fleet, .toml or .csv.")],
    as_json: Json = False,
) -> None:
    """Check a list of vehicles or a fleet file; every problem is told with its line.

    Columns of a list: kinematic_class, fuel, euro and count or share; perhaps confidence, source.

    Example: `signalopt fleet check depot.csv`
    """
    from signalopt.cli.show import print_json, say
    from signalopt.emissions.fleet import load_fleet

    found = load_fleet(file)
    classes = {c: len(found.of_class(c)) for c in found.kinematic_classes}
    if as_json:
        print_json({"name": found.name, "technologies": classes, "notes": list(found.notes)})
        return
    text = ", ".join(f"{c} {count}" for c, count in classes.items())
    say(f"{file}: fine; technologies by class: {text}")
    for note in found.notes:
        say(f"note: {note}")


def _levels(fleet: Fleet, temperature_c: float) -> dict[str, dict[str, Any]]:
    """Emission per km of a mean vehicle of each class at 20 km/h with 2.5 stops per km."""
    from signalopt.emissions.estimate import per_km_at
    from signalopt.emissions.response import closure_states

    state = closure_states()[0]
    return {
        c: {n: band.as_json() for n, band in per_km_at(fleet, c, temperature_c, state).items()}
        for c in fleet.kinematic_classes
    }


def _print_levels(levels: dict[str, dict[str, Any]], temperature_c: float) -> None:
    from signalopt.cli.show import print_table

    names = ("co2_g", "nox_mg", "pm_mg", "soot_mg", "nonexhaust_pm10_mg", "electricity_kwh")
    rows = [(c, *(_short(row[name]) for name in names)) for c, row in levels.items()]
    title = f"per km at 20 km/h with 2.5 stops per km, {temperature_c:g} °C (95 % band)"
    print_table(title, ("class", *names), rows, right=names)


def _short(band: dict[str, float]) -> str:
    """`244 (220-270)`; three figures, `-` for nothing."""
    if band["high"] == 0:
        return "-"
    digits = 0 if band["central"] >= 100 else 1 if band["central"] >= 10 else 2
    low, central, high = (f"{band[k]:,.{digits}f}" for k in ("low", "central", "high"))
    return f"{central} ({low}-{high})"
