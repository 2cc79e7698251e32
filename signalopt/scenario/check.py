"""What must hold between the fields of a scenario, before any network is looked at."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path

from signalopt.emissions.fleet import list_fleets
from signalopt.scenario.fleet_name import is_fleet_file
from signalopt.scenario.schema import Demand, Scenario

Finding = tuple[tuple[str | int, ...], str, str, str]
"""Path in the scenario, found, expected, hint."""


def check_scenario(scenario: Scenario) -> Iterator[Finding]:
    """Yield everything that is wrong: path, found, expected, hint."""
    yield from _check_window(scenario)
    yield from _check_choices(scenario)
    yield from _check_files(scenario)
    yield from _check_fleet(scenario)
    shares = scenario.demand.shares
    total = shares.lcv + shares.truck + shares.bus
    if total > 1:
        path = ("demand", "shares")
        yield path, f"shares that add up to {total:g}", "at most 1 (the rest are cars)", ""
    for number, closure in enumerate(scenario.closures):
        begin, end = closure.begin, closure.end
        if begin is not None and end is not None and begin >= end:
            yield ("closures", number), "an end not after its begin", "begin before end", ""


def _check_window(scenario: Scenario) -> Iterator[Finding]:
    window = scenario.window
    if window.begin >= window.end:
        found = f"begin {_clock(window.begin)} not before end {_clock(window.end)}"
        yield ("window", "begin"), found, "begin before end", "a window does not cross midnight"
    if window.warmup_s > window.begin and scenario.network.area is not None:
        found = f"{window.warmup_s} s before {_clock(window.begin)}"
        yield ("window", "warmup_s"), found, "a warm-up that starts after midnight", ""


def _check_choices(scenario: Scenario) -> Iterator[Finding]:
    network = scenario.network
    if (network.area is None) == (network.net is None):
        found = "neither" if network.area is None else "both"
        yield (
            ("network",),
            found,
            "exactly one of area, net",
            "area: a built-in one; net: a .net.xml",
        )
    given = demand_kinds(scenario.demand)
    if len(given) != 1:
        expected = "exactly one of gates, od, turns, counts, routes"
        hint = "take an inherited one away with `key: null`" if given else ""
        yield ("demand",), " and ".join(given) or "none of them", expected, hint
    demand = scenario.demand
    if demand.routes and demand.profile:
        hint = "scale works by drawing trips"
        yield ("demand", "profile"), "a profile for given routes", "no profile with routes", hint


def demand_kinds(demand: Demand) -> tuple[str, ...]:
    """Which of the exclusive kinds of demand are given."""
    kinds = ("gates", "od", "turns", "counts", "routes")
    return tuple(kind for kind in kinds if getattr(demand, kind))


def _check_files(scenario: Scenario) -> Iterator[Finding]:
    demand = scenario.demand
    named: list[tuple[tuple[str | int, ...], Path | None, str]] = [
        (("network", "net"), scenario.network.net, "a SUMO network (.net.xml)"),
        (("network", "stages"), scenario.network.stages, "stages designed afresh (.stages.json)"),
        (
            ("demand", "gates", "file"),
            demand.gates.file if demand.gates else None,
            "a CSV of gate volumes",
        ),
        (("demand", "od"), demand.od, "a CSV of OD volumes"),
        (
            ("demand", "turns", "entries"),
            demand.turns.entries if demand.turns else None,
            "a CSV of entries",
        ),
        (
            ("demand", "turns", "shares"),
            demand.turns.shares if demand.turns else None,
            "a CSV of shares",
        ),
        (("demand", "counts"), demand.counts, "a CSV of turning counts"),
        *((("demand", "routes", i), f, "a route file") for i, f in enumerate(demand.routes or ())),
        *((("additional", i), f, "an additional file") for i, f in enumerate(scenario.additional)),
    ]
    for path, file, expected in named:
        if file is not None and not file.is_file():
            yield path, f"no file {file}", expected, "paths are relative to the scenario's folder"


def _check_fleet(scenario: Scenario) -> Iterator[Finding]:
    fleet = scenario.fleet
    if is_fleet_file(fleet):
        if not Path(fleet).is_file():
            hint = "paths are relative to the scenario's folder"
            yield ("fleet",), f"no file {fleet}", "a fleet (.toml) or list of vehicles (.csv)", hint
    elif fleet and fleet not in list_fleets():
        near = get_close_matches(fleet, list_fleets(), n=2)
        hint = f"did you mean {' or '.join(near)}?" if near else ""
        yield ("fleet",), repr(fleet), f"one of {', '.join(list_fleets())}, or a file", hint


def _clock(seconds: int) -> str:
    return f"{seconds // 3600:02d}:{seconds % 3600 // 60:02d}"
