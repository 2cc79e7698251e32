"""A user's own SUMO case (`.sumocfg`) as a scenario, with a report of what can be tuned in it."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

import yaml

from signalopt.errors import InputError, Problem
from signalopt.files import write_text
from signalopt.network.model import Network
from signalopt.network.read_net import read_network
from signalopt.network.routes import RouteSummary, parse_seconds, summarise_routes
from signalopt.network.sumocfg import SumoConfig, read_config
from signalopt.timing.findings import Finding
from signalopt.timing.safety import judge_plan

_CARRIED = frozenset(
    {"net-file", "route-files", "additional-files", "begin", "end", "step-length", "seed"}
)
_HARMLESS = frozenset(
    {"no-step-log", "verbose", "duration-log.statistics", "no-warnings", "start", "delay", "log"}
)
MOST_PROBLEMS = 20
_Given = TypeVar("_Given")
_Found = TypeVar("_Found")


@dataclass(frozen=True, slots=True)
class ImportedIntersection:
    """One intersection of an imported case; `remarks` says why it cannot be tuned."""

    id: str
    name: str
    groups: int
    stages: int
    tunable: bool
    remarks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import found.

    trips: vehicles and persons named in the files, flows counted as one each. inherited: safety
    findings that the case's own programs have. remarks: what the scenario does not carry over.
    """

    scenario_file: Path
    net_file: Path
    begin_s: int
    end_s: int
    trips: int
    intersections: tuple[ImportedIntersection, ...]
    inherited: tuple[Finding, ...]
    remarks: tuple[str, ...]


def import_sumo(sumocfg: Path, output: Path) -> ImportReport:
    """Write a scenario for a SUMO case; the case's own files are used where they are.

    Raises InputError with all problems: missing or broken files, begin not before end, no demand,
    routes over edges that the net does not have, a net without signals. Nothing is written then.
    """
    config = read_config(sumocfg)
    problems: list[Problem] = []
    nets, routes = config.files("net-file"), config.files("route-files")
    additional = config.files("additional-files")
    for name, files in (("net-file", nets), ("route-files", routes)):
        if not files:
            problems.append(Problem(config.where(name), f"no {name}", f"a {name} option"))
    for name, files in (
        ("net-file", nets), ("route-files", routes), ("additional-files", additional)
    ):  # fmt: skip
        problems += [
            Problem(config.where(name), f"no such file: {file}", f"a file of {name}")
            for file in files
            if not file.is_file()
        ]
    network = _collect(read_network, nets[0], problems) if nets and nets[0].is_file() else None
    known = frozenset(network.edge) if network is not None else None
    summarise = partial(summarise_routes, edges=known)
    found = [_collect(summarise, file, problems) for file in routes if file.is_file()]
    extra = [_collect(summarise, file, problems) for file in additional if file.is_file()]
    summaries = [s for s in found if s is not None]
    problems += _demand_problems(summaries, [s for s in extra if s is not None])
    everything = [*summaries, *(s for s in extra if s is not None)]
    begin_s, end_s = _window(config, everything, problems)
    if problems or network is None:
        raise InputError(*_few(problems))
    remarks = (*_remarks(config, everything), *_unserved(network))
    left_out = {s.file for s in everything if s.signals}
    additional = [file for file in additional if file not in left_out]
    document = _scenario(config, output, nets[0], routes, additional, begin_s, end_s)
    header = f"# Imported from {sumocfg.name}; paths are relative to this file.\n"
    write_text(output, header + yaml.safe_dump(document, sort_keys=False, allow_unicode=True))
    return ImportReport(
        scenario_file=output,
        net_file=nets[0],
        begin_s=begin_s,
        end_s=end_s,
        trips=sum(s.trips for s in everything),
        intersections=tuple(
            ImportedIntersection(
                p.id, p.name, len(p.layout.groups), len(p.layout.stages), p.tunable, p.remarks
            )
            for p in network.intersections
        ),
        inherited=judge_plan(network.layouts, network.found_plan()),
        remarks=remarks,
    )


def _collect(
    work: Callable[[_Given], _Found], given: _Given, problems: list[Problem]
) -> _Found | None:
    """Do a piece of work; its problems join the others."""
    try:
        return work(given)
    except InputError as error:
        problems += error.problems
        return None


def _few(problems: Sequence[Problem]) -> list[Problem]:
    """The first problems, and how many more there are."""
    if len(problems) <= MOST_PROBLEMS:
        return list(problems)
    more = len(problems) - MOST_PROBLEMS
    last = Problem("and so on", f"{more} more problems of these kinds", "none")
    return [*problems[:MOST_PROBLEMS], last]


