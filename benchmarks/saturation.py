"""Saturation flows measured on the test bed against their targets, SUMO's defaults beside them.

`python -m benchmarks.saturation` prints the tables of docs/saturation.md; with `--write` it measures
and writes the table that signalopt uses (demand/data/saturation.toml).
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import signalopt
from signalopt.demand.vehicles import EMISSION_LABEL, Season, seasons
from signalopt.files import write_text
from signalopt.microsim.signal_conduct import ConductResult, measure_conduct
from signalopt.microsim.test_bed import (
    LIMIT_MPS,
    SUMO_DEFAULT_TYPES,
    SaturationResult,
    measure_saturation,
)
from signalopt.network.model import Turn
from signalopt.network.tools import sumo_version

TARGET_VPH = 1800
TARGET_LOST_S = 2.0
TARGET_FREE_KPH = 55
STREETS_KPH = (30, 40, 50, 60, 70, 80)
PATHS_MPS = (3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 12.0, 14.0, LIMIT_MPS)
HEAVY_SHARE = 0.1
HEADER = """\
# Saturation flows by season, measured in SUMO by `python -m benchmarks.saturation --write`.
# through: a lane straight on, by the speed limit of its street; turning: mean of a left and a right
# turn out of a street with 60 km/h, by the speed allowed on the curve. vph: pcu per hour of green
# and lane; lost_s: start-up lost time.
"""
DATA = Path(signalopt.__file__).parent / "demand" / "data" / "saturation.toml"


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.saturation", description=__doc__)
    parser.add_argument("--write", action="store_true", help="write the table that signalopt uses")
    parser.add_argument("--seeds", type=int, default=5, help="seeds of each measurement")
    parser.add_argument("--workers", type=int, default=2, help="measurements side by side")
    options = parser.parse_args(arguments)
    seeds = tuple(range(1, options.seeds + 1))
    with ProcessPoolExecutor(options.workers) as pool:
        if options.write:
            write_text(DATA, _table(pool, seeds))
            print(f"wrote {DATA.name}")
        else:
            _report(pool, seeds)


def _report(pool: ProcessPoolExecutor, seeds: tuple[int, ...]) -> None:
    print(
        f"SUMO {sumo_version()}, seeds {seeds[0]}-{seeds[-1]}, 95 % intervals; {EMISSION_LABEL}\n"
    )
    print("| season | lanes | saturation pcu/h/lane | target | lost s | end gain s | change |")
    print("|---|---|---|---|---|---|---|")
    default = pool.submit(
        measure_saturation, Turn.THROUGH, 2, "summer", 0.0, seeds, types_xml=SUMO_DEFAULT_TYPES
    )
    jobs = {
        (season.id, lanes): pool.submit(
            measure_saturation, Turn.THROUGH, lanes, season.id, 0.0, seeds
        )
        for season in seasons()
        for lanes in (1, 2, 3)
    }
    for season in seasons():
        for lanes in (1, 2, 3):
            result, dry = jobs[season.id, lanes].result(), jobs["summer", lanes].result()
            print(_season_row(season, result, dry))
    print(_row("SUMO defaults", default.result(), "-", "-"))
    _report_turns(pool, seeds)
    _report_conduct(pool, seeds)


def _season_row(season: Season, result: SaturationResult, dry: SaturationResult) -> str:
    change = result.saturation_vph.mean / dry.saturation_vph.mean - 1
    goal = season.saturation_ratio - 1
    return _row(
        season.id, result, f"{TARGET_VPH * season.saturation_ratio:.0f}",
        f"{change:+.1%} (target {goal:+.0%})",
    )  # fmt: skip


def _row(name: str, result: SaturationResult, target: str, change: str) -> str:
    flow, lost, gain = result.saturation_vph, result.start_up_lost_s, result.end_gain_s
    ends = f" [{flow.low:.0f}, {flow.high:.0f}]" if flow.low is not None else ""
    return (
        f"| {name} | {result.lanes} | {flow.mean:.0f}{ends} | {target} | {lost.mean:.2f} |"
        f" {gain.mean:.2f} | {change} |"
    )


def _report_turns(pool: ProcessPoolExecutor, seeds: tuple[int, ...]) -> None:
    print("\n| turn (summer) | lanes | path km/h | saturation veh/h/lane | lost s |")
    print("|---|---|---|---|---|")
    jobs = [
        pool.submit(measure_saturation, turn, lanes, "summer", 0.0, seeds)
        for turn, lanes in ((Turn.LEFT, 1), (Turn.LEFT, 2), (Turn.RIGHT, 1))
    ]
    for job in jobs:
        r = job.result()
        print(
            f"| {r.turn} | {r.lanes} | {r.link_speed_mps * 3.6:.0f} | {r.saturation_vph.mean:.0f} |"
            f" {r.start_up_lost_s.mean:.2f} |"
        )
    print("\n| 10 % of the queue (summer) | veh/h/lane | passenger-car equivalent |")
    print("|---|---|---|")
    jobs = [
        pool.submit(
            measure_saturation, Turn.THROUGH, 2, "summer",
            HEAVY_SHARE if kind != "car" else 0.0, seeds, heavy_type=kind,
        )
        for kind in ("car", "lcv", "truck", "bus", "articulated_bus")
    ]  # fmt: skip
    cars = jobs[0].result().saturation_vph.mean
    for kind, job in zip(("lcv", "truck", "bus", "articulated_bus"), jobs[1:], strict=True):
        flow = job.result().saturation_vph.mean
        print(f"| {kind} | {flow:.0f} | {1 + (cars / flow - 1) / HEAVY_SHARE:.2f} |")


def _report_conduct(pool: ProcessPoolExecutor, seeds: tuple[int, ...]) -> None:
    print(
        "\n| season | free speed km/h | target | crossings | at amber | at red | emergency braking |"
        " collisions |\n|---|---|---|---|---|---|---|---|"
    )
    for season, c in zip(
        seasons(), pool.map(_conduct, [(s.id, seeds) for s in seasons()]), strict=True
    ):
        target = TARGET_FREE_KPH * season.free_speed_ratio
        print(
            f"| {season.id} | {c.free_speed_kph.mean:.1f} | {target:.1f} | {c.crossings} |"
            f" {c.at_amber} | {c.at_red} | {c.emergency_brakings} | {c.collisions} |"
        )


def _conduct(job: tuple[str, tuple[int, ...]]) -> ConductResult:
    return measure_conduct(*job)


def _table(pool: ProcessPoolExecutor, seeds: tuple[int, ...]) -> str:
    lines = [
        *HEADER.splitlines(),
        "",
        "[provenance]",
        f'sumo = "{sumo_version()}"',
        'kind = "simulated with calibrated vehicles; no count at a stop line in Astana is known"',
        f"seeds = {list(seeds)}",
    ]
    through = {
        (s.id, kph): pool.submit(
            measure_saturation, Turn.THROUGH, 2, s.id, 0.0, seeds, limit_mps=kph / 3.6
        )
        for s in seasons()
        for kph in STREETS_KPH
    }
    turning = {
        (s.id, speed, turn): pool.submit(
            measure_saturation, turn, 1, s.id, 0.0, seeds, link_speed_mps=speed
        )
        for s in seasons()
        for speed in PATHS_MPS
        for turn in (Turn.LEFT, Turn.RIGHT)
    }
    for s in seasons():
        streets = [[through[s.id, kph].result()] for kph in STREETS_KPH]
        paths = [
            [turning[s.id, speed, turn].result() for turn in (Turn.LEFT, Turn.RIGHT)]
            for speed in PATHS_MPS
        ]
        lines += _curve_lines(f"{s.id}.through", [kph / 3.6 for kph in STREETS_KPH], streets)
        lines += _curve_lines(f"{s.id}.turning", PATHS_MPS, paths)
    return "\n".join(lines) + "\n"


def _curve_lines(
    name: str, speeds_mps: Sequence[float], results: Sequence[Sequence[SaturationResult]]
) -> list[str]:
    flows = [sum(r.saturation_vph.mean for r in row) / len(row) for row in results]
    lost = [sum(r.start_up_lost_s.mean for r in row) / len(row) for row in results]
    return [
        "",
        f"[{name}]",
        f"speed_mps = [{', '.join(f'{x:.2f}' for x in speeds_mps)}]",
        f"vph = [{', '.join(f'{x:.0f}' for x in flows)}]",
        f"lost_s = [{', '.join(f'{x:.2f}' for x in lost)}]",
    ]


if __name__ == "__main__":
    main()
