"""The loop: the fixed plan stays the fixed plan, failures lead back to it, and asks are asks."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pytest

from signalopt.control.actuated import Actuated
from signalopt.control.city import City
from signalopt.control.controller import HOLD, Asks, Session
from signalopt.control.faults import Faults
from signalopt.control.fixed import FixedPlan
from signalopt.control.guard import new_guard
from signalopt.control.loop import Drive, Street, drive
from signalopt.control.meso_plant import MesoPlant
from signalopt.control.seen import Seen
from signalopt.control.sensing import Sensing
from signalopt.control.shown import shown_findings
from signalopt.errors import InputError, SimulationError
from signalopt.timing.program import cycle_states
from tests.control.smoke_case import smoke_case
from tests.control.test_meso_plant import scene


def _plant() -> MesoPlant:
    model, city, places = scene()
    return MesoPlant(model, city, places=places)


def _drive(controller: object, **options: object) -> Drive:
    plant = _plant()
    guard = new_guard(plant.city, now_s=smoke_case().depart_begin_s)
    return drive(plant, guard, controller, record=True, **options)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Restless:
    """Asks for the next stage that is allowed, always; writes down what it was shown."""

    interval_s: int = 1
    name: str = "restless"
    shape: int = 0

    def begin(self, city: City, seed: int = 0) -> Session:
        del seed
        return _RestlessSession(self, city, [])


@dataclass(frozen=True)
class _RestlessSession:
    rule: Restless
    city: City
    seconds: list[int]

    def decide(self, seen: Seen) -> Asks:
        self.seconds.append(seen.now_s)
        asks = np.full(len(self.city.sites) + self.rule.shape, HOLD, np.int16)
        for n in range(len(self.city.sites)):
            others = [s for s in np.flatnonzero(seen.allowed[n]) if s != seen.stage[n]]
            if others and not seen.switching[n]:
                asks[n] = others[0]
        return asks


def test_the_fixed_plan_is_shown_second_by_second() -> None:
    found = _drive(FixedPlan())
    assert found.seconds > 700
    for site, states in zip(found.city.sites, found.shown(), strict=True):
        cycle = cycle_states(site.layout, site.fallback)
        expected = [
            cycle[(found.first_second + second - site.fallback.offset_s) % len(cycle)]
            for second in range(len(states))
        ]
        assert list(states) == expected
    assert found.figures()["following_share"] == 1
    assert found.figures()["refused"] == 0


def test_asks_are_granted_and_everything_shown_is_safe() -> None:
    found = _drive(Restless())
    assert shown_findings(found.city, found.shown(), found.first_second) == ()
    assert found.figures()["following_share"] < 0.1
    fixed = _drive(FixedPlan())
    for mine, theirs in zip(found.shown(), fixed.shown(), strict=True):
        changes = [sum(a != b for a, b in pairwise(s)) for s in (mine, theirs)]
        assert changes[0] > changes[1]


def test_the_first_decision_comes_after_the_first_second() -> None:
    plant = _plant()
    sessions: list[_RestlessSession] = []
    begin = Restless.begin

    def remember(self: Restless, city: City, seed: int = 0) -> Session:
        made = begin(self, city, seed)
        assert isinstance(made, _RestlessSession)
        sessions.append(made)
        return sessions[-1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Restless, "begin", remember)
        start = smoke_case().depart_begin_s
        found = drive(plant, new_guard(plant.city, now_s=start), Restless(5))
    asked = sessions[0].seconds
    assert asked[:3] == [start + 1, start + 6, start + 11]
    assert found.decision_ms.size == len(asked)
    assert found.seconds == plant.now_s


def test_asks_of_another_size_are_refused_by_name() -> None:
    with pytest.raises(SimulationError, match="restless"):
        _drive(Restless(shape=1))


def test_a_site_without_communication_runs_its_program_and_comes_back() -> None:
    site = scene()[1].sites[0]
    faults = Faults(sites=(site.id,), from_s=200, to_s=500)
    found = _drive(Actuated(), faults=faults)
    assert found.fallen() == {site.id: (300, 300)}
    assert shown_findings(found.city, found.shown(), found.first_second) == ()
    cycle = cycle_states(site.layout, site.fallback)
    expected = [
        cycle[(found.first_second + second - site.fallback.offset_s) % len(cycle)]
        for second in range(found.seconds)
    ]
    shown = found.shown()[0]
    joined = sum(a == b for a, b in zip(shown[380:500], expected[380:500], strict=True))
    assert joined == 120  # within three minutes it runs second by second after the program
    assert 0 < found.figures()["fallen_share"] < 0.5
    later = [a == b for a, b in zip(shown[560:700], expected[560:700], strict=True)]
    assert not all(later)


@pytest.mark.parametrize("stuck", [0.0, 1.0])
def test_with_all_detectors_dead_everything_goes_on_safely(stuck: float) -> None:
    found = _drive(Actuated(), faults=Faults(detectors=1.0, stuck=stuck))
    assert shown_findings(found.city, found.shown(), found.first_second) == ()
    assert found.seconds < 1500  # nobody is left waiting for ever


def test_unknown_lanes_are_refused_before_anything_runs() -> None:
    with pytest.raises(InputError, match="nowhere"):
        _drive(Actuated(), faults=Faults(lanes=("nowhere",)))


def test_the_same_seeds_give_the_same_run() -> None:
    runs = [_drive(Actuated(), sensing=Sensing(miss=0.2), seed=seed) for seed in (3, 3, 4)]
    assert runs[0].shown() == runs[1].shown()
    assert runs[0].shown() != runs[2].shown()


def test_steps_of_some_seconds_ask_once_and_then_hold() -> None:
    plant = _plant()
    calls = []
    street = Street(
        plant,
        new_guard(plant.city, now_s=smoke_case().depart_begin_s),
        each_second=lambda: calls.append(plant.now_s),
    )
    seen = street.start()
    assert plant.now_s == 1
    seen = street.step(np.full(len(plant.city.sites), HOLD, np.int16), 5)
    assert plant.now_s == 6
    assert calls == [1, 2, 3, 4, 5, 6]
    assert seen.now_s == smoke_case().depart_begin_s + 6


def test_sites_left_alone_keep_their_program() -> None:
    plant = _plant()
    guard = new_guard(plant.city, now_s=smoke_case().depart_begin_s)
    alone = np.array([True, False])
    street = Street(plant, guard, alone=alone)
    session = Restless().begin(plant.city)
    seen = street.start()
    for _ in range(300):
        seen = street.step(session.decide(seen))
        assert seen.following[0]
    assert not seen.following[1]
    assert not street.failed.any()
