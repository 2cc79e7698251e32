"""A figure with its uncertainty."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from signalopt.emissions.factors import BAND, Floats


@dataclass(frozen=True, slots=True)
class Band:
    """Central value and the 2.5th and 97.5th percentile of what the uncertain factors make of it."""

    low: float
    central: float
    high: float

    @classmethod
    def of(cls, central: float, draws: Floats) -> Band:
        """Band around a central value from draws; always holds the central value."""
        tail = (1 - BAND) / 2
        low, high = np.quantile(draws, (tail, 1 - tail))
        return cls(min(float(low), central), central, max(float(high), central))

    def scaled(self, factor: float) -> Band:
        """The band of a multiple; `factor` 0 or more."""
        return Band(self.low * factor, self.central * factor, self.high * factor)

    @property
    def width(self) -> float:
        """High - low."""
        return self.high - self.low

    def as_json(self) -> dict[str, float]:
        """The three values by name."""
        return {"low": self.low, "central": self.central, "high": self.high}


def bands(names: tuple[str, ...], central: Floats, draws: Floats) -> Mapping[str, Band]:
    """Bands by name: `central` (names), `draws` (draws, names)."""
    return {n: Band.of(float(central[i]), draws[:, i]) for i, n in enumerate(names)}
