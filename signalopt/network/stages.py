"""Stages designed from signal groups: ordinary practice, every pair within a stage without conflict.

Street by street (two facing approaches, or one), the street with most lanes first:
1. through stage: both approaches together; one after the other if they conflict;
2. left stage: the protected left turns of both sides; a single one runs together with the through
   traffic of its own approach, whose green thus lasts over both stages.
Pedestrians walk in every through stage that leaves them free (beside the parallel traffic, whose turns
give way); those that no such stage lets walk get a stage of their own.
Which stage follows which, and so leading or lagging left turns, is left to the optimiser: a protected
left turn is red while its opposing traffic is green in either order, so neither traps anybody.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from signalopt.network.groups import Approach, Design, facing
from signalopt.timing.signals import GroupKind, Stage

Conflict = Callable[[str, str], bool]


def design_stages(design: Design, in_conflict: Conflict) -> tuple[Stage, ...]:
    """Stages for designed groups. `in_conflict` tells whether two groups must not be green together."""
    left_of = _left_groups(design)
    walkers = [g.id for g in design.groups if g.kind is GroupKind.PEDESTRIAN]
    stages: list[Stage] = []
    for street in _streets(design.approaches):
        together = len(street) == 2 and not in_conflict(street[0].arm, street[1].arm)
        runs = [[a.arm for a in street]] if together else [[a.arm] for a in street]
        stages += [Stage("".join(r), _with_walkers(r, walkers, in_conflict)) for r in runs]
        stages += _left_stages([a.arm for a in street], left_of, in_conflict)
    served = {group for stage in stages for group in stage.groups}
    rest = [walker for walker in walkers if walker not in served]
    if rest:
        stages.append(Stage("walkers", tuple(rest)))
    return tuple(stages)


def _left_groups(design: Design) -> dict[str, str]:
    """Id of the protected left group by arm, for arms that have another group beside it."""
    by_links = {group.links: group.id for group in design.groups}
    return {
        a.arm: by_links[a.left]
        for a in design.approaches
        if a.ahead and a.left and set(a.left) <= design.protected_links
    }


def _streets(approaches: Sequence[Approach]) -> list[list[Approach]]:
    """Approaches paired with the one that faces them, the widest street first."""
    free = list(approaches)
    streets = []
    while free:
        first = free.pop(0)
        opposite = [a for a in free if facing(first, a)]
        if opposite:
            best = min(
                opposite,
                key=lambda a: abs(abs(a.heading_deg - first.heading_deg) - 180.0),
            )
            free.remove(best)
            streets.append([first, best])
        else:
            streets.append([first])
    return sorted(streets, key=lambda s: (-max(a.lanes for a in s), -sum(a.lanes for a in s)))


def _left_stages(arms: list[str], left_of: dict[str, str], in_conflict: Conflict) -> list[Stage]:
    turning = [arm for arm in arms if arm in left_of]
    lefts = [left_of[arm] for arm in turning]
    suffix = lefts[0].rsplit("-", 1)[-1] if lefts else ""
    if len(lefts) == 2 and not in_conflict(*lefts):
        return [Stage(f"{''.join(turning)}-{suffix}", tuple(lefts))]
    stages = []
    for arm, left in zip(turning, lefts, strict=True):
        with_through = () if in_conflict(arm, left) else (arm,)
        stages.append(Stage(f"{arm}-{suffix}", (*with_through, left)))
    return stages


def _with_walkers(arms: list[str], walkers: list[str], in_conflict: Conflict) -> tuple[str, ...]:
    free = [w for w in walkers if not any(in_conflict(w, arm) for arm in arms)]
    return (*arms, *free)
