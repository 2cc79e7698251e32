"""Steps of sumo-rl, timed. Runs in the environment that benchmarks.env_speed makes, not in ours.

Takes one JSON object as its argument: net, routes, additional, begin_s, warm_steps, steps, step_s, info
(whether sumo-rl gathers its usual figures each step). Prints one JSON object. With LIBSUMO_AS_TRACI set in
the environment sumo-rl runs SUMO inside its own process.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import time
from typing import Any

# Neither is a requirement of this project, so its type checker must not look for them.
psutil: Any = importlib.import_module("psutil")
sumo_rl: Any = importlib.import_module("sumo_rl")

HOLD_STEPS = 4
"""Every signal takes its next stage every so many steps, so that traffic keeps moving."""


def main() -> None:
    """Warm up, then time the steps."""
    told = json.loads(sys.argv[1])
    env = sumo_rl.SumoEnvironment(
        net_file=told["net"],
        route_file=",".join(told["routes"]),
        begin_time=told["begin_s"],
        num_seconds=(told["warm_steps"] + told["steps"] + 1) * told["step_s"],
        delta_time=told["step_s"],
        yellow_time=3,
        min_green=5,
        sumo_seed=1,
        sumo_warnings=False,
        add_system_info=told["info"],
        add_per_agent_info=told["info"],
        additional_sumo_cmd="--no-step-log --duration-log.disable --additional-files "
        + ",".join(told["additional"]),
    )
    env.reset()
    for step in range(told["warm_steps"]):
        env.step(_actions(env, step))
    busy, began = _busy_s(), time.perf_counter()
    for step in range(told["warm_steps"], told["warm_steps"] + told["steps"]):
        env.step(_actions(env, step))
    wall_s, busy_s = time.perf_counter() - began, _busy_s() - busy
    print(
        json.dumps(
            {
                "steps": told["steps"],
                "sites": len(env.ts_ids),
                "wall_s": wall_s,
                "cpu_s": busy_s,
                "vehicles": len(env.sumo.vehicle.getIDList()),
                "libsumo": sumo_rl.environment.env.LIBSUMO,
                "clock_s": env.sim_step,
            }
        )
    )
    sys.stdout.flush()
    env.close()


def _actions(env: Any, step: int) -> dict[str, int]:
    return {
        name: (step // HOLD_STEPS) % signal.num_green_phases
        for name, signal in env.traffic_signals.items()
    }


def _busy_s() -> float:
    """Processor seconds of this process and of its `sumo` child so far."""
    own = psutil.Process(os.getpid())
    all_times = [process.cpu_times() for process in (own, *own.children())]
    return float(sum(times.user + times.system for times in all_times))


if __name__ == "__main__":
    main()
