"""Kernel: what the measured vehicles of a run have done, by vehicle type."""

# mypy: disable-error-code="no-untyped-def,no-untyped-call"

from __future__ import annotations

from signalopt.mesosim.compiling import compiled

SUMS = 11
(VEHICLES, INSERTED, ARRIVED, TIME_LOSS, DEPART_DELAY, DURATION, DISTANCE, STOPS, PARTIAL, IDLE,
 CENSORED) = range(SUMS)  # fmt: skip
"""Columns of the sums. DISTANCE in metres, times in seconds; CENSORED: still inside at the end."""


@compiled
def sum_up(vehicles, order, stop_s, sums):
    """Sums by vehicle type over the measured vehicles of a run that ended at stop_s."""
    for i in range(order.size):
        car = vehicles[order[i]]
        if car.measured == 0:
            continue
        ty = car.type
        sums[ty, VEHICLES] += 1
        if car.t_in < 0:
            sums[ty, DEPART_DELAY] += stop_s - car.depart
            continue
        sums[ty, INSERTED] += 1
        sums[ty, DEPART_DELAY] += car.t_in - car.depart
        sums[ty, STOPS] += car.stops
        sums[ty, PARTIAL] += car.partial
        sums[ty, IDLE] += car.idle
        end, free = car.t_end, car.free
        if end >= 0 and end <= stop_s:
            sums[ty, ARRIVED] += 1
        else:
            end = stop_s
            free -= max(car.a - end, 0.0)
            sums[ty, CENSORED] += 1
        sums[ty, DURATION] += end - car.t_in
        sums[ty, TIME_LOSS] += max(end - car.t_in - free, 0.0)
        sums[ty, DISTANCE] += car.m
