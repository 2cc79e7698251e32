"""Bands a section at fixed speeds, solved exactly along the chain of signals.

Moving every offset alike changes nothing, and with fixed travel times the difference of the two bands'
centres at one signal gives it at every other. So for each of the 2 C values of that difference (half
seconds) the signals meet their neighbours only through the slack that each leaves around its centres:
dynamic programming over slacks finds and proves the optimum.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from signalopt.optimize.arterial import (
    Arterial,
    ArterialSignal,
    BandSolution,
    section_weights,
    value_unit,
)
from signalopt.optimize.coordinate import SolverStatus

Slacks = NDArray[np.int64]
"""One row a choice: slack outbound, slack inbound (half seconds), setting, outbound centre in its green."""


@dataclass(frozen=True)
class _Chain:
    """The best choice of every signal for one difference of centres."""

    value: int
    choices: tuple[Slacks, ...]
    first_difference: int


def chain_bands(arterial: Arterial) -> BandSolution | None:
    """The widest bands, proven; None where speeds vary, offsets are given or a way is empty."""
    if any(low != high for s in arterial.sections for low, high in (s.outbound_s, s.inbound_s)):
        return None
    if any(signal.offset_s is not None for signal in arterial.signals):
        return None
    if any(not (s.outbound_vph > 0 and s.inbound_vph > 0) for s in arterial.sections):
        return None  # where nobody drives, centres need not follow each other
    turn = 2 * arterial.cycle_s
    both = [s.outbound_s[0] + s.inbound_s[0] for s in arterial.sections]
    # centre inbound - centre outbound falls by both travel times from signal to signal
    shifts = [0, *np.cumsum(both).tolist()]
    tables = [_slacks(signal, turn) for signal in arterial.signals]
    best: _Chain | None = None
    for difference in range(turn):
        for parity in (0, 1):
            rows = [
                table.get(((difference - 2 * shift) % turn, parity))
                for table, shift in zip(tables, shifts, strict=True)
            ]
            found = _along(arterial, [row for row in rows if row is not None], len(rows))
            if found is not None and (best is None or found[0] > best.value):
                best = _Chain(found[0], found[1], difference)
    return None if best is None else _solution(arterial, best)


def _slacks(signal: ArterialSignal, turn: int) -> dict[tuple[int, int], Slacks]:
    """Choices that no other choice beats, by (difference of centres, parity of the outbound centre)."""
    found: dict[tuple[int, int], list[tuple[int, int, int, int]]] = {}
    for number, greens in enumerate(signal.settings):
        out, back = greens.outbound, greens.inbound
        for centre in range(2 * out.length_s + 1):
            for inside in range(2 * back.length_s + 1):
                difference = (2 * back.start_s + inside - 2 * out.start_s - centre) % turn
                slack = (min(centre, 2 * out.length_s - centre),
                         min(inside, 2 * back.length_s - inside))  # fmt: skip
                rows = found.setdefault((difference, centre % 2), [])
                rows.append((*slack, number, centre))
    return {key: _undominated(rows) for key, rows in found.items()}


def _undominated(rows: list[tuple[int, int, int, int]]) -> Slacks:
    kept, highest = [], -1
    for row in sorted(rows, key=lambda r: (-r[0], -r[1], r[2], r[3])):
        if row[1] > highest:
            kept.append(row)
            highest = row[1]
    return np.array(kept, dtype=np.int64)


def _along(
    arterial: Arterial, rows: list[Slacks], count: int
) -> tuple[int, tuple[Slacks, ...]] | None:
    """Greatest weighted sum of bands along the chain and the row chosen at each signal."""
    if len(rows) < count:
        return None  # some green holds no such pair of centres
    value, before = np.zeros(len(rows[0]), dtype=np.int64), []
    cycle = arterial.cycle_s
    for (w_out, w_back), here, there in zip(
        section_weights(arterial), rows, rows[1:], strict=False
    ):
        out = np.minimum(np.minimum(here[:, None, 0], there[None, :, 0]), cycle)
        back = np.minimum(np.minimum(here[:, None, 1], there[None, :, 1]), cycle)
        total = value[:, None] + w_out * out + w_back * back
        before.append(total.argmax(axis=0))
        value = total.max(axis=0)
    at = int(value.argmax())
    best, chosen = int(value[at]), [at]
    for choice in reversed(before):
        chosen.append(int(choice[chosen[-1]]))
    chosen.reverse()
    return best, tuple(row[i] for row, i in zip(rows, chosen, strict=True))


def _solution(arterial: Arterial, chain: _Chain) -> BandSolution:
    cycle, sections = arterial.cycle_s, arterial.sections
    weights = section_weights(arterial)
    offsets, out_centres, back_centres = [], [], []
    clock = 0  # outbound centre in half seconds on the clock on which the first offset is 0
    shift = 0
    for i, (signal, row) in enumerate(zip(arterial.signals, chain.choices, strict=True)):
        start = 2 * signal.settings[int(row[2])].outbound.start_s + int(row[3])
        if i == 0:
            clock = start
        else:
            clock += 2 * sections[i - 1].outbound_s[0]
            shift += sections[i - 1].outbound_s[0] + sections[i - 1].inbound_s[0]
        offsets.append((clock - start) // 2 % cycle)
        out_centres.append(clock / 2 % cycle)
        back_centres.append((clock + chain.first_difference - 2 * shift) / 2 % cycle)

    def widths(way: int) -> tuple[int, ...]:
        return tuple(
            min(cycle, int(a[way]), int(b[way])) if weight[way] > 0 else 0
            for a, b, weight in zip(chain.choices, chain.choices[1:], weights, strict=False)
        )

    value = chain.value / value_unit(arterial)
    return BandSolution(
        cycle, tuple(offsets), tuple(int(row[2]) for row in chain.choices), widths(0), widths(1),
        tuple(out_centres), tuple(back_centres), tuple(s.outbound_s[0] for s in sections),
        tuple(s.inbound_s[0] for s in sections), value, value, SolverStatus.OPTIMAL, 0.0,
    )  # fmt: skip