def _demand_problems(
    routes: Sequence[RouteSummary], additional: Sequence[RouteSummary]
) -> list[Problem]:
    problems = [
        Problem(str(s.file), "an empty route file", "vehicles, trips or flows")
        for s in routes
        if s.elements == 0
    ]
    problems += [
        Problem(
            str(s.file),
            f"signal programs ({', '.join(s.signals[:3])}) among other elements",
            "signal programs in a file of their own, which is left out",
            "a plan goes to --plan, the net's own programs are read from the net",
        )
        for s in (*routes, *additional)
        if s.signals and s.elements
    ]
    if routes and not problems and not any(s.trips for s in (*routes, *additional)):
        where = ", ".join(str(s.file) for s in routes)
        problems.append(Problem(where, "no vehicle, trip or flow", "some demand"))
    return problems


def _window(
    config: SumoConfig, summaries: Sequence[RouteSummary], problems: list[Problem]
) -> tuple[int, int]:
    """Begin and end in whole seconds; without an end, the second after the last departure."""
    times: dict[str, float] = {}
    for name, default in (("begin", 0.0), ("end", -1.0)):
        text = config.options.get(name, (str(default), 0))[0]
        try:
            times[name] = parse_seconds(text)
        except ValueError:
            problems.append(Problem(config.where(name), f"{name} {text!r}", "seconds or HH:MM:SS"))
            return 0, 0
    begin, end = times["begin"], times["end"]
    if end < 0:
        end = max(
            (s.last_depart_s + 1 for s in summaries if s.last_depart_s is not None), default=0
        )
    if begin < 0 or end <= begin:
        found = f"begin {begin:g} s and end {end:g} s"
        problems.append(Problem(config.where("begin"), found, "a begin before the end"))
    return math.floor(begin), math.ceil(end)


def _remarks(config: SumoConfig, summaries: Sequence[RouteSummary]) -> list[str]:
    """What the scenario does not carry over, and what of the case is worth knowing."""
    remarks = [
        f"option {name}={value[0]} is not carried over"
        for name, value in config.options.items()
        if name not in _CARRIED | _HARMLESS and "output" not in name
    ]
    kept = _carried_numbers(config)
    remarks += [
        f"option {name}={config.options[name][0]} is not carried over"
        for name, key in (("step-length", "step_length_s"), ("seed", "seed"))
        if name in config.options and key not in kept
    ]
    for summary in summaries:
        if summary.signals:
            names = ", ".join(summary.signals[:5]) + (" ..." if len(summary.signals) > 5 else "")
            remarks.append(
                f"{summary.file.name} holds signal programs ({names}) and is left out: "
                "give them as --plan, the net's own are read"
            )
    return remarks


def _carried_numbers(config: SumoConfig) -> dict[str, float]:
    """Step length (s, at most 1) and seed where they are usable; others are not carried over."""
    found: dict[str, float] = {}
    step = config.options.get("step-length", ("", 0))[0]
    try:
        if step and 0 < parse_seconds(step) <= 1:
            found["step_length_s"] = parse_seconds(step)
    except ValueError:
        pass
    seed = config.options.get("seed", ("", 0))[0]
    if seed.isdigit():
        found["seed"] = int(seed)
    return found


def _unserved(network: Network) -> list[str]:
    still = [p.id for p in network.intersections if not p.tunable]
    if not still:
        return []
    return [f"{len(still)} of {len(network.intersections)} intersections cannot be tuned"]


def _scenario(
    config: SumoConfig,
    output: Path,
    net: Path,
    routes: Sequence[Path],
    additional: Sequence[Path],
    begin_s: int,
    end_s: int,
) -> dict[str, object]:
    """The scenario as the YAML document that `signalopt.scenario` reads."""

    def relative(file: Path) -> str:
        return Path(os.path.relpath(file.resolve(), output.resolve().parent)).as_posix()

    document: dict[str, object] = {
        "title": f"{config.file.stem} (imported SUMO case)",
        "network": {"net": relative(net)},
        "demand": {
            "routes": [relative(file) for file in routes],
            "source": f"routes of {config.file.name}",
        },
        "window": {"begin": begin_s, "end": end_s},
    }
    document |= _carried_numbers(config)
    if additional:
        document["additional"] = [relative(file) for file in additional]
    return document
