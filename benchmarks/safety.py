"""How sharp the safety judge is: random plans that are safe by design, and sabotage that it must notice.

`python -m benchmarks.safety [--plans N] [--seed N] [--json FILE]` draws random plans (stage order, greens,
offset) for every intersection of every area, judges them, then spoils each one in five ways and judges
again. Printed: findings on plans that keep the rules (wanted: none) and the share of sabotage caught.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from signalopt.files import write_text
from signalopt.network.area import list_areas, load_area
from signalopt.network.build_area import build_area
from signalopt.network.read_net import read_network
from signalopt.testing import random_program
from signalopt.timing.plan import IntersectionPlan
from signalopt.timing.program import cycle_states
from signalopt.timing.safety import judge_program, judge_states, judge_switch
from signalopt.timing.signals import GREEN, GroupKind, SignalLayout

States = list[str]
Spoiler = Callable[[SignalLayout, States, np.random.Generator], States | None]


def main() -> None:
    """Run the benchmark and print its table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--plans", type=int, default=10, help="random plans an intersection")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    tried: Counter[str] = Counter()
    caught: Counter[str] = Counter()
    plans = findings = 0
    for area in list_areas():
        for place in read_network(build_area(load_area(area))).intersections:
            # Each intersection has its own stream, so that one area's changes leave the others alone.
            rng = np.random.default_rng([options.seed, *place.id.encode()])
            for _ in range(options.plans):
                plan = random_program(place.layout, rng)
                plans += 1
                findings += len(judge_program(place.layout, plan))
                for name, found in _sabotage(place.layout, plan, rng).items():
                    tried[name] += 1
                    caught[name] += found
    print(f"random plans within the rules: {plans}, findings: {findings} (wanted: 0)")
    for name in tried:
        print(
            f"{name:32} tried {tried[name]:6} caught {caught[name]:6} = {caught[name] / tried[name]:.2%}"
        )
    if options.json:
        report = {"plans": plans, "findings": findings, "tried": tried, "caught": caught}
        write_text(options.json, json.dumps(report, indent=1) + "\n")


def _sabotage(
    layout: SignalLayout, plan: IntersectionPlan, rng: np.random.Generator
) -> dict[str, bool]:
    states = list(cycle_states(layout, plan))
    results = {}
    spoilers: dict[str, Spoiler] = {
        "all-red one second shorter": _shorter_all_red,
        "amber one second shorter": _shorter_amber,
        "two conflicting greens": _conflicting_green,
        "pedestrian green too short": _shorter_walk,
    }
    for name, spoil in spoilers.items():
        spoiled = spoil(layout, list(states), rng)
        if spoiled is not None:
            results[name] = bool(judge_states(layout, spoiled, cyclic=True))
    cut = _cut_interstage(states, plan, rng)
    if cut is not None:
        switch_s, other = cut
        results["switch that cuts an interstage"] = bool(
            judge_switch(layout, plan, other, switch_s)
        )
    return results


def _seconds(states: States, wanted: Callable[[str], bool]) -> list[int]:
    return [second for second, state in enumerate(states) if wanted(state)]


def _shorter_all_red(
    layout: SignalLayout, states: States, rng: np.random.Generator
) -> States | None:
    vehicles = [link for g in layout.groups if g.kind is GroupKind.VEHICLE for link in g.links]
    reds = _seconds(states, lambda state: all(state[link] in "ru" for link in vehicles))
    if not reds:
        return None
    del states[int(rng.choice(reds))]
    return states


def _shorter_amber(layout: SignalLayout, states: States, rng: np.random.Generator) -> States | None:
    links = [i for i in range(layout.link_count) if any(state[i] == "y" for state in states)]
    if not links:
        return None
    link = int(rng.choice(links))
    last = [
        s
        for s, state in enumerate(states)
        if state[link] == "y" and states[(s + 1) % len(states)][link] != "y"
    ]
    return _painted(states, last[0], link, "r")


def _conflicting_green(
    layout: SignalLayout, states: States, rng: np.random.Generator
) -> States | None:
    pairs = sorted(layout.conflicts)
    if not pairs:
        return None
    first, second = pairs[int(rng.integers(len(pairs)))]
    greens = _seconds(states, lambda state: state[first] in GREEN)
    return _painted(states, int(rng.choice(greens)), second, "G") if greens else None


def _shorter_walk(layout: SignalLayout, states: States, rng: np.random.Generator) -> States | None:
    walks = [g for g in layout.groups if g.kind is GroupKind.PEDESTRIAN]
    if not walks:
        return None
    group = walks[int(rng.integers(len(walks)))]
    shown = [s for s in range(len(states)) if states[s][group.links[0]] in GREEN]
    start = next(s for s in shown if states[s - 1][group.links[0]] not in GREEN)
    ordered = [s % len(states) for s in range(start, start + len(shown))]
    for second in ordered[group.min_green_s - 1 :]:
        for link in group.links:
            states = _painted(states, second, link, "r")
    return states


def _cut_interstage(
    states: States, plan: IntersectionPlan, rng: np.random.Generator
) -> tuple[int, IntersectionPlan] | None:
    """A switch second in amber to a copy of the plan whose clock says that the ambers are green."""
    ambers = _seconds(states, lambda state: "y" in state)
    if not ambers:
        return None
    cut = int(rng.choice(ambers))
    back = [
        s
        for s, state in enumerate(states)
        if any(a == "y" and b in GREEN for a, b in zip(states[cut], state, strict=True))
    ]
    target = int(rng.choice(back))
    switch_s = plan.offset_s + cut + 10 * plan.cycle_s + 1
    return switch_s, replace(plan, offset_s=(switch_s - target) % plan.cycle_s)


def _painted(states: States, second: int, link: int, letter: str) -> States:
    state = states[second]
    states[second] = state[:link] + letter + state[link + 1 :]
    return states


if __name__ == "__main__":
    main()
