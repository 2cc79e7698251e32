"""Max-wave: the stage that serves most vehicles, waiting and approaching together.

Source of the rule: J. Ault, G. Sharon, "Reinforcement Learning Benchmarks for Traffic Signal Control",
NeurIPS Datasets and Benchmarks 2021 (their MAXWAVE, decisions every 10 s), after the wave state of
T. Chu et al., "Multi-Agent Deep Reinforcement Learning for Large-Scale Traffic Signal Control",
IEEE Trans. ITS 21(3), 2020.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from signalopt.control.choice import Choice
from signalopt.control.city import City
from signalopt.control.controller import Asks
from signalopt.control.knobs import INTERVAL, PAY, YIELDING, Knob, check_knobs
from signalopt.control.seen import BIN_S, BINS, Seen
from signalopt.control.stage_sums import stage_sums


@dataclass(frozen=True, slots=True)
class MaxWave:
    """Asks for the stage whose lanes hold most vehicles, queued or due within `ahead_s`.

    interval_s: seconds between two decisions. ahead_s: vehicles count that reach the stop line within
    so many seconds of free driving. yielding_share: what vehicles count whose green gives way in a stage
    while another gives them priority (1: as much as others; 0: not at all, as published). pay: how much of
    what the present stage could let go in the lost time of a switch the other stage must have more (0: as
    published).
    """

    interval_s: int = 5
    ahead_s: float = 8.0
    yielding_share: float = 1.0
    pay: float = 1.0

    name: ClassVar[str] = "max-wave"
    knobs: ClassVar[tuple[Knob, ...]] = (
        INTERVAL,
        Knob("ahead_s", 0, BINS * BIN_S, 0, 30, "s"),
        YIELDING,
        PAY,
    )

    def __post_init__(self) -> None:
        """Raises InputError for parameters out of their range."""
        check_knobs(self, self.name, self.knobs)

    def begin(self, city: City, seed: int = 0) -> MaxWaveSession:
        """Start a run in a city; the rule has no chance in it, `seed` changes nothing."""
        del seed
        return MaxWaveSession(self, city)


class MaxWaveSession:
    """The rule at work in one run."""

    def __init__(self, rule: MaxWave, city: City) -> None:
        self._rule, self._sums = rule, stage_sums(city)
        self._choice = Choice(self._sums, city.lane_site, rule.pay)
        self._bins = round(rule.ahead_s / BIN_S)

    def decide(self, seen: Seen) -> Asks:
        """The wanted stage of each site (N,)."""
        vehicles = seen.queue + seen.coming[:, : self._bins].sum(axis=1)
        score = self._sums.of_vehicles(vehicles, self._rule.yielding_share)
        return self._choice.best(seen, score)
