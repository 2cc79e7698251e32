"""A run whose lamps a program of ours sets while SUMO runs: what batches need to know of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from signalopt.microsim.command import SeedFiles
from signalopt.timing.findings import Finding

CONTROLLED_RUN = "the controlled run"
"""What failures call the child that runs SUMO and a controller in one."""


@dataclass(frozen=True)
class Conduct:
    """How a controller did in one run.

    findings: what the judge of indications says of the lamps that were really shown, beyond what it
    says of the fallback programs; figures: see microsim.result.CONDUCT.
    """

    findings: tuple[Finding, ...] = ()
    figures: Mapping[str, float] = field(default_factory=dict)


class Steering(Protocol):
    """Who steers the runs of a batch, ready for any seed."""

    @property
    def controller(self) -> str:
        """Name of the controller, for results."""
        ...

    @property
    def settings(self) -> Mapping[str, str]:
        """What else the figures depend on (sensing, failures, ...), for the manifest."""
        ...

    @property
    def inputs(self) -> tuple[Path, ...]:
        """Files that the child reads beside those of SUMO."""
        ...

    def command(self, sumo: Sequence[str], seed: int, files: SeedFiles) -> tuple[str, ...]:
        """The command of the child that runs what the command `sumo` would run, steered."""
        ...

    def read(self, files: SeedFiles) -> Conduct:
        """What the child left behind. Raises SimulationError if it is missing or broken."""
        ...


SteeringIn = Callable[[Path], Steering]
"""Writes what the children read into the folder that it is given."""
