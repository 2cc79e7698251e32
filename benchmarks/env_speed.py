"""Steps a second of our learning environment beside sumo-rl's: same machine, network, trips and core.

A step is 5 s of all signals of the scenario. Both sides run the scenario from its first departure; the
first `--warm` steps are not timed, so that traffic is there. Every signal takes its next stage every fourth
step, on both sides alike. Figures are processor seconds (ours and SUMO's), in turns in the same minutes.
sumo-rl comes from PyPI in an environment of its own, once over TraCI, as it is by default, and once with
libsumo; `lean` leaves out the figures that it gathers in each step. It drops all-red (its stages change by
3 s of amber), ours keeps every interstage.

    python -m benchmarks.env_speed [SCENARIO] [--warm 180] [--steps 60] [--rounds 2] [--write] [--json]
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console

from benchmarks.control_tables import Shown, put_into_page
from benchmarks.control_venv import venv_with
from signalopt.control.learn.episodes import AS_IT_STANDS
from signalopt.control.learn.scene import make_scene
from signalopt.control.learn.spaces import MASK_AT
from signalopt.control.learn.vec_env import CityVecEnv
from signalopt.errors import SimulationError
from signalopt.network.tools import sumo_version
from signalopt.scenario.build import build_case
from signalopt.scenario.case import Case
from signalopt.scenario.load import load_scenario

SUMO_RL = "1.4.5"
STEP_S = 5
TARGET = 50.0
_CHILD = Path(__file__).with_name("env_speed_sumo_rl.py")
_HOLD_STEPS = 4
_OURS_MORE = 5
"""Our timed steps are so many times sumo-rl's: they are too quick to be timed well otherwise."""


@dataclass(frozen=True, slots=True)
class Speed:
    """Processor milliseconds of a step, median of the rounds; sites that a step comprises."""

    name: str
    step_ms: float
    sites: int

    @property
    def steps_per_s(self) -> float:
        """Steps in a second of one core."""
        return 1000 / self.step_ms


def our_step_ms(env: CityVecEnv, warm: int, steps: int) -> float:
    """Processor milliseconds of a step after `warm` ones of a new episode."""
    observations = env.reset()
    spent = 0.0
    for step in range(warm + steps):
        actions = rotated(observations[:, MASK_AT:] > 0.5, step)
        began = time.process_time()
        found, _, _, _ = env.step(actions)
        if step >= warm:
            spent += time.process_time() - began
        observations = np.asarray(found)
    return 1000 * spent / steps


def rotated(allowed: np.ndarray, step: int) -> np.ndarray:
    """A stage for every site: those allowed (N, S) in turn, another one every few steps."""
    turn = step // _HOLD_STEPS % allowed.sum(axis=1)
    return np.asarray(np.argmax(allowed.cumsum(axis=1) == turn[:, None] + 1, axis=1), np.int64)


def sumo_rl_step(case: Case, warm: int, steps: int, *, libsumo: bool, lean: bool) -> dict[str, Any]:
    """What the child in the other environment found. Raises SimulationError where it fails."""
    version = sumo_version()
    same = [f"{name}=={version}" for name in ("eclipse-sumo", "libsumo", "traci", "sumolib")]
    venv = venv_with("sumo-rl", (f"sumo-rl=={SUMO_RL}", "psutil", *same))
    told = {
        "net": str(case.net_file),
        "routes": [str(path) for path in case.route_files],
        "additional": [str(path) for path in case.additional_files],
        "begin_s": case.depart_begin_s, "warm_steps": warm, "steps": steps, "step_s": STEP_S,
        "info": not lean,
    }  # fmt: skip
    more = {"LIBSUMO_AS_TRACI": "1"} if libsumo else {}
    done = subprocess.run(
        [str(venv.python), str(_CHILD), json.dumps(told)],
        capture_output=True, text=True, check=False, env=venv.environment(**more),
    )  # fmt: skip
    if done.returncode != 0:
        raise SimulationError(f"sumo-rl: {' '.join(done.stderr.strip().splitlines()[-3:])}")
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def compare(case: Case, warm: int, steps: int, rounds: int) -> list[Speed]:
    """Ours, then sumo-rl in its modes."""
    env = CityVecEnv([[make_scene(case)]], interval_s=STEP_S, seed=1, variety=AS_IT_STANDS)
    our_step_ms(env, 2, 2)  # compiled once, untimed
    modes: Mapping[str, tuple[bool, bool]] = {
        f"sumo-rl {SUMO_RL} (TraCI, as by default)": (False, False),
        f"sumo-rl {SUMO_RL} with libsumo": (True, False),
        f"sumo-rl {SUMO_RL} with libsumo, lean": (True, True),
    }
    ours, theirs = [], {name: list[float]() for name in modes}
    sites = 0
    for _ in range(rounds):
        ours.append(our_step_ms(env, warm, _OURS_MORE * steps))
        for name, (libsumo, lean) in modes.items():
            found = sumo_rl_step(case, warm, steps, libsumo=libsumo, lean=lean)
            theirs[name].append(1000 * found["cpu_s"] / found["steps"])
            sites = int(found["sites"])
    return [
        Speed("ours", statistics.median(ours), env.num_envs),
        *(Speed(name, statistics.median(values), sites) for name, values in theirs.items()),
    ]


def shown(scenario: str, speeds: list[Speed]) -> Shown:
    """The table, with the ratio to ours."""
    ours = speeds[0]
    lines = tuple(
        (
            speed.name,
            f"{speed.sites}",
            f"{speed.step_ms:.2f}",
            f"{speed.steps_per_s:.0f}",
            "" if speed is ours else f"{speed.step_ms / ours.step_ms:.0f} x",
        )
        for speed in speeds
    )
    ratio = min(speed.step_ms for speed in speeds[1:]) / ours.step_ms
    verdict = "met" if ratio >= TARGET else "missed"
    return Shown(
        f"{scenario}: a step of {STEP_S} s of all signals, one core",
        ("environment", "signals", "ms a step", "steps a second", "ours is quicker by"),
        lines,
        (f"target {TARGET:g} x sumo-rl in its quickest mode: {verdict} ({ratio:.0f} x)",),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("scenario", nargs="?", default="leftbank_core_am")
    parser.add_argument("--warm", type=int, default=180, help="steps before the timed ones")
    parser.add_argument("--steps", type=int, default=60, help="timed steps of sumo-rl")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--write", action="store_true", help="fill the table of docs/control.md")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):  # one core for us and our children, where that can be had
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    case = build_case(load_scenario(options.scenario))
    speeds = compare(case, options.warm, options.steps, options.rounds)
    table = shown(options.scenario, speeds)
    table.show(Console(stderr=options.json))
    if options.json:
        json.dump([asdict(speed) for speed in speeds], sys.stdout, indent=1)
    if options.write:
        put_into_page("env speed", table.markdown())


if __name__ == "__main__":
    main()
