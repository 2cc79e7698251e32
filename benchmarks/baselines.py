"""Error rates of `baseline compare`: false alarms without a change, power against known changes.

SUMO with the same seed and code repeats itself exactly, so an A/A comparison of that kind could never
fail. A harmless change of code shuffles the drivers' random numbers; that is what is imitated here: the
runs of one seed set stand against runs of another, trips being the same. A known change is laid on top
by scaling the measure. Each comparison follows the program's own rule, looks at growing numbers of seeds
included.

    python -m benchmarks.baselines [--scenario smoke] [--pool 80] [--comparisons 400] [--json]
"""

from __future__ import annotations

import argparse
import json
import random

from signalopt.microsim.simulate import simulate
from signalopt.scenario.build import build_case
from signalopt.scenario.load import load_scenario
from signalopt.study.limits import Limit, Verdict, judge
from signalopt.study.regression import look_confidence, looks

LIMITS = (
    Limit("co2_g", 0.0, True), Limit("co2_g", 0.01, True), Limit("delay_s", 0.0, True),
    Limit("delay_s", 0.02, True), Limit("soot_mg", 0.02, True),
)  # fmt: skip
CHANGES = (0.0, 0.01, 0.02, 0.03, 0.05)
SEEDS, FIRST = 20, 5


def verdict(limit: Limit, before: list[float], after: list[float]) -> Verdict:
    """The program's rule: more seeds until it is decided."""
    steps = looks(FIRST, SEEDS)
    found = Verdict.INCONCLUSIVE
    for count in steps:
        found = judge(limit, before[:count], after[:count], look_confidence(len(steps))).verdict
        if found is not Verdict.INCONCLUSIVE:
            break
    return found


def rates(
    values: list[float], limit: Limit, change: float, comparisons: int, seed: int
) -> dict[str, float]:
    """Shares of verdicts over random comparisons of disjoint runs."""
    draw = random.Random(seed)
    counts = dict.fromkeys(Verdict, 0)
    for _ in range(comparisons):
        chosen = draw.sample(values, 2 * SEEDS)
        after = [value * (1 + change) for value in chosen[SEEDS:]]
        counts[verdict(limit, chosen[:SEEDS], after)] += 1
    return {str(kind): counts[kind] / comparisons for kind in Verdict}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scenario", default="smoke")
    parser.add_argument("--pool", type=int, default=80)
    parser.add_argument("--comparisons", type=int, default=400)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    case = build_case(load_scenario(options.scenario))
    result = simulate(case, None, range(1, options.pool + 1))
    rows = [
        (limit, change, rates(values, limit, change, options.comparisons, seed=1))
        for limit in LIMITS
        for values in (list(result.values(limit.measure).values()),)
        for change in CHANGES
    ]
    if options.json:
        print(
            json.dumps([{"limit": str(x), "change": c, **found} for x, c, found in rows], indent=1)
        )
        return
    print(f"{case.name}: {options.comparisons} comparisons a row, {FIRST} to {SEEDS} seeds")
    print(f"{'limit':14} {'true change':>11} {'regression':>11} {'inconclusive':>13} {'passed':>7}")
    for limit, change, found in rows:
        print(
            f"{limit!s:14} {100 * change:>10.0f}% {100 * found['regression']:>10.1f}%"
            f" {100 * found['inconclusive']:>12.1f}% {100 * found['passed']:>6.1f}%"
        )
    false = [found["regression"] for _, change, found in rows if change == 0.0]
    print(f"false alarms: at most {100 * max(false):.1f} % (target 5 %)")


if __name__ == "__main__":
    main()
