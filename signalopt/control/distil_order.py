"""From the stages that a controller showed to a stage order, greens and a cycle of one intersection."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise, permutations

from signalopt.control.distil_shown import SiteShown
from signalopt.control.site import Site
from signalopt.timing.bounds import least_greens_s
from signalopt.timing.findings import new_findings
from signalopt.timing.plan import IntersectionPlan, StageTiming
from signalopt.timing.safety import judge_program

SELDOM = 0.25
"""A stage that is shown less often than this share of the most frequent one has no place in the plan, unless
somebody would then have no green at all."""
LEAST_ROTATIONS = 2
"""Fewer rotations than this tell nothing; the intersection keeps its program."""
MOST_PERMUTED = 8


@dataclass(frozen=True)
class SiteHabit:
    """What a controller usually does at one intersection.

    order: stages (indices of the site's) in the order used most; greens_s: mean steady green of each a
    rotation; cycle_s: seconds a rotation, with as many changes an hour as the controller made; least_s: least
    greens in this order. kept: why the intersection keeps its own program, where it does.
    """

    site: Site
    order: tuple[int, ...]
    greens_s: tuple[float, ...]
    cycle_s: float
    least_s: tuple[int, ...]
    kept: str = ""

    @property
    def stages(self) -> tuple[StageTiming, ...]:
        """The stages in order, with their least greens."""
        return tuple(self.site.stages[stage] for stage in self.order)

    def greens_at(self, total_s: int) -> tuple[float, ...]:
        """Greens that add up to a total: the least ones, and what is left as the controller shared it.

        A stage that it never showed longer than its least gets no more than that.
        """
        above = [max(0.0, g - n) for g, n in zip(self.greens_s, self.least_s, strict=True)]
        if sum(above) <= 0:
            above = [max(g, 1.0) for g in self.greens_s]
        rest = max(0, total_s - sum(self.least_s))
        return tuple(n + rest * a / sum(above) for n, a in zip(self.least_s, above, strict=True))


def habit(site: Site, shown: SiteShown) -> SiteHabit:
    """What a controller usually did at a site; the site's own program where that makes no safe plan."""
    order = stage_order(site, shown)
    chosen = set(order)
    shown = shown.whole(order[0])
    count = sum(shown.visits(stage) for stage in order)
    rotations = count / len(order)
    if rotations < LEAST_ROTATIONS:
        return _own(site, f"the controller went round only {rotations:.1f} times")
    fault = _fault(site, order)
    if fault:
        return _own(site, f"the order that was used most breaks a rule: {fault}")
    greens = tuple(shown.steady_s(stage) / rotations for stage in order)
    # Stages that the plan leaves out take no time in it.
    left_out_s = sum(
        visit.steady_s for run in shown.runs for visit in run if visit.stage not in chosen
    )
    cycle_s = (shown.seconds - left_out_s) / rotations
    least = least_greens_s(site.layout, [site.stages[stage] for stage in order])
    return SiteHabit(site, order, greens, cycle_s, least)


def stage_order(site: Site, shown: SiteShown) -> tuple[int, ...]:
    """The cyclic order of stages whose changes were made most often; the first stage is the program's."""
    kept = _kept(site, shown)
    follows: Counter[tuple[int, int]] = Counter()
    for run in shown.runs:
        stages = [visit.stage for visit in run if visit.stage in set(kept)]
        follows.update((a, b) for a, b in pairwise(stages) if a != b)
    if len(kept) < 3 or len(kept) > MOST_PERMUTED:
        return kept
    best, score = kept, -1
    for others in permutations(kept[1:]):
        order = (kept[0], *others)
        steps = list(zip(order, (*others, kept[0]), strict=True))
        if any(step not in site.changes for step in steps):
            continue
        made = sum(follows[step] for step in steps)
        if made > score:  # of equals the first: the program's own order
            best, score = order, made
    return best


def _kept(site: Site, shown: SiteShown) -> tuple[int, ...]:
    """Stages that belong into the plan: the usual ones, and more until everybody has green."""
    visits = [shown.visits(stage) for stage in range(len(site.stages))]
    most = max(visits)
    kept = {stage for stage, count in enumerate(visits) if count >= SELDOM * most and count > 0}
    needed = {group for stage in site.stages[: site.rotation] for group in stage.groups}
    for stage in sorted(range(site.rotation), key=lambda s: (-visits[s], s)):
        served = {group for s in kept for group in site.stages[s].groups}
        if needed <= served and len(kept) > 1:
            break
        if set(site.stages[stage].groups) - served or len(kept) < 2:
            kept.add(stage)
    return tuple(sorted(kept))


def _fault(site: Site, order: Sequence[int]) -> str:
    """What the judge holds against an order with least greens beyond the program's own findings."""
    stages = [site.stages[stage] for stage in order]
    least = least_greens_s(site.layout, stages)
    timed = tuple(
        StageTiming(stage.stage, stage.groups, green)
        for stage, green in zip(stages, least, strict=True)
    )
    steps = zip(order, (*order[1:], order[0]), strict=True)
    if any(step not in site.changes for step in steps):
        return "a change that is not safe"
    between = sum(
        len(site.changes[step]) for step in zip(order, (*order[1:], order[0]), strict=True)
    )
    cycle_s = max(sum(least) + between, site.layout.min_cycle_s)
    spare = cycle_s - sum(least) - between
    timed = (StageTiming(timed[0].stage, timed[0].groups, timed[0].green_s + spare), *timed[1:])
    program = IntersectionPlan(site.id, cycle_s, 0, timed)
    known = judge_program(site.layout, site.fallback)
    found = new_findings(judge_program(site.layout, program), known)
    return str(found[0]) if found else ""


def _own(site: Site, reason: str) -> SiteHabit:
    """The site's own program, as if the controller had shown that."""
    known = [(stage.stage, stage.groups) for stage in site.stages]
    order = tuple(known.index((s.stage, s.groups)) for s in site.fallback.stages)
    greens = tuple(float(stage.green_s) for stage in site.fallback.stages)
    least = least_greens_s(site.layout, site.fallback.stages)
    return SiteHabit(site, order, greens, float(site.fallback.cycle_s), least, reason)
