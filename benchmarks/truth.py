"""Let SUMO answer the plan sets of `benchmarks.agreement` ahead of time.

`python -m benchmarks.truth SCENARIO... [--plans N] [--seeds N] [--tries N] [--meso] [--cache DIR]`; the
answers are kept (see benchmarks.truth_store), and the comparison makes those that are missing by itself.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from benchmarks.agreement_cases import base_plan, find_case
from benchmarks.agreement_plans import plan_set
from benchmarks.truth_store import SUMO_MESO, open_store


def main() -> None:
    """Fill the store for the plan sets of some scenarios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scenarios", nargs="+")
    parser.add_argument("--plans", type=int, default=60)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--tries", type=int, default=40, help="steps uphill to the good plan")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--meso", action="store_true", help="SUMO's --mesosim too, one seed")
    parser.add_argument("--cache", type=Path)
    options = parser.parse_args()
    for name in options.scenarios:
        store = open_store(find_case(name), options.cache)
        base = base_plan(store, options.tries, workers=options.workers)
        plans = plan_set(store.case, base, options.plans).plans
        print(f"{name}: {len(plans)} plans, base {base.name}", flush=True)
        for seed in range(1, options.seeds + 1):
            began = time.monotonic()
            store.get_all(plans, [seed], workers=options.workers)
            print(f"  seed {seed}: {time.monotonic() - began:.0f} s", flush=True)
        if options.meso:
            store.get_all(plans, [1], engine=SUMO_MESO, workers=options.workers)


if __name__ == "__main__":
    main()
