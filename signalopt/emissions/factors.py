"""Uncertain factors of `data/factors.toml` and how they are drawn.

A factor's low and high are the 2.5th and 97.5th percentile of a lognormal distribution with its own
width on either side of the central value. Draws are stratified (Latin hypercube): each factor goes
through the same `count` evenly spread percentiles in its own order. The order depends on the name
alone, so that two fleets, plans or temperatures see the same draws of what they have in common, and
a difference keeps only the uncertainty that they do not share.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from signalopt.emissions.evidence import read_toml

DRAWS = 1000
"""Draws behind every band; with stratified draws their percentiles are steady to about 1 %."""
SEED = 2026
BAND = 0.95
"""Share of the draws inside a band."""
Z = NormalDist().inv_cdf((1 + BAND) / 2)

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Factor:
    """An uncertain factor: 2.5th percentile, central value and 97.5th percentile, all > 0."""

    name: str
    low: float
    central: float
    high: float
    unit: str
    evidence: str
    source: str

    def at(self, z: Floats) -> Floats:
        """Values at standard normal deviates `z`."""
        up, down = math.log(self.high / self.central) / Z, math.log(self.central / self.low) / Z
        return self.central * np.exp(z * np.where(z > 0, up, down))


@lru_cache(maxsize=1)
def load_factors() -> Mapping[str, Factor]:
    """All uncertain factors by name."""
    return {name: Factor(name=name, **row) for name, row in read_toml("factors").items()}


class Draw:
    """Values of the factors, as arrays of one length; `count` 0 gives the central values (length 1).

    fixed: standard normal deviate by factor name, used instead of draws (for sensitivities).
    """

    def __init__(self, count: int = 0, seed: int = SEED, fixed: Mapping[str, float] | None = None):
        self._count, self._seed = count, seed
        self._fixed = dict(fixed or {})

    def __len__(self) -> int:
        return max(1, self._count)

    def z(self, name: str) -> Floats:
        """Standard normal deviates of the factor `name`."""
        if self._count == 0:
            return np.array([self._fixed.get(name, 0.0)])
        order = np.random.default_rng((self._seed, zlib.crc32(name.encode())))
        return _strata(self._count)[order.permutation(self._count)]

    def factor(self, name: str) -> Floats:
        """Values of a factor of `factors.toml`."""
        return load_factors()[name].at(self.z(name))

    def spread(self, name: str, deviation: float) -> Floats:
        """Lognormal factor around 1 with a standard deviation of its logarithm."""
        return np.exp(deviation * self.z(name))


@lru_cache(maxsize=8)
def _strata(count: int) -> Floats:
    normal = NormalDist()
    return np.array([normal.inv_cdf((k + 0.5) / count) for k in range(count)])
