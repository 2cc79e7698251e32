"""`signalopt calibrate`: demand fitted to turning counts."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from signalopt.cli.options import Folder, Json, Scenario

ROUTES = "calibrated.rou.xml"


def calibrate(
    scenario: Scenario,
    counts: Annotated[
        Path,
        typer.Option(
            metavar="COUNTS.csv",
            help="Turning counts with columns intersection, from, to, begin, end, count.",
        ),
    ],
    output: Folder,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the route sampling.")] = 1,
    as_json: Json = False,
) -> None:
    """Fit vehicles to turning counts and print the GEH table, worst count first.

    The vehicles lie in DIR/calibrated.rou.xml; a scenario with `demand: {counts: COUNTS.csv}` makes the
    same ones by itself. Ends with 1 if fewer than 85 % of the counts have GEH below 5: then the counts
    contradict each other or the network.

    Example: `signalopt calibrate mangilik_el_am --counts counts.csv -o calibrated`
    """
    from signalopt.cli.cases import make_case
    from signalopt.cli.progress_view import shown_progress
    from signalopt.cli.show import clock, print_table, say
    from signalopt.cli.targets import check_folder_target
    from signalopt.demand.calibrate import GEH_SHARE, calibrate_to_counts
    from signalopt.files import write_text
    from signalopt.progress import Progress

    check_folder_target(output)
    target = output / ROUTES
    with shown_progress() as listener, TemporaryDirectory(prefix="signalopt-") as scratch:
        case = make_case(scenario, listener)
        listener(Progress("calibrate", 0, 1, "candidate routes, sampling"))
        found = calibrate_to_counts(
            case.network,
            counts,
            Path(scratch) / ROUTES,
            begin_s=case.begin_s,
            end_s=case.end_s,
            seed=seed,
        )
        listener(Progress("calibrate", 1, 1))
        write_text(target, found.route_file.read_text(encoding="utf-8"))
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
        print_table(f"{found.vehicles} vehicles in {target}", columns, rows, right)
        share = f"{100 * found.share_within:.0f} % of counts have GEH < 5"
        say(f"{share}; wanted: {100 * GEH_SHARE:.0f} % or more")
    if not found.accepted:
        raise typer.Exit(1)
