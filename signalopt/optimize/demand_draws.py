"""Demand that a plan must live with: other days, more or fewer vehicles, and what of it counts how much."""

from __future__ import annotations

import copy
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from lxml import etree
from numpy.typing import NDArray

from signalopt.files import atomic_path, make_folder, read_xml
from signalopt.scenario.case import Case

DEPARTURE_DEVIATION_S = 30.0
"""How much a vehicle's departure differs from day to day; estimated (about half a signal cycle)."""


@dataclass(frozen=True, slots=True)
class DemandDraw:
    """One demand to evaluate on: `seed` 0 and `demand` 1 are the trips exactly as they stand."""

    seed: int = 0
    demand: float = 1.0


@dataclass(frozen=True)
class Risk:
    """How costs on several draws become one: (1 - tail_weight) mean + tail_weight CVaR.

    CVaR is the mean of the worst `tail` share of the draws (R. T. Rockafellar and S. Uryasev, Optimization
    of conditional value-at-risk, Journal of Risk 2, 2000).
    """

    draws: tuple[DemandDraw, ...]
    tail: float
    tail_weight: float

    def value(self, costs: NDArray[np.float64]) -> NDArray[np.float64]:
        """One figure a plan from costs of shape (plans, draws)."""
        mean: NDArray[np.float64] = costs.mean(axis=1)
        worst = conditional_tail(costs, self.tail)
        return (1 - self.tail_weight) * mean + self.tail_weight * worst


USUAL = Risk(
    (DemandDraw(), DemandDraw(1), DemandDraw(2), DemandDraw(3, 1.1)), tail=0.25, tail_weight=0.15
)
"""The demand as stated with two other days, and a tenth more as a guard against plans on the brink."""
ROBUST = Risk(
    (
        DemandDraw(), DemandDraw(3, 1.1), DemandDraw(1), DemandDraw(4, 1.2), DemandDraw(2, 0.9),
        DemandDraw(5, 0.8), DemandDraw(6, 1.1), DemandDraw(7, 1.2),
    ),
    tail=0.3,
    tail_weight=0.5,
)  # fmt: skip
"""A fifth less to a fifth more, and half the weight on the worst."""


def conditional_tail(costs: NDArray[np.float64], tail: float) -> NDArray[np.float64]:
    """Mean of the worst `tail` share of each row; a draw at the edge counts in part."""
    count = costs.shape[1]
    ordered = -np.sort(-costs, axis=1)
    weight = np.clip(tail * count - np.arange(count), 0.0, 1.0)
    total: NDArray[np.float64] = (ordered * weight).sum(axis=1) / weight.sum()
    return total


def drawn_case(case: Case, draw: DemandDraw, folder: Path) -> Case:
    """The case with another demand: route files written into `folder` for SUMO.

    Vehicles are thinned or doubled at random to `demand` times their number; with a seed other than 0 every
    departure moves by a normal deviate, within the part (before or in the window) that it belongs to. Persons
    stay as they are.
    """
    if draw == DemandDraw():
        return case
    make_folder(folder)
    files = []
    for number, path in enumerate(case.route_files):
        target = folder / f"{number}-{path.name}"
        _write_drawn(path, target, case, draw, number)
        files.append(target)
    name = f"x{draw.demand:g} day {draw.seed}"
    return replace(
        case,
        name=f"{case.name} {name}",
        route_files=tuple(files),
        fingerprint=f"{case.fingerprint}-{draw.seed}-{draw.demand:g}",
    )


def _write_drawn(source: Path, target: Path, case: Case, draw: DemandDraw, number: int) -> None:
    tree = read_xml(source, "SUMO routes")
    root = tree.getroot()
    dice = random.Random(f"{draw.seed} {draw.demand} {number}")
    vehicles = [element for element in root if element.tag == "vehicle"]
    kept: list[tuple[float, etree._Element]] = []
    for element in vehicles:
        root.remove(element)
        whole, rest = divmod(draw.demand, 1.0)
        copies = int(whole) + (dice.random() < rest)
        for again in range(copies):
            made = element if copies == 1 else copy.deepcopy(element)
            moved = again > 0 or draw.seed != 0
            depart = _moved(float(element.get("depart", "0")), case, dice if moved else None)
            if again:
                made.set("id", f"{element.get('id')}.{again}")
            made.set("depart", f"{depart:.2f}")
            kept.append((depart, made))
    others = [
        (float(element.get("depart", "nan")), element)
        for element in root
        if element.tag == "person"
    ]
    for _, element in others:
        root.remove(element)
    for _, element in sorted([*kept, *others], key=lambda pair: pair[0]):
        root.append(element)
    with atomic_path(target) as path:
        tree.write(str(path), encoding="UTF-8", xml_declaration=True)


def _moved(depart_s: float, case: Case, dice: random.Random | None) -> float:
    """Another departure within the warm-up or within the window."""
    if dice is None:
        return depart_s
    low, high = (
        (case.depart_begin_s, case.begin_s)
        if depart_s < case.begin_s
        else (case.begin_s, case.end_s)
    )
    if not low <= depart_s < high:
        return depart_s
    wanted = depart_s + dice.gauss(0.0, DEPARTURE_DEVIATION_S)
    # Reflected at the ends, so that nobody leaves the window and its edges are not emptied.
    span = high - low
    position = (wanted - low) % (2 * span)
    return low + min(position if position < span else 2 * span - position, span - 0.01)


def spread(factors: Sequence[float], days: int = 1) -> tuple[DemandDraw, ...]:
    """Draws that no search uses: each factor on `days` other days."""
    return tuple(
        DemandDraw(100 + 10 * n + day, factor)
        for n, factor in enumerate(factors)
        for day in range(days)
    )
