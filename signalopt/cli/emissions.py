"""`signalopt emissions vehicles | closure | map | year`: vehicle files, their closure, maps, years."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from signalopt.cli.emission_year import year
from signalopt.cli.guard import GuardedCommand
from signalopt.cli.options import Folder, Json, Scenario, Seeds, parse_seeds

if TYPE_CHECKING:
    from signalopt.emissions.phemlight_power import Rates

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def emissions() -> None:
    """CO2 and soot: the vehicles that SUMO drives, how they close, and where it is emitted."""


@app.command(cls=GuardedCommand)
def vehicles(output: Folder, as_json: Json = False) -> None:
    """Write our PHEMlight5 vehicle files, for `--phemlight-path` of SUMO; winter variants included.

    Example: `signalopt emissions vehicles -o phemlight`
    """
    from signalopt.cli.show import print_json, print_table
    from signalopt.emissions.phemlight_vehicle import phem_vehicles, winter_vehicles
    from signalopt.microsim.emission_devices import write_vehicle_files

    written = write_vehicle_files(output)
    made = (*phem_vehicles(), *winter_vehicles())
    if as_json:
        names = [
            {"name": v.name, "title": v.title, "kinematic_class": v.kinematic_class} for v in made
        ]
        print_json({"folder": str(output), "files": len(written), "vehicles": names})
        return
    rows = [(f"PHEMlight5/{v.name}", v.title) for v in made]
    print_table(f"{len(written)} files in {output}", ("emission class", "vehicle"), rows)


@app.command(cls=GuardedCommand)
def closure(
    winter: Annotated[
        bool, typer.Option("--winter", help="The winter variants, held against the summer level.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Drive our vehicles through SUMO's emission model and hold them against EMEP/EEA hot factors.

    Per km at 50 km/h, per full stop from it, per idle second; closure = model / hot factor at mean
    speeds of 20 and 30 km/h; the last column is SUMO against our own evaluation of the engine power.

    Example: `signalopt emissions closure`
    """
    from signalopt.cli.show import print_json, print_table
    from signalopt.emissions.phemlight_vehicle import winter_vehicles
    from signalopt.microsim.closure import closure_table

    rows = closure_table(winter_vehicles() if winter else None)
    if as_json:
        print_json({"vehicles": [
            {
                "name": row.vehicle.name, "title": row.vehicle.title,
                "per_km": _rates(row.by_sumo.per_km), "per_stop": _rates(row.by_sumo.per_stop),
                "per_idle_s": _rates(row.by_sumo.per_idle_s), "lost_s": row.by_sumo.lost_s,
                "closure": {"co2": row.closure.co2, "nox": row.closure.nox, "pm": row.closure.pm},
                "sumo_against_own": row.largest_difference,
            }
            for row in rows
        ]})  # fmt: skip
        return
    shown = []
    for row in rows:
        response = row.by_sumo
        shown.append((
            row.vehicle.name,
            f"{response.per_km.co2_gps:.0f}", f"{response.per_stop.co2_gps:.1f}",
            f"{response.per_idle_s.co2_gps:.2f}",
            f"{response.per_stop.co2_gps / response.per_idle_s.co2_gps:.0f}",
            *(f"{a:.2f} / {b:.2f}" for a, b in (row.closure.co2, row.closure.nox, row.closure.pm)),
            f"{100 * row.largest_difference:.3f} %",
        ))  # fmt: skip
    columns = (
        "class", "CO2 g/km", "g/stop", "g/idle s", "stop = idle s", "CO2 20 / 30 km/h", "NOx", "PM",
        "SUMO - own",
    )  # fmt: skip
    print_table("closure against EMEP/EEA 2019 hot factors", columns, shown, right=columns[1:5])


@app.command("map", cls=GuardedCommand)
def map_(
    scenario: Scenario,
    output: Folder,
    plan: Annotated[
        Path | None,
        typer.Option(metavar="PLAN", help="Plan to run (our JSON).  [default: today's plan]"),
    ] = None,
    seeds: Seeds = "1-2",
    fleet: Annotated[str | None, typer.Option(metavar="FLEET", help="Fleet, name or file.")] = None,
    temperature: Annotated[
        float | None, typer.Option(metavar="C", help="Air temperature, degrees Celsius.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Emissions per hour of every street and intersection: GeoJSON, SVG, and a ranking as CSV.

    SUMO's PHEMlight5 counts by street and class, junction interiors included, scaled to the fleet.

    Example: `signalopt emissions map mangilik_el_am -o map --temperature -20`
    """
    from signalopt.cli.cases import make_case
    from signalopt.cli.plans import read_plan_for
    from signalopt.cli.progress_view import shown_progress
    from signalopt.cli.show import print_json, print_table, say
    from signalopt.microsim.edge_emissions import edge_emissions
    from signalopt.microsim.emission_map_files import write_map
    from signalopt.scenario.emission_setting import with_emissions

    chosen = parse_seeds(seeds)
    with shown_progress() as listener:
        case = with_emissions(make_case(scenario, listener), fleet, temperature)
        timing = None if plan is None else read_plan_for(case, plan)
        found = edge_emissions(case, timing, chosen, listener=listener)
    made = write_map(case, found, output)
    if as_json:
        print_json(made.summary())
        return
    rows = [
        (f"{r.rank}", r.id, f"{r.soot.central / 1000:.2f}", f"{r.rank_low}-{r.rank_high}")
        for r in made.ranking[:10]
    ]
    print_table("soot by intersection", ("rank", "intersection", "g/h", "95 % of ranks"), rows)
    say(made.answer)
    for path in made.files:
        say(f"written: {path}")


app.command(cls=GuardedCommand)(year)


def _rates(rates: Rates) -> dict[str, float]:
    return {
        "fuel_g": rates.fuel_gps, "co2_g": rates.co2_gps, "nox_mg": rates.nox_mgps,
        "pm_mg": rates.pm_mgps,
    }  # fmt: skip
