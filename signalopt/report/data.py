"""Everything a report shows, as frozen data: gathered once, drawn in any language, kept as JSON.

Sides: `before` is today's plan (or the plan that stands for it), `after` the plan in question; values of
`after` are None in a report of one plan.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import TypeAdapter, ValidationError

from signalopt.errors import InputError, Problem
from signalopt.report.data_area import AreaShown

FORMAT = "signalopt-report"
VERSION = 1


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean with its 95 % interval; None where one run gives none."""

    mean: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """A measure (name of signalopt.measures) on both sides and its paired change.

    relative: share of the value before. significant: the interval of the difference leaves zero out.
    """

    measure: str
    better: str
    before: Interval
    after: Interval | None = None
    difference: Interval | None = None
    relative: Interval | None = None
    significant: bool = False


@dataclass(frozen=True, slots=True)
class EmissionBand:
    """What is uncertain about factors, fleet and winter: per vehicle-km, and the change in percent."""

    pollutant: str
    before: Interval
    after: Interval | None
    percent: Interval | None


@dataclass(frozen=True, slots=True)
class Remark:
    """An assumption with its mark: `measured`, `press` or `estimated`."""

    subject: str
    text: str
    mark: str


@dataclass(frozen=True, slots=True)
class FrontPoint:
    """A plan of the Pareto front: mean and interval by measure, and whether another is better in all."""

    name: str
    values: Mapping[str, Interval]
    dominated: bool


@dataclass(frozen=True, slots=True)
class DemandPoint:
    """A plan under another demand: value of the objective with its interval, and the worst day."""

    plan: str
    simulator: str
    demand: float
    value: Interval
    worst: float
    incomplete: int


@dataclass(frozen=True, slots=True)
class SweepCell:
    """One combination of a sweep: row and column of the heat map, values by measure."""

    row: tuple[tuple[str, str], ...]
    column: str
    seeds: int
    complete: bool
    values: Mapping[str, Interval]


@dataclass(frozen=True, slots=True)
class Sweep:
    """Cells, the axis that runs across, measures in the order of the choice."""

    across: str
    columns: tuple[str, ...]
    rows: tuple[tuple[tuple[str, str], ...], ...]
    measures: tuple[str, ...]
    cells: tuple[SweepCell, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """The whole report. window_s: seconds of the day; verdict: name of optimize.result.Verdict or "".

    objective: measure of the front's and the robustness' values.
    """

    title: str
    scenario: str
    area_name: str
    before: str
    after: str
    window_s: tuple[int, int] | None
    season: str
    temperature_c: float | None
    seeds: tuple[int, ...]
    complete: bool
    verdict: str
    figures: tuple[Figure, ...]
    emissions: tuple[EmissionBand, ...]
    emissions_label: str
    remarks: tuple[Remark, ...]
    area: AreaShown | None
    objective: str
    front: tuple[FrontPoint, ...]
    demand: tuple[DemandPoint, ...]
    sweep: Sweep | None
    sources: tuple[str, ...]
    manifest: Mapping[str, str]
    format: str = FORMAT
    version: int = VERSION


_REPORT = TypeAdapter(Report)


def report_to_json(report: Report) -> str:
    """The report's data as JSON text."""
    return _REPORT.dump_json(report).decode() + "\n"


def report_from_json(text: str, where: str) -> Report:
    """Read what `report_to_json` wrote; `where` names it in problems. Raises InputError."""
    try:
        found = _REPORT.validate_json(text)
    except ValidationError as error:
        raise InputError(
            *(
                Problem(f"{where}: {'.'.join(str(k) for k in e['loc'])}", e["msg"], "report data")
                for e in error.errors()[:10]
            )
        ) from None
    if found.format != FORMAT or found.version != VERSION:
        other = f"format {found.format}, version {found.version}"
        raise InputError(Problem(where, other, f"format {FORMAT}, version {VERSION}"))
    return found
