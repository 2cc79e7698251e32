"""Longest queue first: the stage that serves most waiting vehicles.

Source of the rule: J. Ault, G. Sharon, "Reinforcement Learning Benchmarks for Traffic Signal Control",
NeurIPS Datasets and Benchmarks 2021, who decide every 10 s with a green of at least 6 s; the study of
its stability is R. Wunderlich et al., "A Novel Signal-Scheduling Algorithm With Quality-of-Service
Provisioning for an Isolated Intersection", IEEE Trans. ITS 9(3), 2008.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from signalopt.control.choice import Choice
from signalopt.control.city import City
from signalopt.control.controller import Asks
from signalopt.control.knobs import INTERVAL, PAY, YIELDING, Knob, check_knobs
from signalopt.control.seen import Seen
from signalopt.control.stage_sums import stage_sums


@dataclass(frozen=True, slots=True)
class LongestQueue:
    """Asks for the stage whose lanes hold most queued vehicles.

    interval_s: seconds between two decisions. yielding_share: what vehicles count whose green gives way
    in a stage while another gives them priority (1: as much as others; 0: not at all, as published). pay:
    how much of what the present stage could let go in the lost time of a switch the other stage must have
    more (0: as published).
    """

    interval_s: int = 5
    yielding_share: float = 1.0
    pay: float = 1.0

    name: ClassVar[str] = "longest-queue"
    knobs: ClassVar[tuple[Knob, ...]] = (INTERVAL, YIELDING, PAY)

    def __post_init__(self) -> None:
        """Raises InputError for parameters out of their range."""
        check_knobs(self, self.name, self.knobs)

    def begin(self, city: City, seed: int = 0) -> LongestQueueSession:
        """Start a run in a city; the rule has no chance in it, `seed` changes nothing."""
        del seed
        return LongestQueueSession(self, city)


class LongestQueueSession:
    """The rule at work in one run."""

    def __init__(self, rule: LongestQueue, city: City) -> None:
        self._rule, self._sums = rule, stage_sums(city)
        self._choice = Choice(self._sums, city.lane_site, rule.pay)

    def decide(self, seen: Seen) -> Asks:
        """The wanted stage of each site (N,)."""
        score = self._sums.of_vehicles(seen.queue, self._rule.yielding_share)
        return self._choice.best(seen, score)
