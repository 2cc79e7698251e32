"""For tests of the guard: cities of signals only, asks of every kind, and the state that is shown."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from signalopt.control.city import City
from signalopt.control.guard import HOLD, Guard, new_guard
from signalopt.control.site import Site
from signalopt.control.transitions import make_site
from signalopt.timing.plan import IntersectionPlan
from signalopt.timing.signals import GroupKind, SignalLayout


def site_of(layout: SignalLayout, program: IntersectionPlan) -> Site:
    site, reason = make_site(layout, program)
    assert site is not None, reason
    return site


def city_of(*sites: Site) -> City:
    """A city without lanes: the guard looks at the signals only."""
    no_ints, no_floats = np.zeros(0, np.int32), np.zeros(0)
    walkers = [
        (n, g.id)
        for n, site in enumerate(sites)
        for g in site.layout.groups
        if g.kind is GroupKind.PEDESTRIAN
    ]
    return City(
        sites, (), *[no_ints], *[no_floats] * 6, *[no_ints] * 3, (), no_ints, no_floats, no_floats,
        (), (), np.array([len(s.stages) for s in sites], np.int32), np.zeros((0, 1), np.uint8),
        np.zeros((0, 1), np.bool_), np.array([n for n, _ in walkers], np.int32),
        tuple(g for _, g in walkers), (),
    )  # fmt: skip


@dataclass
class Ride:
    """A guard, what it has shown at each site since it was made, and for how long sites were steered."""

    guard: Guard
    shown: list[list[str]] = field(default_factory=list)
    steered_s: int = 0

    @staticmethod
    def of(city: City, now_s: int = 0, *, steered: bool = True) -> Ride:
        ride = Ride(new_guard(city, now_s=now_s), [[] for _ in city.sites])
        ride.record()
        if steered:
            ride.guard.follow(np.zeros(len(city.sites), np.bool_))
        return ride

    def record(self) -> None:
        self.steered_s += int((~self.guard.following).sum())
        for site, states in enumerate(self.shown):
            states.append(self.guard.state(site))

    def ask(self, *wanted: int, seconds: int = 1) -> None:
        """The same asks for some seconds."""
        for _ in range(seconds):
            self.guard.step(np.array(wanted, np.int16))
            self.record()

    def until_steered(self) -> None:
        """Hold until no site follows its program any more."""
        for _ in range(400):
            if not self.guard.following.any():
                return
            self.ask(*[HOLD] * len(self.shown))
        raise AssertionError("a site never left its fallback program")


def random_ride(city: City, seconds: int, seed: int, *, falls: bool = True) -> Ride:
    """Asks of every kind: none, anything, allowed ones, stubborn ones; sites fall back and return."""
    rng = np.random.default_rng(seed)
    ride = Ride.of(city, int(rng.integers(0, 100_000)))
    count = len(city.sites)
    stubborn = np.zeros(count, np.int16)
    mood = np.zeros(count, np.int64)
    for second in range(seconds):
        if second % 40 == 0:
            mood = rng.integers(0, 5, count)
            stubborn[:] = [rng.integers(len(s.stages)) for s in city.sites]
        flapping = second % 900 > 840  # a line that comes and goes every second
        if falls and (flapping or second % 150 == 149):
            ride.guard.follow(rng.random(count) < 0.4)
        wanted = np.full(count, HOLD, np.int16)
        for n in range(count):
            able = np.flatnonzero(ride.guard.allowed[n])
            assert able.size, "nothing is allowed"
            if mood[n] == 1:
                wanted[n] = stubborn[n]
            elif mood[n] == 2:
                wanted[n] = rng.integers(-2, len(city.sites[n].stages) + 2)
            elif mood[n] == 3:
                wanted[n] = rng.choice(able)
            elif mood[n] == 4:  # never stay where one may go
                others = able[able != ride.guard.stage[n]]
                wanted[n] = rng.choice(others) if others.size else HOLD
        ride.guard.step(wanted)
        ride.record()
    return ride
