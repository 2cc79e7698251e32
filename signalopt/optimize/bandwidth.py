"""Two-way bandwidth of an arterial by CP-SAT: MAXBAND (one band) and MULTIBAND (a band a section).

Model on the circle of the common cycle, whole seconds doubled so that band centres may lie on half
seconds: at each signal the centre of a band lies within its green by half the widths of the bands of both
adjoining sections; from signal to signal it moves by the travel time, whole cycles apart. Sources: J. D. C.
Little, M. D. Kelson, N. H. Gartner, MAXBAND, Transportation Research Record 795, 1981; N. H. Gartner, S. F.
Assmann, F. Lasaga, D. L. Hou, A multi-band approach to arterial traffic signal optimization, Transportation
Research Part B 25, 1991.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import replace

from ortools.sat.python import cp_model

from signalopt.errors import InputError, Problem
from signalopt.optimize.arterial import (
    Arterial,
    BandSolution,
    check,
    section_weights,
    value_unit,
)
from signalopt.optimize.band_chain import chain_bands
from signalopt.optimize.coordinate import SolverLimits, SolverStatus


def widest_bands(
    arterial: Arterial,
    limits: SolverLimits | None = None,
    *,
    per_section: bool = True,
    through_solver: bool = False,
) -> BandSolution:
    """Offsets, settings and travel times of the greatest volume-weighted bandwidth.

    per_section: a band for each section around a common centre line (MULTIBAND); else one width for the
    whole arterial and direction (MAXBAND). Bands a section at fixed speeds are solved exactly along the
    chain of signals (band_chain.py) unless `through_solver`; all else is CP-SAT's. Raises InputError for an
    arterial that is none.
    """
    check(arterial)
    begun, limits = time.monotonic(), limits or SolverLimits()
    exact = chain_bands(arterial) if per_section and not through_solver else None
    if exact is not None:
        return replace(exact, wall_s=time.monotonic() - begun)
    built = _Model(arterial, per_section)
    solver = cp_model.CpSolver()
    solver.parameters.linearization_level = 2  # close to a MILP: the relaxation does the work
    solver.parameters.random_seed = limits.seed
    solver.parameters.num_workers = limits.workers
    solver.parameters.interleave_search = limits.workers > 1
    solver.parameters.max_deterministic_time = limits.deterministic_s
    solver.parameters.max_time_in_seconds = limits.wall_s
    found = solver.solve(built.model)
    if found == cp_model.INFEASIBLE:
        # Band centres must lie in every green; without a green of the arterial there is none.
        raise InputError(
            Problem("arterial", "no line through all greens", "a green at each signal")
        )
    if found not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        raise InputError(Problem("solver limits", f"{limits.wall_s:g} s", "more time for one band"))
    return built.read(solver, found == cp_model.OPTIMAL, time.monotonic() - begun)


def widest_bands_of_cycles(
    arterials: Iterable[Arterial], limits: SolverLimits | None = None, *, per_section: bool = True
) -> BandSolution:
    """The best of several common cycles by share of the cycle; the bound holds for all of them."""
    solved = [widest_bands(arterial, limits, per_section=per_section) for arterial in arterials]
    if not solved:
        raise InputError(Problem("cycles", "none", "at least one common cycle"))
    best = max(solved, key=lambda s: (s.value, -s.cycle_s))
    bound = max(s.bound for s in solved)
    proven = bound - best.value < 1e-9
    return replace(
        best,
        bound=bound,
        status=SolverStatus.OPTIMAL if proven else SolverStatus.FEASIBLE,
        wall_s=sum(s.wall_s for s in solved),
    )


class _Model:
    """The CP-SAT model; centres and greens in half seconds."""

    def __init__(self, arterial: Arterial, per_section: bool) -> None:
        self.arterial, self.model = arterial, cp_model.CpModel()
        model, cycle = self.model, arterial.cycle_s
        self.offsets, self.settings = [], []
        for number, signal in enumerate(arterial.signals):
            given = signal.offset_s
            if given is None and number == 0 and all(s.offset_s is None for s in arterial.signals):
                given = 0  # only differences count
            domain = (0, cycle - 1) if given is None else (given % cycle, given % cycle)
            self.offsets.append(model.new_int_var(*domain, f"offset {number}"))
            self.settings.append(
                model.new_int_var(0, len(signal.settings) - 1, f"setting {number}")
            )
        self.out = self._direction(True, per_section)
        self.back = self._direction(False, per_section)
        self.weights = section_weights(arterial)
        model.maximize(
            sum(
                w_out * out + w_back * back
                for (w_out, w_back), out, back in zip(
                    self.weights, self.out[0], self.back[0], strict=True
                )
            )
        )

    def _direction(
        self, outbound: bool, per_section: bool
    ) -> tuple[list[cp_model.IntVar], list[cp_model.IntVar], list[cp_model.IntVar]]:
        """Bands by section, doubled centres by signal (clock, not reduced) and travel times."""
        arterial, model, cycle = self.arterial, self.model, self.arterial.cycle_s
        way = "out" if outbound else "in"
        greens = [
            [s.outbound if outbound else s.inbound for s in signal.settings]
            for signal in arterial.signals
        ]
        used = [(s.outbound_vph if outbound else s.inbound_vph) > 0 for s in arterial.sections]
        bands = [
            model.new_int_var(0, cycle if on else 0, f"{way} band {i}") for i, on in enumerate(used)
        ]
        if not per_section:
            first = next((b for b, on in zip(bands, used, strict=True) if on), None)
            for band, on in zip(bands, used, strict=True):
                if on and first is not None:
                    model.add(band == first)
        centres, travels = [], []
        for i, setting in enumerate(self.settings):
            start = model.new_int_var(0, 2 * cycle, f"{way} start {i}")
            length = model.new_int_var(0, cycle, f"{way} length {i}")
            model.add_element(setting, [g.start_s % cycle for g in greens[i]], start)
            model.add_element(setting, [g.length_s for g in greens[i]], length)
            within = model.new_int_var(0, 2 * cycle, f"{way} within {i}")
            centre = model.new_int_var(0, 6 * cycle, f"{way} centre {i}")
            model.add(centre == 2 * self.offsets[i] + 2 * start + within)
            model.add(within <= 2 * length)
            for j in (i - 1, i):
                if 0 <= j < len(bands):
                    model.add(bands[j] <= within)
                    model.add(bands[j] <= 2 * length - within)
            centres.append(centre)
        for i, section in enumerate(arterial.sections):
            low, high = section.outbound_s if outbound else section.inbound_s
            travel = model.new_int_var(low, high, f"{way} travel {i}")
            turns = model.new_int_var(-8, 8 + high // cycle, f"{way} turns {i}")
            here, there = (centres[i], centres[i + 1]) if outbound else (centres[i + 1], centres[i])
            if used[i]:
                model.add(there == here + 2 * travel - 2 * cycle * turns)
            travels.append(travel)
        return bands, centres, travels

    def read(self, solver: cp_model.CpSolver, optimal: bool, wall_s: float) -> BandSolution:
        """The solution in seconds."""
        cycle = self.arterial.cycle_s
        unit = value_unit(self.arterial)

        def values(found: Sequence[cp_model.IntVar]) -> tuple[int, ...]:
            return tuple(solver.value(v) for v in found)

        value, bound = solver.objective_value / unit, solver.best_objective_bound / unit
        return BandSolution(
            cycle, values(self.offsets), values(self.settings), values(self.out[0]),
            values(self.back[0]),
            tuple(c / 2 % cycle for c in values(self.out[1])),
            tuple(c / 2 % cycle for c in values(self.back[1])),
            values(self.out[2]), values(self.back[2]), value,
            value if optimal else max(value, bound),
            SolverStatus.OPTIMAL if optimal else SolverStatus.FEASIBLE, wall_s,
        )  # fmt: skip
