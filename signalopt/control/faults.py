"""What fails in the street: detectors that see nothing or somebody for ever, sites that nobody reaches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from signalopt.errors import InputError, Problem

if TYPE_CHECKING:
    from signalopt.control.city import City

WORKS, SILENT, STUCK = 0, 1, 2
FOR_EVER = 10**9


@dataclass(frozen=True, slots=True)
class Faults:
    """Failures of a run.

    detectors: share of the lanes (at least one where it is not 0) whose detectors fail; lanes: names of
    lanes that fail as well. stuck: share of the failing lanes that report somebody for ever, the others
    report nothing (kinds of failure as in the traffic signal literature: stuck off, stuck on).
    communication: share of the sites that nobody reaches; sites: names of such sites as well.
    from_s, to_s: seconds after the first departure (to_s None: to the end). seed: who is hit.
    """

    detectors: float = 0.0
    lanes: tuple[str, ...] = ()
    stuck: float = 0.5
    communication: float = 0.0
    sites: tuple[str, ...] = ()
    from_s: int = 0
    to_s: int | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        """Raises InputError with everything that is out of bounds."""
        problems = [
            Problem(f"faults: {name}", f"{getattr(self, name):g}", "a share of 0 to 1")
            for name in ("detectors", "stuck", "communication")
            if not 0 <= getattr(self, name) <= 1
        ]
        if self.from_s < 0 or (self.to_s is not None and self.to_s <= self.from_s):
            found = f"{self.from_s} to {self.to_s} s"
            problems.append(Problem("faults: from_s, to_s", found, "a time from 0 s on"))
        if self.seed < 0:
            problems.append(Problem("faults: seed", f"{self.seed}", "a number from 0 on"))
        if problems:
            raise InputError(*problems)

    @property
    def any(self) -> bool:
        """Whether anything fails at all."""
        return bool(self.detectors or self.lanes or self.communication or self.sites)

    def label(self) -> str:
        """In words, shown with every result."""
        if not self.any:
            return "none"
        parts = []
        if self.detectors:
            parts.append(f"detectors of {100 * self.detectors:g} % of the lanes")
        if self.lanes:
            parts.append(f"detectors of {', '.join(self.lanes)}")
        if parts:
            parts.append(f"{100 * self.stuck:g} % of them stuck on")
        if self.communication:
            parts.append(f"communication with {100 * self.communication:g} % of the sites")
        if self.sites:
            parts.append(f"communication with {', '.join(self.sites)}")
        end = "the end" if self.to_s is None else f"{self.to_s} s"
        return "; ".join(parts) + f"; from {self.from_s} s to {end}"


@dataclass(frozen=True, eq=False)
class FaultPlan:
    """Who fails when. lanes (L,): WORKS, SILENT or STUCK; sites (N,): not reached; seconds of the run."""

    lanes: NDArray[np.uint8]
    sites: NDArray[np.bool_]
    from_s: int
    to_s: int

    def active(self, now_s: int) -> bool:
        """Whether the failures are there in this second of the run."""
        return self.from_s <= now_s < self.to_s


def fault_plan(city: City, faults: Faults) -> FaultPlan:
    """Draw who fails. Raises InputError for lanes and sites that the city does not have."""
    names = [site.id for site in city.sites]
    problems = [
        *_unknown("lane", faults.lanes, city.lanes),
        *_unknown("site", faults.sites, names),
    ]
    if problems:
        raise InputError(*problems)
    dice = np.random.default_rng([faults.seed, 61])
    broken = _drawn(dice, len(city.lanes), faults.detectors)
    broken[[city.lanes.index(name) for name in faults.lanes]] = True
    order = dice.permutation(np.flatnonzero(broken))
    lanes = np.where(broken, np.uint8(SILENT), np.uint8(WORKS))
    lanes[order[: round(faults.stuck * order.size)]] = STUCK
    sites = _drawn(dice, len(names), faults.communication)
    sites[[names.index(name) for name in faults.sites]] = True
    return FaultPlan(lanes, sites, faults.from_s, FOR_EVER if faults.to_s is None else faults.to_s)


def _drawn(dice: np.random.Generator, count: int, share: float) -> NDArray[np.bool_]:
    """A share of `count` things, at least one if the share is not 0."""
    hit = np.zeros(count, np.bool_)
    number = max(round(share * count), 1 if share > 0 else 0)
    hit[dice.permutation(count)[:number]] = True
    return hit


def _unknown(what: str, names: Sequence[str], known: Sequence[str]) -> list[Problem]:
    problems = []
    for name in names:
        if name not in known:
            near = get_close_matches(name, known, n=1)
            hint = f"did you mean `{near[0]}`?" if near else ""
            expected = f"a controlled {what}"
            problems.append(Problem(f"faults: {what}s", f"`{name}`", expected, hint))
    return problems
