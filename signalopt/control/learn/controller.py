"""A trained policy as a controller. It needs no torch: a decision is a few small matrix products."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from signalopt.control.controller import Asks
from signalopt.control.learn.observation import Observer, observer_of
from signalopt.control.learn.policy_file import Policy, read_policy
from signalopt.control.learn.scorer import Scorer
from signalopt.control.seen import Seen

if TYPE_CHECKING:
    from signalopt.control.city import City


@dataclass(frozen=True)
class PolicyController:
    """Asks every site for the stage that the policy scores highest among the allowed ones.

    name: of the policy; interval_s: as it was trained.
    """

    policy: Policy

    @property
    def name(self) -> str:
        """Name of the policy's folder."""
        return self.policy.name

    @property
    def interval_s(self) -> int:
        """Seconds between two asks, as trained."""
        return self.policy.interval_s

    def begin(self, city: City, seed: int = 0) -> PolicySession:
        """Start a run. Raises InputError for sites with more stages than a policy can read."""
        del seed
        return PolicySession(observer_of(city), self.policy.scorer)


@dataclass(frozen=True, slots=True)
class PolicySession:
    """A policy at work."""

    observer: Observer
    scorer: Scorer

    def decide(self, seen: Seen) -> Asks:
        """The best stage of every site."""
        return self.scorer.choose(self.observer.observe(seen))


def load_controller(folder: Path) -> PolicyController:
    """The controller of a policy's folder. Raises InputError with everything that is wrong with it."""
    return PolicyController(read_policy(folder))
