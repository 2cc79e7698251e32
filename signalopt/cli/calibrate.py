"""`signalopt calibrate`: demand fitted to turning counts."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from signalopt.cli.options import Folder, Json, Scenario


def calibrate(
    scenario: Scenario,
    counts: Annotated[
        Path,
        typer.Option(metavar="COUNTS.csv", help="Turning counts (docs/scenarios.md says how)."),
    ],
    output: Folder,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the route sampling.")] = 1,
    as_json: Json = False,
) -> None:
    """Fit vehicles to turning counts and print the GEH table, worst count first.

    Leaves the routes and a scenario that uses them in DIR. Ends with 1 if fewer than 85 % of the counts
    have GEH below 5: then the counts contradict each other or the network.

    Example: `signalopt calibrate mangilik_el_am --counts counts.csv -o calibrated`
    """
    from signalopt.cli.cases import make_case
    from signalopt.cli.progress_view import shown_progress
    from signalopt.cli.show import clock, print_table, say
    from signalopt.demand.calibrate import GEH_SHARE, calibrate_to_counts

    with shown_progress() as listener:
        case = make_case(scenario, listener)
        found = calibrate_to_counts(
            case.network,
            counts,
            output / "calibrated.rou.xml",
            begin_s=case.begin_s,
            end_s=case.end_s,
            seed=seed,
        )
    if as_json:
        say(found.to_json().rstrip())
    else:
        rows = [
            (
                row.intersection,
                row.from_edge,
                row.to_edge,
                f"{clock(row.begin_s)}-{clock(row.end_s)}",
                f"{row.counted_vph:.0f}",
                f"{row.modelled_vph:.0f}",
                f"{row.geh:.1f}",
            )
            for row in found.rows
        ]
        right = ("counted veh/h", "modelled veh/h", "GEH")
        columns = ("intersection", "from", "to", "window", *right)
        print_table(f"{found.vehicles} vehicles in {found.route_file}", columns, rows, right)
        share = f"{100 * found.share_within:.0f} % of counts have GEH < 5"
        say(f"{share}; wanted: {100 * GEH_SHARE:.0f} % or more")
    if not found.accepted:
        raise typer.Exit(1)
