"""A schedule in SUMO with its real transitions, against today's plan, quarter of an hour by quarter."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from signalopt.microsim.compare import Comparison, compare
from signalopt.microsim.day_signals import simulate_schedule
from signalopt.microsim.simulate import simulate
from signalopt.microsim.stream import required, stream
from signalopt.microsim.workplace import seed_files
from signalopt.optimize.day_case import window_case
from signalopt.optimize.day_demand import DayDemand
from signalopt.progress import Listener, ignore
from signalopt.timing.schedule import DAY_S, Schedule

SLICE_S = 900


@dataclass(frozen=True, slots=True)
class SliceDelay:
    """Vehicles that set out in [begin_s, begin_s + SLICE_S) and their mean delay, insertion queue included.

    Means over all vehicles that entered, of all seeds that finished under both; vehicles under today's plan.
    """

    begin_s: int
    vehicles: int
    today_s: float
    schedule_s: float


@dataclass(frozen=True)
class WindowTrial:
    """One stretch of a day type simulated under today's plan and under the schedule, on equal seeds."""

    day_type: str
    begin_s: int
    end_s: int
    comparison: Comparison
    slices: tuple[SliceDelay, ...]

    def summary(self) -> dict[str, object]:
        """Plain data, ready for JSON."""
        return {
            "day_type": self.day_type,
            "begin_s": self.begin_s,
            "end_s": self.end_s,
            "comparison": self.comparison.summary(),
            "slices": [
                {
                    "begin_s": s.begin_s,
                    "vehicles": s.vehicles,
                    "today_delay_s": round(s.today_s, 2),
                    "schedule_delay_s": round(s.schedule_s, 2),
                }
                for s in self.slices
            ],
        }


def switch_windows(schedule: Schedule, day_type: str, around_s: int) -> tuple[tuple[int, int], ...]:
    """Stretches of a day around its switches, `around_s` seconds long each; joined where they meet."""
    found: list[tuple[int, int]] = []
    for change in schedule.day_type[day_type].changes:
        begin = max(0, change.at_s - around_s // 2)
        end = min(DAY_S, begin + around_s)
        if found and begin <= found[-1][1]:
            found[-1] = (found[-1][0], end)
        else:
            found.append((begin, end))
    return tuple(found)


def try_window(
    day: DayDemand,
    schedule: Schedule,
    window: tuple[int, int],
    seeds: Sequence[int],
    *,
    workers: int = 0,
    listener: Listener = ignore,
) -> WindowTrial:
    """Simulate a stretch of a day under today's plan and under the schedule.

    Raises InputError for a schedule without switch points, SimulationError if SUMO fails, OutputError.
    """
    with tempfile.TemporaryDirectory(prefix="signalopt-day-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        case = window_case(day, *window, folder)
        old, new = folder / "today", folder / "schedule"
        before = simulate(case, None, seeds, workers=workers, keep=old, listener=listener)
        after = simulate_schedule(
            case, schedule, day.name, seeds, workers=workers, keep=new, listener=listener
        )
        finished = sorted({r.seed for r in before.runs} & {r.seed for r in after.runs})
        slices = _slices(_delays(old, finished), _delays(new, finished), window)
    return WindowTrial(day.name, *window, compare(before, after), slices)


def _delays(folder: Path, seeds: Sequence[int]) -> dict[int, list[float]]:
    """Delays (time loss and wait before insertion) by the slice of the scheduled departure."""
    found: dict[int, list[float]] = {}
    for seed in seeds:
        for element in stream(seed_files(folder, seed).tripinfo, ("tripinfo",)):
            waited_s = float(required(element, "departDelay"))
            depart_s = float(required(element, "depart"))
            if depart_s < 0:
                continue  # never entered: counted in the comparison, its slice is not told
            scheduled_s = depart_s - waited_s
            begin_s = int(scheduled_s + 1e-6) // SLICE_S * SLICE_S
            found.setdefault(begin_s, []).append(float(required(element, "timeLoss")) + waited_s)
    return found


def _slices(
    today: Mapping[int, list[float]], new: Mapping[int, list[float]], window: tuple[int, int]
) -> tuple[SliceDelay, ...]:
    return tuple(
        SliceDelay(begin_s, len(today[begin_s]), _mean(today[begin_s]), _mean(new[begin_s]))
        for begin_s in sorted(set(today) & set(new))
        if window[0] <= begin_s < window[1]
    )


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
