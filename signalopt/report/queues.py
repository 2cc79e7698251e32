"""Queue lengths of streets over time, from SUMO's queue output."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

from signalopt.errors import SimulationError
from signalopt.microsim.stream import required, stream
from signalopt.report.streets import Street

SAMPLE_S = 10
"""Seconds between two looks at the queues."""


@dataclass(frozen=True, slots=True)
class Queue:
    """Length of a queue from the stop line back, metres: exceeded 5 % of the time, and the longest."""

    p95_m: float
    longest_m: float


def read_queues(
    path: Path, streets: Sequence[Street], begin_s: float, end_s: float
) -> dict[str, Queue]:
    """Queues by street over [begin_s, end_s), the longest lane of each moment.

    A queue that reaches a piece further up counts from the street's end. Raises SimulationError.
    """
    where = {
        edge: (street.id, sum(street.lengths_m[index + 1 :]))
        for street in streets
        for index, edge in enumerate(street.edges)
    }
    samples: dict[str, list[float]] = {}
    try:
        for moment in stream(path, ("data",)):
            if not begin_s <= float(required(moment, "timestep")) < end_s:
                continue
            now: dict[str, float] = {}
            for lane in moment.iter("lane"):
                length_m = float(required(lane, "queueing_length"))
                street, behind_m = where.get(required(lane, "id").rsplit("_", 1)[0], ("", 0.0))
                if street and length_m > 0:
                    now[street] = max(now.get(street, 0.0), length_m + behind_m)
            for street, length_m in now.items():
                samples.setdefault(street, []).append(length_m)
    except (OSError, KeyError, ValueError, etree.XMLSyntaxError) as error:
        raise SimulationError(f"SUMO's queue output cannot be read: {error!r}") from error
    looks = max(1, math.ceil((end_s - begin_s) / SAMPLE_S))
    return {
        street.id: Queue(percentile(samples.get(street.id, ()), looks, 0.95),
                         max(samples.get(street.id, ()), default=0.0))
        for street in streets
    }  # fmt: skip


def percentile(values: Sequence[float], looks: int, share: float) -> float:
    """The value that `share` of `looks` looks do not exceed; looks without a value saw nothing (0)."""
    rank = math.ceil(share * looks) - (looks - len(values)) - 1
    return sorted(values)[min(rank, len(values) - 1)] if values and rank >= 0 else 0.0
