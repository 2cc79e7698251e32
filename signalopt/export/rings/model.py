"""A stage plan as rings and barriers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from signalopt.export.lamps import exact_s


@dataclass(frozen=True, slots=True)
class RingPhase:
    """One phase. Times in seconds; `start_s` counts from the green of the coordinated phases.

    groups: vehicle signal groups that it drives; walkers: pedestrian groups that get its walk.
    red_s: red until the next phase of the ring starts. walk_s: steady walk, 0 without walkers; it begins
    with the green, and the clearance lasts from its end to the end of the green.
    ring, barrier, position: each from 1; position counts within ring and barrier.
    """

    number: int
    ring: int
    barrier: int
    position: int
    groups: tuple[str, ...]
    walkers: tuple[str, ...]
    start_s: float
    green_s: float
    amber_s: float
    red_s: float
    walk_s: float

    @property
    def split_s(self) -> float:
        """Green, amber and red together."""
        return exact_s(self.green_s + self.amber_s + self.red_s)

    @property
    def ped_clear_s(self) -> float:
        """Pedestrian clearance: what is left of the green after the walk."""
        return exact_s(self.green_s - self.walk_s) if self.walk_s else 0.0

    @property
    def key(self) -> tuple[str, ...]:
        """What the phase is for: the groups that it drives."""
        return (*self.groups, *(() if self.groups else self.walkers))


@dataclass(frozen=True)
class RingProgram:
    """One intersection's program as rings. Phases in the order ring, barrier, position.

    offset_s: clock second, modulo the cycle, at which the coordinated phases turn green.
    """

    intersection: str
    cycle_s: float
    offset_s: float
    barriers_s: tuple[float, ...]
    phases: tuple[RingPhase, ...]
    coordinated: tuple[int, ...]

    @property
    def rings(self) -> tuple[int, ...]:
        """Numbers of the rings."""
        return tuple(sorted({phase.ring for phase in self.phases}))

    def ring(self, ring: int) -> Iterator[RingPhase]:
        """Phases of one ring in the order in which they run."""
        return (phase for phase in self.phases if phase.ring == ring)

    def concurrent(self, phase: RingPhase) -> tuple[int, ...]:
        """Numbers of the phases that may run together with `phase`: other rings, same barrier."""
        return tuple(
            sorted(
                other.number
                for other in self.phases
                if other.ring != phase.ring and other.barrier == phase.barrier
            )
        )
