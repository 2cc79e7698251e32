"""Measures as text: means with their 95 % intervals, and paired changes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from signalopt.cli.show import print_table, say
from signalopt.measures import MEASURES

if TYPE_CHECKING:
    from signalopt.emissions.band import Band
    from signalopt.emissions.estimate import EmissionDifference
    from signalopt.microsim.compare import Comparison
    from signalopt.microsim.emission_detail import EmissionDetail
    from signalopt.microsim.result import SimulationResult
    from signalopt.microsim.statistics import Change, Estimate
    from signalopt.optimize.result import OptimisationResult

CONTROL_SETTINGS = {
    "sensing": "sensing",
    "faults": "failures",
    "fallback_plan": "fallback programs",
    "left_alone": "not steered",
    "control_notes": "note",
}
MILLISECONDS = ("decision_ms_mean", "decision_ms_p99")
MAIN_MEASURES = ("delay_s", "stops", "speed_kph", "co2_g")


def print_result(result: SimulationResult) -> None:
    """Print the measures of one plan, and what must be known to read them."""
    from signalopt.microsim.statistics import estimate

    rows = []
    for name, measure in MEASURES.items():
        values = list(result.values(name).values())
        if values:
            found = estimate(values)
            rows.append((measure.label or name, number(found.mean), interval(found), measure.unit))
    title = (
        f"{result.scenario} under {result.plan}, {len(result.runs)} of {len(result.seeds)} seeds"
    )
    print_table(title, ("measure", "mean", "95 % interval", "unit"), rows, right=("mean",))
    if result.emission_detail is not None:
        print_emissions(result.emission_detail)


def print_conduct(result: SimulationResult) -> None:
    """Print how a controller did: what it saw, how long it thought, how often it was not obeyed."""
    say(f"controller: {result.manifest.get('controller', result.controller)}")
    for key, label in CONTROL_SETTINGS.items():
        if result.manifest.get(key):
            say(f"{label}: {result.manifest[key]}")
    thought = [result.conduct(name) for name in MILLISECONDS]
    if all(thought):
        mean, p99 = (number(found.mean) for found in thought if found)
        say(f"decision of an intersection: {mean} ms, 99 % within {p99} ms")
    following, refused = result.conduct("following_share"), result.conduct("refused")
    fallen = result.conduct("fallen_share")
    if following is not None:
        because = f", {100 * fallen.mean:.1f} % because of failures" if fallen else ""
        say(f"under the fallback program: {100 * following.mean:.1f} % of the time{because}")
    if refused is not None:
        say(f"asks that the guard did not grant: {number(refused.mean)} a run")


def print_comparison(comparison: Comparison, names: Iterable[str] = MEASURES) -> None:
    """Print the paired changes between two plans; those that may be chance are marked."""
    rows = [
        (
            MEASURES[name].label or name,
            number(change.before),
            number(change.after),
            number(change.difference.mean, sign=True),
            interval(change.difference),
            percent(change.relative),
            MEASURES[name].unit,
            verdict(name, change),
        )
        for name, change in comparison.changes.items()
        if name in set(names)
    ]
    columns = (
        "measure",
        comparison.before,
        comparison.after,
        "change",
        "95 % interval",
        "relative",
    )
    title = f"{comparison.scenario}: from {comparison.before} to {comparison.after}, same seeds"
    print_table(title, (*columns, "unit", ""), rows, right=columns[1:4])
    if comparison.emission_change is not None:
        print_emission_change(comparison.emission_change)


EMISSIONS_SHOWN = ("fuel_g", "co2_g", "nox_mg", "pm_mg", "soot_mg")


def print_emissions(detail: EmissionDetail) -> None:
    """Print emissions per vehicle-km and in total by class, with the band of what is uncertain."""
    per_km = detail.per_km()
    units = {"g": ("kg", 1000), "mg": ("g", 1000)}
    rows = []
    for name in EMISSIONS_SHOWN:
        unit, divisor = units[name.rsplit("_", 1)[1]]
        shown = [band(detail.result.total[name].scaled(1 / divisor))]
        shown += [band(row[name].scaled(1 / divisor)) for row in detail.result.by_class.values()]
        label = MEASURES[name].label
        rows.append(
            (label, band(per_km[name]) if per_km else "", MEASURES[name].unit, *shown, unit)
        )
    title = f"emissions of a run, fleet {detail.fleet}, {detail.temperature_c:g} \N{DEGREE SIGN}C"
    title += ": central [95 % band of factors, fleet, winter]"
    classes = [name.replace("_", " ") for name in detail.result.by_class]
    print_table(title, ("", "per km", "unit", "total", *classes, "unit "), rows)
    for note in detail.result.notes:
        say(f"note: {note}")


def print_emission_change(change: EmissionDifference) -> None:
    """Print what the change of plan does to emissions, with the band that both plans share."""
    rows = [
        (MEASURES[name].label, f"{band(change.percent[name], sign=True)} %")
        for name in EMISSIONS_SHOWN
        if name in change.percent
    ]
    print_table(
        "change of the mean run [95 % band of factors; seeds are not in it]", ("", "change"), rows
    )


def band(found: Band, *, sign: bool = False) -> str:
    """`273 [250, 305]`."""
    central, low, high = (number(x, sign=sign) for x in (found.central, found.low, found.high))
    return f"{central} [{low}, {high}]"


def print_optimisation(found: OptimisationResult) -> None:
    """Print what an optimisation found: today's plan, Webster's, the new one, on the final seeds."""
    if found.chosen is not None and found.versus_today is not None:
        columns = [
            "measure",
            "today",
            "Webster + offsets",
            "new plan",
            "new vs today",
            "new vs Webster",
        ]
        title = f"mean [95 % interval] over {len(found.versus_today.seeds)} seeds not used in the search"
        rows = [_optimisation_row(found, name) for name in MAIN_MEASURES]
        print_table(title, columns, [row for row in rows if row])
        if found.chosen.emission_detail is not None:
            print_emissions(found.chosen.emission_detail)
        if found.versus_today.emission_change is not None:
            print_emission_change(found.versus_today.emission_change)
    say(f"cycle: {', '.join(f'{cycle} s' for cycle in found.winner.cycles_s)}")
    say(f"found by: {found.winner.label}")
    if found.winner.coordination is not None:
        solved = found.winner.coordination
        say(f"coordination: {solved.status}, proven gap {100 * solved.gap:.1f} %")
    say(f"{found.objective}: {found.verdict}")
    if found.demand:
        print_other_demand(found)
    for text in found.remarks:
        say(f"note: {text}")
    if found.cut_short:
        say("note: the clock left out planned work; a larger --budget or more cores would use it")


def print_other_demand(found: OptimisationResult) -> None:
    """How the plans do under demand that they were not tuned for."""
    rows = [
        (
            row.plan, f"x{row.demand:g}", row.simulator, f"{number(row.value.mean)} {interval(row.value)}",
            number(row.worst), str(row.incomplete),
        )
        for row in found.demand
    ]  # fmt: skip
    columns = ("plan", "demand", "by", "mean [95 %]", "worst", "incomplete")
    print_table(
        f"{found.objective} under other demand, on other days", columns, rows, right=columns[4:]
    )


def _optimisation_row(found: OptimisationResult, name: str) -> tuple[str, ...] | None:
    """One measure under the three plans; None where nobody has it."""
    from signalopt.microsim.statistics import estimate

    cells = []
    for result in (found.today, found.webster, found.chosen):
        values = list(result.values(name).values()) if result is not None else []
        whole = estimate(values) if values else None
        cells.append(f"{number(whole.mean)} {interval(whole)}" if whole else "")
    if not any(cells):
        return None
    for comparison in (found.versus_today, found.versus_webster):
        change = comparison.changes.get(name) if comparison is not None else None
        cells.append(f"{percent(change.relative)} {verdict(name, change)}" if change else "")
    measure = MEASURES[name]
    return (f"{measure.label}, {measure.unit}", *cells)


def verdict(name: str, change: Change) -> str:
    """`better`, `worse`, or `not significant` where the interval holds zero."""
    if not change.significant:
        return "not significant"
    rises = change.difference.mean > 0
    return "better" if rises == (MEASURES[name].better == "higher") else "worse"


def number(value: float, *, sign: bool = False) -> str:
    """A figure with about three significant digits: `1234`, `123`, `12.3`, `1.23`."""
    decimals = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
    text = f"{value:+.{decimals}f}" if sign else f"{value:.{decimals}f}"
    return text.replace("-", "\N{MINUS SIGN}")


def interval(found: Estimate) -> str:
    """`[11.2, 13.4]`, or a dash where one seed gives none."""
    if found.low is None or found.high is None:
        return "\N{EN DASH} (one seed)"
    return f"[{number(found.low)}, {number(found.high)}]"


def percent(relative: Estimate | None) -> str:
    """`-12.3 % [-14.0, -10.6]`."""
    if relative is None:
        return ""
    text = f"{100 * relative.mean:+.1f} %"
    if relative.low is not None and relative.high is not None:
        text += f" [{100 * relative.low:+.1f}, {100 * relative.high:+.1f}]"
    return text.replace("-", "\N{MINUS SIGN}")
