"""`signalopt emissions year`: from simulated hours to tonnes of CO2 and kilograms of soot a year."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from signalopt.cli.options import Json, Seeds, Workers, parse_seeds

if TYPE_CHECKING:
    from signalopt.emissions.band import Band
    from signalopt.microsim.emission_year import HourSeason, PlanYear, YearComparison
    from signalopt.microsim.result import SimulationResult
    from signalopt.microsim.statistics import Estimate
    from signalopt.progress import Listener
    from signalopt.scenario.case import Case

TODAY = "today"


def year(
    scenarios: Annotated[
        list[str],
        typer.Argument(
            metavar="SCENARIO...",
            help="Scenarios of the hours of a year: their window says which (am, midday, pm), or"
            " `HOUR=SCENARIO`, `HOUR@SEASON=SCENARIO`, `am,pm=SCENARIO`; seasons summer, winter.",
        ),
    ],
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="FILE.json", help="File to write.")
    ],
    plan: Annotated[
        Path | None,
        typer.Option(metavar="PLAN", help="Plan or day schedule.  [default: today's plan alone]"),
    ] = None,
    against: Annotated[
        str, typer.Option(metavar="PLAN", help="What the plan is held against: a file or `today`.")
    ] = TODAY,
    seeds: Seeds = "1-3",
    workers: Workers = 0,
    fleet: Annotated[str | None, typer.Option(metavar="FLEET", help="Fleet, name or file.")] = None,
    meso: Annotated[
        bool,
        typer.Option("--meso", help="Drive in the queue model: fast, and less exact than SUMO."),
    ] = False,
    as_json: Json = False,
) -> None:
    """CO2, soot and more of a year, with bands and every assumption; the difference of two plans.

    Each scenario is simulated once a plan and seed; a season changes the temperature of the emissions.

    Example: `signalopt emissions year mangilik_el_am mangilik_el_midday mangilik_el_pm -o year.json
    --plan plan.json`
    """
    import json

    from signalopt.cli.cases import make_case
    from signalopt.cli.progress_view import shown_progress
    from signalopt.cli.show import print_json, say
    from signalopt.cli.targets import check_file_target
    from signalopt.files import write_text
    from signalopt.microsim.emission_year import compare_years, placed
    from signalopt.scenario.emission_setting import with_emissions

    chosen = parse_seeds(seeds)
    check_file_target(output)
    named = {part.rpartition("=")[2]: part.rpartition("=")[0] for part in scenarios}
    with shown_progress() as listener:
        cases = {name: with_emissions(make_case(name, listener), fleet, None) for name in named}
        at = placed(named, cases)

        def under(file: Path | None) -> PlanYear:
            return _year(cases, at, file, chosen, workers, listener, meso=meso)

        years = [under(None if against == TODAY else Path(against))] if plan is not None else []
        years.append(under(plan))
    comparison = compare_years(*years) if len(years) == 2 else None
    content = _content(years, comparison, list(chosen), meso=meso)
    write_text(output, json.dumps(content, ensure_ascii=False, indent=1) + "\n")
    if as_json:
        print_json(content)
        return
    _print(years, comparison)
    say(f"written: {output}")


def _year(
    cases: dict[str, Case], at: dict[HourSeason, str], file: Path | None, seeds: tuple[int, ...],
    workers: int, listener: Listener, *, meso: bool,
) -> PlanYear:  # fmt: skip
    """Simulate one plan on every case that the year needs."""
    from signalopt.microsim.emission_year import SimulatedHour, year_of

    results = {
        name: _run(case, file, seeds, workers, listener, meso=meso)
        for name, case in cases.items()
        if name in at.values()
    }
    label = TODAY if file is None else file.name
    return year_of(label, {k: SimulatedHour(cases[n], results[n]) for k, n in at.items()})


def _run(
    case: Case, file: Path | None, seeds: tuple[int, ...], workers: int, listener: Listener, *,
    meso: bool,
) -> SimulationResult:  # fmt: skip
    from signalopt.cli.plans import read_schedule_for

    plan = None
    if file is not None:
        schedule = read_schedule_for(case, file)
        usual = schedule.day_type.get("weekday", schedule.day_types[-1])
        plan = schedule.plan_at(usual.name, int((case.begin_s + case.end_s) / 2))
    if meso:
        from signalopt.mesosim.simulate import simulate_meso

        return simulate_meso(case, plan, seeds, listener=listener)
    from signalopt.microsim.simulate import simulate

    return simulate(case, plan, seeds, workers=workers, listener=listener)


def _content(
    years: list[PlanYear], comparison: YearComparison | None, seeds: list[int], *, meso: bool
) -> dict[str, object]:
    from signalopt.microsim.emission_year import UNITS

    def told(name: str, band: Band, over: Estimate) -> dict[str, object]:
        label, unit, factor = UNITS[name]
        return {
            "label": label, "unit": f"{unit}/year", **band.scaled(factor).as_json(),
            "over_seeds": {"mean": over.mean, "ci95": over.ci95, "n": over.count},
        }  # fmt: skip

    found: dict[str, object] = {
        "band": "2.5 to 97.5 % of factors, fleet, winter and hours of the year; seeds apart",
        "engine": "meso" if meso else "sumo",
        "seeds": seeds,
        "years": [
            {
                "plan": y.plan, "complete": y.complete,
                "amounts": {n: told(n, y.total.amounts[n], y.over_seeds(n)) for n in UNITS},
            }
            for y in years
        ],
        "assumptions": list(years[-1].assumptions),
    }  # fmt: skip
    if comparison is not None:
        found["change"] = {
            name: {
                **told(name, comparison.change.amounts[name], comparison.over_seeds(name)),
                "percent": comparison.change.percent[name].as_json(),
            }
            for name in UNITS
            if name in comparison.change.percent
        }
    return found


def _print(years: list[PlanYear], comparison: YearComparison | None) -> None:
    from signalopt.cli.figures import band, interval, number
    from signalopt.cli.show import print_table, say
    from signalopt.microsim.emission_year import UNITS

    rows = []
    for name, (label, unit, factor) in UNITS.items():
        cells = [f"{label}, {unit}", *(band(y.total.amounts[name].scaled(factor)) for y in years)]
        if comparison is not None and name in comparison.change.percent:
            cells.append(band(comparison.change.amounts[name].scaled(factor), sign=True))
            cells.append(f"{band(comparison.change.percent[name], sign=True)} %")
            found = comparison.over_seeds(name)
            cells.append(f"{number(found.mean, sign=True)} {interval(found)}")
        rows.append(cells)
    head = ["a year", *(y.plan for y in years)]
    if comparison is not None:
        head += ["change", "percent", "over seeds [95 %]"]
    print_table("a year [95 % band of factors, fleet, winter, hours]", head, rows)
    for y in years:
        if not y.complete:
            say(f"note: under {y.plan} not everybody arrived: its year is too low")
    for text in years[-1].assumptions:
        say(f"assumed: {text}")
