"""`signalopt pareto`: plans none of which is better in everything, each confirmed in SUMO."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from signalopt.cli.options import Json, Scenario, Workers


def pareto(
    scenario: Scenario,
    output: Annotated[
        Path,
        typer.Option("-o", "--output", metavar="DIR", help="Folder for table, picture and plans."),
    ] = Path("results/pareto"),
    points: Annotated[int, typer.Option(min=1, max=20, help="Plans of the front at most.")] = 6,
    budget: Annotated[
        float, typer.Option(metavar="SECONDS", help="Time to spend, the clock on the wall.")
    ] = 300.0,
    workers: Workers = 0,
    seed: Annotated[
        int, typer.Option(min=0, metavar="N", help="Seed of search and simulations.")
    ] = 1,
    as_json: Json = False,
) -> None:
    """Find the front of person delay, CO2, soot and pedestrian delay; confirm every point in SUMO.

    Writes front.csv, front.parquet, front.svg and a plan file for each point. Intervals are 95 % over
    seeds that no search has seen; a point that SUMO finds worse in everything than another is marked.

    Example: `signalopt pareto mangilik_el_am -o results/front --budget 300`
    """
    from signalopt.cli.cases import make_case
    from signalopt.cli.figures import interval, number
    from signalopt.cli.progress_view import shown_progress
    from signalopt.cli.show import print_json, print_table, say
    from signalopt.cli.targets import check_folder_target
    from signalopt.files import write_text
    from signalopt.measures import MEASURES
    from signalopt.optimize.front_files import front_rows, front_svg, measured, write_table
    from signalopt.optimize.pareto import pareto_front
    from signalopt.timing.planfile import write_plan

    check_folder_target(output)
    with shown_progress() as listener:
        case = make_case(scenario, listener)
        front = pareto_front(
            case, budget_s=budget, points=points, workers=workers, seed=seed, listener=listener
        )
    write_table(front, output / "front.csv")
    write_table(front, output / "front.parquet")
    write_text(output / "front.svg", front_svg(front))
    for point in front.points[1:]:
        write_plan(output / f"{point.contender.label.replace(' ', '_')}.json", point.contender.plan)
    if as_json:
        print_json(
            {
                "scenario": front.scenario,
                "axes": list(front.axes),
                "seeds": list(front.seeds),
                "points": front_rows(front),
                "cut_short": front.cut_short,
                "wall_s": round(front.wall_s, 2),
                "folder": str(output),
            }
        )
        return
    rows = []
    for point in front.points:
        cells = [point.contender.label]
        for axis in front.axes:
            found = measured(point, axis)
            cells.append("" if found is None else f"{number(found.mean)} {interval(found)}")
        cells.append("dominated" if point.dominated else "")
        rows.append(tuple(cells))
    titles = [f"{MEASURES[a].label}, {MEASURES[a].unit}" for a in front.axes]
    print_table(
        f"{front.scenario}: mean [95 % interval] over {len(front.seeds)} seeds not used in the search",
        ("plan", *titles, ""), rows,
    )  # fmt: skip
    if front.cut_short:
        say("note: the clock left out planned work; a larger --budget or more cores would use it")
    say(f"table, picture and plans: {output}")
