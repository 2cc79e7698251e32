"""Kernel of the forecast: arrivals at the stop lines, second by second."""

# mypy: disable-error-code="no-untyped-def,no-untyped-call"

from __future__ import annotations

from signalopt.mesosim.compiling import compiled


@compiled
def disperse(lane_of, to_lane, part, delay_s, smooth, past, newest, flow, onward):
    """Carry passages to the next stop lines; `onward` (L, seconds) is filled anew.

    One row of lane_of, to_lane, part, delay_s, smooth for every pair of a movement (lane_of: its number)
    and a lane that it feeds. past (M, P): passages of the last P seconds, a ring whose `newest`
    column is the last second; flow (M, seconds): those foreseen. Robertson's recursion:
    y(t) = F q(t) + (1 - F) y(t - 1), delayed.
    """
    for lane in range(onward.shape[0]):
        for t in range(onward.shape[1]):
            onward[lane, t] = 0.0
    span = onward.shape[1]
    ring = past.shape[1]
    for k in range(lane_of.size):
        m = lane_of[k]
        lane = to_lane[k]
        y = 0.0
        for u in range(-ring, span - delay_s[k]):
            q = past[m, (newest + 1 + u) % ring] if u < 0 else flow[m, u]
            y += smooth[k] * (q - y)
            at = u + delay_s[k]
            if at >= 0:
                onward[lane, at] += part[k] * y


@compiled
def fill(seen, bin_s, known, rate, onward, coming):
    """Expected arrivals (L, seconds): as seen up to second `known` of a lane, then foreseen ones.

    seen (L, bins); rate (L,): vehicles a second from nowhere in particular; onward: from signals upstream.
    """
    for lane in range(coming.shape[0]):
        for t in range(coming.shape[1]):
            if t < known[lane]:
                coming[lane, t] = seen[lane, t // bin_s] / bin_s
            else:
                coming[lane, t] = rate[lane] + onward[lane, t]
