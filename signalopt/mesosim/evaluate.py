"""`evaluate`: many plans under many draws of the demand, in threads, each run independent of the others."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from signalopt.mesosim.draws import Draw, draw_demand
from signalopt.mesosim.engine import RunSums, run_sums
from signalopt.mesosim.lamps import Lamps
from signalopt.mesosim.model import MesoModel
from signalopt.mesosim.outcome import MesoOutcome
from signalopt.mesosim.records import Demand
from signalopt.timing.plan import Plan

__all__ = ["Draw", "MesoOutcome", "compile_plan", "evaluate"]


def compile_plan(model: MesoModel, plan: Plan) -> Lamps:
    """The lamps of a plan as arrays, for `evaluate`.

    What an intersection shows is compiled once for each of its programs, whatever the offset; a plan
    that differs from known ones in offsets only costs some 50 microseconds.
    """
    return model.lamp_book.lamps(plan)


def evaluate(
    model: MesoModel,
    plans: Sequence[Plan | Lamps],
    draws: Sequence[Draw] = (Draw(),),
    *,
    workers: int = 1,
) -> MesoOutcome:
    """Run every plan under every draw. Results do not depend on `workers` (threads).

    Raises InputError for a draw that cannot be made.
    """
    demands = [_demand(model, draw) for draw in draws]
    lamps = [plan if isinstance(plan, Lamps) else compile_plan(model, plan) for plan in plans]
    jobs = [(lamp, demand) for lamp in lamps for demand in demands]

    def work(job: tuple[Lamps, Demand]) -> RunSums:
        return run_sums(model, *job)

    if workers <= 1 or len(jobs) <= 1:
        found = [work(job) for job in jobs]
    else:
        with ThreadPoolExecutor(workers) as pool:
            found = list(pool.map(work, jobs))
    shape = (len(plans), len(draws))
    return MesoOutcome(
        classes=model.classes,
        persons=model.persons,
        sums=np.array([run.vehicles for run in found]).reshape(*shape, len(model.classes), -1),
        walks=np.array([run.walks for run in found]).reshape(*shape, -1),
    )


def _demand(model: MesoModel, draw: Draw) -> Demand:
    """A draw's vehicles, made once for each model."""
    found = model.draws.get(draw)
    if found is None:
        found = draw_demand(model, draw)
        if len(model.draws) < _KEPT_DRAWS:
            model.draws[draw] = found
    return found


_KEPT_DRAWS = 64
