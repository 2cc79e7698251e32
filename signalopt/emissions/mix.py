"""A fleet: which share of the traffic of each kinematic class is which technology.

Emissions are an expectation over these shares; vehicles are never drawn, so that a rare dirty truck
does not drown the difference between two plans.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from difflib import get_close_matches

from signalopt.emissions.technology import kinematic_classes, load_technologies
from signalopt.errors import InputError, Problem

DEFAULT_FLEET = "astana_2025"
SHARE_TOLERANCE = 0.005
"""Shares of a class may miss 1 by this much (rounding); they are scaled to 1 then."""
_CATALYST_FUELS = ("petrol", "lpg")
_CATALYST = ("1", "2", "3", "4")
DECLARED = "scenario"
"""Mark of a share that a variant declares: exact, the others of its class share what is left."""
CONFIDENCES = ("measured", "official", "press", "estimated")


@dataclass(frozen=True, slots=True)
class Share:
    """Share of one technology in the km of its kinematic class, 0..1, and how far to trust it."""

    kinematic_class: str
    fuel: str
    euro: str
    share: float
    confidence: str
    source: str

    @property
    def key(self) -> tuple[str, str, str]:
        """Kinematic class, fuel, Euro class: the technology."""
        return (self.kinematic_class, self.fuel, self.euro)


@dataclass(frozen=True, slots=True)
class Fleet:
    """Shares of all kinematic classes; those of one class add up to 1.

    shares: as registered. trip_km: mean length of a whole trip of cars and vans, for the cold start.
    dead_catalyst_share: share of petrol and LPG cars of Euro 1 to 4 that emit as without catalyst.
    """

    name: str
    title: str
    description: str
    shares: tuple[Share, ...]
    trip_km: float
    dead_catalyst_share: float
    sources: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def kinematic_classes(self) -> tuple[str, ...]:
        """Classes that the fleet has shares for, in the order of `kinematic_classes.toml`."""
        present = {s.kinematic_class for s in self.shares}
        return tuple(c for c in kinematic_classes() if c in present)

    def of_class(self, kinematic_class: str) -> tuple[Share, ...]:
        """Shares of one class as they emit, dead catalysts apart. Raises InputError if it has none."""
        found = tuple(s for s in self.shares if s.kinematic_class == kinematic_class)
        if not found:
            has = ", ".join(self.kinematic_classes)
            raise InputError(
                Problem(f"fleet {self.name}", f"no class {kinematic_class!r}", f"one of {has}")
            )
        return _without_catalyst(found, self.dead_catalyst_share)

    def share_where(self, kinematic_class: str, condition: Callable[[Share], bool]) -> float:
        """Share of a class's traffic that fulfils a condition."""
        return sum(s.share for s in self.of_class(kinematic_class) if condition(s))


def with_fuel(
    fleet: Fleet, kinematic_class: str, fuel: str, share: float, euro: str | None = None
) -> Fleet:
    """The fleet with `fuel` at `share` of a class, the other fuels scaled in proportion.

    euro: Euro class of the fuel's vehicles if the class has none of them yet. Raises InputError.
    """
    fleet.of_class(kinematic_class)  # refuses a class that the fleet lacks
    own = [s for s in fleet.shares if s.kinematic_class == kinematic_class]
    where = f"fleet {fleet.name}: {fuel} share of {kinematic_class}"
    if not 0 <= share <= 1:
        raise InputError(Problem(where, f"{share:g}", "0 to 1"))
    same = [s for s in own if s.fuel == fuel and s.share > 0]
    others = [s for s in own if s.fuel != fuel]
    if not same:
        known = [e for c, f, e in load_technologies() if (c, f) == (kinematic_class, fuel)]
        if euro is None and len(known) == 1:
            euro = known[0]
        if euro not in known:
            raise InputError(
                Problem(where, f"Euro class {euro}", ", ".join(known) or "no such fuel")
            )
        same = [Share(kinematic_class, fuel, str(euro), 1.0, DECLARED, "")]
    rest = sum(s.share for s in others)
    if share < 1 and rest == 0:
        raise InputError(Problem(where, f"{share:g}", "1, because the class has no other fuel"))
    now = sum(s.share for s in same)
    source = f"scenario: {fuel} at {share:.0%}"
    new = [
        replace(s, share=s.share / now * share, confidence=DECLARED, source=source) for s in same
    ]
    new += [replace(s, share=s.share / rest * (1 - share)) for s in others if share < 1]
    kept = [s for s in fleet.shares if s.kinematic_class != kinematic_class]
    return replace(fleet, shares=(*kept, *new))


def _without_catalyst(shares: tuple[Share, ...], share: float) -> tuple[Share, ...]:
    """Shares with `share` of the petrol and LPG cars of Euro 1 to 4 moved to `dead_catalyst`."""
    moved: dict[str, float] = {}
    kept = []
    for s in shares:
        catalyst = s.kinematic_class == "car" and s.fuel in _CATALYST_FUELS and s.euro in _CATALYST
        if catalyst:
            moved[s.fuel] = moved.get(s.fuel, 0.0) + s.share * share
        kept.append(replace(s, share=s.share * (1 - share)) if catalyst else s)
    source = f"{share:.0%} of Euro 1 to 4 cars with a removed or dead catalyst: scenario input"
    dead = (
        Share("car", fuel, "dead_catalyst", amount, "estimated", source)
        for fuel, amount in moved.items()
        if amount > 0
    )
    return (*kept, *dead)


def unknown_technology(where: str, kinematic_class: str, fuel: str, euro: str) -> Problem | None:
    """The problem with a technology that the model does not know, or None if it knows it."""
    known = load_technologies()
    if (kinematic_class, fuel, euro) in known:
        return None
    options: Iterable[str]
    if kinematic_class not in kinematic_classes():
        what, found, options = "class", kinematic_class, kinematic_classes()
    elif not any((c, f) == (kinematic_class, fuel) for c, f, _ in known):
        what, found = f"fuel of {kinematic_class}", fuel
        options = dict.fromkeys(f for c, f, _ in known if c == kinematic_class)
    else:
        what, found = f"Euro class of {fuel} {kinematic_class}", euro
        options = [e for c, f, e in known if (c, f) == (kinematic_class, fuel)]
    names = list(options)
    near = get_close_matches(found, names, n=2, cutoff=0.5)
    hint = f"did you mean {' or '.join(near)}?" if near else ""
    return Problem(where, f"{what} {found!r}", ", ".join(names), hint)
