"""Runs as tables: one row a run with a column a measure, and measures by class in a long table."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

import polars as pl

from signalopt.measures import MEASURES
from signalopt.study.record import RunRecord

BASE_SCHEMA: dict[str, pl.DataType] = {
    "key": pl.String(),
    "scenario": pl.String(),
    "plan": pl.String(),
    "engine": pl.String(),
    "seed": pl.Int64(),
    "factors": pl.String(),
    "case": pl.String(),
    "plan_hash": pl.String(),
    "sumo": pl.String(),
    "signalopt": pl.String(),
    "complete": pl.Boolean(),
    "wall_s": pl.Float64(),
}
CLASS_SCHEMA: dict[str, pl.DataType] = {
    "key": pl.String(),
    "vehicle_class": pl.String(),
    "measure": pl.String(),
    "value": pl.Float64(),
}
FACTOR = "set."
"""Prefix of the columns that hold the scenario's overrides (as text)."""


def runs_frame(records: Sequence[RunRecord]) -> pl.DataFrame:
    """One row a run: identity, factors as JSON and as columns `set.KEY`, measures, events."""
    measures = [name for name in MEASURES if any(name in r.measures for r in records)]
    events = sorted({name for r in records for name in r.events} - set(measures))
    factors = sorted({name for r in records for name in r.factors})
    schema = dict(BASE_SCHEMA)
    schema |= {FACTOR + name: pl.String() for name in factors}
    schema |= {name: pl.Float64() for name in measures}
    schema |= {name: pl.Int64() for name in events}
    rows = [_row(record, measures, events, factors) for record in records]
    return pl.DataFrame(rows, schema=schema, orient="row")


def classes_frame(records: Iterable[RunRecord]) -> pl.DataFrame:
    """Measures by vehicle class, long."""
    rows = [
        (record.key, name, measure, value)
        for record in records
        for name, values in record.classes.items()
        for measure, value in values.items()
    ]
    return pl.DataFrame(rows, schema=CLASS_SCHEMA, orient="row")


def _row(
    r: RunRecord, measures: Sequence[str], events: Sequence[str], factors: Sequence[str]
) -> tuple[object, ...]:
    own = json.dumps(dict(r.factors), ensure_ascii=False, sort_keys=True)
    return (
        r.key, r.scenario, r.plan, r.engine, r.seed, own, r.case, r.plan_hash, r.sumo, r.signalopt,
        r.complete, r.wall_s,
        *(_text(r.factors.get(name)) for name in factors),
        *(r.measures.get(name) for name in measures),
        *(r.events.get(name) for name in events),
    )  # fmt: skip


def _text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)
