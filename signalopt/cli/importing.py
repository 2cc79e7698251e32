"""`signalopt import sumo | osm | utdf`: the user's own network, volumes and timings."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from signalopt.cli.guard import GuardedCommand
from signalopt.cli.options import Json
from signalopt.errors import InputError, Problem

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def importing() -> None:
    """Bring your own: a SUMO case, an OpenStreetMap extract, or Synchro's volumes and timings (UTDF)."""


@app.command(cls=GuardedCommand)
def sumo(
    config: Annotated[Path, typer.Argument(metavar="CASE.sumocfg", help="Any SUMO configuration.")],
    output: Annotated[
        Path,
        typer.Option("-o", "--output", metavar="SCENARIO.yaml", help="Scenario file to write."),
    ],
    as_json: Json = False,
) -> None:
    """Write a scenario for a SUMO case and say which signals can be tuned, and why others cannot.

    The case's network and routes stay where they are; safety findings of its own programs are listed.

    Example: `signalopt import sumo case.sumocfg -o mine.yaml`, then `signalopt simulate mine.yaml`
    """
    from signalopt.cli.show import print_json, print_table, remark, say
    from signalopt.network.import_sumo import import_sumo

    report = import_sumo(config, output)
    if as_json:
        print_json(
            {
                "scenario": str(report.scenario_file),
                "net_file": str(report.net_file),
                "begin_s": report.begin_s,
                "end_s": report.end_s,
                "trips": report.trips,
                "intersections": [
                    {
                        "id": p.id,
                        "name": p.name,
                        "groups": p.groups,
                        "stages": p.stages,
                        "tunable": p.tunable,
                        "remarks": list(p.remarks),
                    }
                    for p in report.intersections
                ],
                "inherited": [str(finding) for finding in report.inherited],
                "remarks": list(report.remarks),
            }
        )
        return
    say(f"{report.scenario_file}: {report.trips} trips, {report.begin_s} to {report.end_s} s")
    rows = [
        (
            p.id,
            p.name,
            str(p.groups),
            str(p.stages),
            "yes" if p.tunable else "no: " + "; ".join(p.remarks),
        )
        for p in report.intersections
    ]
    print_table(
        "", ("signal", "name", "groups", "stages", "tunable"), rows, right=("groups", "stages")
    )
    for text in report.remarks:
        remark(f"note: {text}")
    if report.inherited:
        remark(f"its own programs have {len(report.inherited)} safety findings:")
    for finding in report.inherited:
        remark(f"  {finding}")


@app.command(cls=GuardedCommand)
def osm(
    extract: Annotated[
        Path,
        typer.Argument(metavar="EXTRACT", help="OpenStreetMap data: .osm, .osm.gz or .osm.pbf."),
    ],
    bbox: Annotated[
        str,
        typer.Option(metavar="W,S,E,N", help="Part to read, in degrees: west,south,east,north."),
    ],
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="DIR", help="Folder of the new network.")
    ],
    as_json: Json = False,
) -> None:
    """Build a network from an OpenStreetMap extract; what OSM does not say is marked as estimated.

    Needs the extra `osm` (`pip install 'signalopt[osm]'`). OSM data: © OpenStreetMap contributors, ODbL.

    Example: `signalopt import osm astana.osm.pbf --bbox 71.40,51.08,71.44,51.13 -o networks/mine`
    """
    from signalopt.cli.progress_view import shown_progress
    from signalopt.cli.show import print_json, say
    from signalopt.network.import_osm import import_osm
    from signalopt.progress import Progress

    box = parse_bbox(bbox)
    with shown_progress() as listener:
        listener(Progress(f"import {extract.name}", 0, 1, "reading, cutting, netconvert"))
        made = import_osm(extract, box, output)
        listener(Progress(f"import {extract.name}", 1, 1))
    if as_json:
        print_json(
            {
                "net_file": str(made.net_file),
                "readme": str(made.readme),
                "manifest": str(made.manifest),
                "streets": made.streets,
                "signals": made.signals,
            }
        )
        return
    say(f"{made.net_file}: {made.streets} street sections, {made.signals} signals")
    say(f"what is measured in it and what is estimated: {made.readme}")


@app.command(cls=GuardedCommand)
def utdf(
    file: Annotated[
        Path, typer.Argument(metavar="FILE.csv", help="A combined UTDF file of version 8 (or 7).")
    ],
    scenario: Annotated[
        str,
        typer.Argument(
            metavar="SCENARIO", help="A scenario on the network that the file is about."
        ),
    ],
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="DIR", help="Folder for plan and counts.")
    ],
    nodes: Annotated[
        Path | None,
        typer.Option(
            metavar="MAP.csv",
            help="Which node is which signal: a CSV with the columns INTID,intersection. "
            "[default: by the nodes' DESCRIPTION]",
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Read turning volumes and timings of a Synchro file: `counts.csv` for a scenario's demand, `plan.json`.

    Greens begin when the file says; interstages are the network's own, so that the plan can be judged
    (`signalopt check`).

    Example: `signalopt import utdf synchro.csv mine.yaml --nodes nodes.csv -o from-synchro`
    """
    from signalopt.cli.cases import make_case
    from signalopt.cli.progress_view import shown_progress
    from signalopt.cli.show import print_json, remark, say
    from signalopt.export.utdf.importing import import_utdf

    with shown_progress() as listener:
        case = make_case(scenario, listener)
        made = import_utdf(file, case.network, output, nodes)
    if as_json:
        print_json(
            {
                "plan": str(made.plan_file) if made.plan_file else None,
                "counts": str(made.counts_file) if made.counts_file else None,
                "intersections": list(made.intersections),
                "counts_rows": made.rows,
                "remarks": list(made.remarks),
            }
        )
        return
    if made.plan_file is not None:
        say(f"{made.plan_file}: {len(made.intersections)} intersections")
    if made.counts_file is not None:
        say(f"{made.counts_file}: {made.rows} turning counts")
    for text in made.remarks:
        remark(f"note: {text}")


def parse_bbox(text: str) -> tuple[float, float, float, float]:
    """West, south, east, north in degrees from `71.40,51.08,71.44,51.13`. Raises InputError."""
    expected = "west,south,east,north in degrees, such as 71.40,51.08,71.44,51.13"
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError:
        raise InputError(Problem("--bbox", repr(text), expected)) from None
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        raise InputError(Problem("--bbox", repr(text), expected, "west < east and south < north"))
    return west, south, east, north
