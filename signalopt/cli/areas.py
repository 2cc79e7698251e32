"""`signalopt areas`: the built-in areas and how far their figures can be trusted."""

from __future__ import annotations

from typing import Annotated

import typer

from signalopt.cli.options import Json


def areas(
    area: Annotated[
        str | None,
        typer.Argument(metavar="AREA", help="One area with all its figures, name or folder."),
    ] = None,
    as_json: Json = False,
) -> None:
    """List the built-in areas, or show one: each lane count, turn bay and signal with its confidence.

    Confidence is `measured`, `press` or `estimated`, as marked in the sources of the area.

    Examples: `signalopt areas` - `signalopt areas mangilik_el` - `signalopt areas --json`
    """
    from signalopt.cli.show import print_json, print_table, say
    from signalopt.network.area import area_summary, list_areas, load_area

    names = list_areas() if area is None else (area,)
    found = [area_summary(load_area(name)) for name in names]
    if as_json:
        print_json({"areas": found})
        return
    rows = [
        (
            summary["id"],
            str(len(summary["intersections"])),
            str(len(summary["gates"])),
            *(str(count) for count in summary["confidence"].values()),
            summary["title"],
        )
        for summary in found
    ]
    marks = tuple(found[0]["confidence"]) if found else ()
    right = ("intersections", "gates", *marks)
    print_table("", ("area", *right, "title"), rows, right)
    if area is None:
        say(
            "columns 4 to 6: figures of the sources by confidence; `signalopt areas AREA` lists them"
        )
        return
    (summary,) = found
    facts = [
        (f["subject"], f["attribute"], str(f["value"]), f["confidence"]) for f in summary["facts"]
    ]
    print_table("", ("place", "figure", "value", "confidence"), facts)
    say(f"{summary['attribution']}, {summary['licence']}")
    for source in summary["sources"]:
        say(f"source: {source}")
