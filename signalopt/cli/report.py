"""`signalopt report`: one page of HTML about a plan, a front or a sweep, in Kazakh, Russian or English."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from signalopt.cli.options import Json, Seeds, Workers, parse_seeds

if TYPE_CHECKING:
    from signalopt.progress import Listener
    from signalopt.report.data import Report
    from signalopt.report.gather import Extras


class Language(StrEnum):
    """Languages of the page; a reader can change it there."""

    KK = "kk"
    RU = "ru"
    EN = "en"


def report(
    target: Annotated[
        str,
        typer.Argument(
            metavar="TARGET",
            help="A scenario; the JSON that `optimize --json` printed, or a folder with it as"
            " result.json; a folder of `sweep` or `pareto`; the data of an earlier report.",
        ),
    ],
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="PAGE.html", help="Page to write.")
    ],
    plan: Annotated[
        Path | None,
        typer.Option(
            metavar="PLAN",
            help="Plan to hold against today's: our JSON or a SUMO additional file.",
        ),
    ] = None,
    lang: Annotated[
        Language, typer.Option("--lang", help="Language in which the page opens.")
    ] = Language.EN,
    seeds: Seeds = "1-5",
    workers: Workers = 0,
    replay: Annotated[
        str,
        typer.Option(
            metavar="INTERSECTION",
            help="Intersection at which the replay begins.  [default: where most time is lost]",
        ),
    ] = "",
    front: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Also show this front of `pareto`.")
    ] = None,
    sweep: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Also show this folder of `sweep`.")
    ] = None,
    data: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.json",
            help="Also write the page's data here: as a target it gives the page again, without SUMO.",
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Make one HTML page that needs no network: figures, map, diagrams, signals, replay, methods.

    A scenario or result is simulated once more under each plan for the pictures; figures come from the
    seeds given, or from the result. An unsafe plan is refused.

    Examples: `signalopt report mangilik_el_am --plan plan.json --lang kk -o page.html` -
    `signalopt report results/sweep -o sweep.html`
    """
    from signalopt.cli.progress_view import shown_progress
    from signalopt.cli.show import print_json, say
    from signalopt.cli.targets import check_file_target
    from signalopt.files import write_text
    from signalopt.report.data import report_to_json
    from signalopt.report.gather import Extras
    from signalopt.report.inputs import read_front
    from signalopt.report.page import report_page
    from signalopt.report.sweeps import sweep_of

    for path in (output, *([data] if data is not None else [])):
        check_file_target(path)
    chosen = parse_seeds(seeds)
    extras = Extras(
        front=() if front is None else read_front(front),
        sweep=None if sweep is None else sweep_of(sweep),
    )
    with shown_progress() as listener:
        found = _gathered(target, plan, chosen, workers, replay, extras, listener)
    page = report_page(found, lang.value)
    write_text(output, page)
    if data is not None:
        write_text(data, report_to_json(found))
    if as_json:
        print_json(
            {
                "page": str(output),
                "bytes": len(page.encode()),
                "language": lang.value,
                "scenario": found.scenario,
                "before": found.before,
                "after": found.after,
                "seeds": list(found.seeds),
                "complete": found.complete,
                "changes": {
                    f.measure: {
                        "before": f.before.mean,
                        "after": f.after.mean if f.after else None,
                        "relative": f.relative.mean if f.relative else None,
                        "significant": f.significant,
                    }
                    for f in found.figures
                },
            }
        )
        return
    say(f"page: {output} ({len(page.encode()) / 1e6:.1f} MB)")


def _gathered(
    target: str,
    plan_file: Path | None,
    seeds: tuple[int, ...],
    workers: int,
    focus: str,
    extras: Extras,
    listener: Listener,
) -> Report:
    """The data of the report, from whatever the target is."""
    from dataclasses import replace

    from signalopt.cli.cases import make_case
    from signalopt.cli.plans import read_plan_for
    from signalopt.errors import InputError, Problem
    from signalopt.files import read_text
    from signalopt.report.data import report_from_json
    from signalopt.report.gather import gather, gather_stored
    from signalopt.report.inputs import Kind, kind_of, read_front, read_result
    from signalopt.report.sweeps import sweep_of
    from signalopt.scenario.load import load_scenario

    kind, path = kind_of(target)
    if plan_file is not None and kind is not Kind.SCENARIO:
        found = f"a {kind.value} as target"
        raise InputError(Problem("--plan", found, "a scenario as target", "leave --plan out"))
    if kind is Kind.DATA:
        kept = report_from_json(read_text(path, "the data of a report"), str(path))
        return replace(kept, front=extras.front or kept.front, sweep=extras.sweep or kept.sweep)
    if kind is Kind.SWEEP:
        return gather_stored(path, replace(extras, sweep=sweep_of(path)))
    if kind is Kind.FRONT:
        return gather_stored(path.parent, replace(extras, front=read_front(path)))
    known = read_result(path) if kind is Kind.RESULT else None
    name = known.scenario if known is not None else target
    named = known.plan_file if known is not None else plan_file
    case = make_case(name, listener)
    timing = None if named is None else read_plan_for(case, named)
    return gather(
        load_scenario(name), case, timing, seeds=seeds, workers=workers, known=known,
        extras=extras, focus=focus, listener=listener,
    )  # fmt: skip
