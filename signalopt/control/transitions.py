"""How the lamps get from one stage to another, for every ordered pair of stages of an intersection.

Nothing is invented here: a given interstage of an imported program is taken letter by letter, every other
one is what `timing.program` derives from the clearances. A change begins with the first second in
which a lamp differs from the steady stage or a green that is about to end flashes (which SUMO's letters do
not tell from green); it ends before the first second of the new stage's steady letters. Pedestrians that
need longer to clear than the interstage lasts end first, while vehicles of the old stage keep their green.

Every change is then shown to the judge of indications, between steady stages that last: a pair with a
finding that the fallback program does not have itself, or not so badly, is left out and never shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from signalopt.control.site import Site
from signalopt.timing.bounds import least_greens_s
from signalopt.timing.findings import Finding, new_findings
from signalopt.timing.indications import judge_states
from signalopt.timing.plan import IntersectionPlan, StageTiming
from signalopt.timing.program import cycle_states, interstage_s, intervals
from signalopt.timing.safety import judge_program
from signalopt.timing.signals import GREEN, GroupKind, SignalLayout

Changes = Mapping[tuple[int, int], tuple[str, ...]]


def make_site(layout: SignalLayout, fallback: IntersectionPlan) -> tuple[Site | None, str]:
    """An intersection ready to be steered; else None and why it is left alone.

    The ordinary rotation is the fallback's stages, each once, in order of first appearance.
    """
    rotation = tuple(dict.fromkeys((t.stage, t.groups) for t in fallback.stages))
    if len(rotation) < 2:
        return None, "a single stage"
    inherited = judge_program(layout, fallback)
    stages = [StageTiming(name, groups, 0) for name, groups in rotation]
    extra = _other_stages(layout, stages, inherited)
    changes, notes = _safe_changes(layout, [*stages, *extra], inherited)
    count = len(rotation)
    missing = [
        f"{stages[n].stage} to {stages[(n + 1) % count].stage}"
        for n in range(count)
        if (n, (n + 1) % count) not in changes
    ]
    if missing:
        return None, "its ordinary rotation has no safe change from " + ", ".join(missing)
    if any((count + n, 0) not in changes for n in range(len(extra))):
        # a stage that leads to no rotation would be a dead end
        extra = [stage for n, stage in enumerate(extra) if (count + n, 0) in changes]
        changes, notes = _safe_changes(layout, [*stages, *extra], inherited)
    timed = _with_least_greens(layout, stages, extra)
    steady = tuple(steady_state(layout, stage) for stage in timed)
    states = cycle_states(layout, fallback)
    shown = _stages_shown(layout, fallback, timed, steady, states)
    if not any(place >= 0 for place in shown):
        return None, "its program never shows one of its stages steadily"
    return Site(
        layout.intersection, layout, timed, fallback, layout.link_count, len(rotation), steady,
        changes, states, shown, notes,
    ), ""  # fmt: skip


def steady_state(layout: SignalLayout, stage: StageTiming) -> str:
    """Letters of a stage that lasts: as imported, else `g` where a green must yield to another."""
    known = layout.stage.get(stage.stage)
    if known is not None and known.state is not None:
        return known.state
    green = {link for group in stage.groups for link in layout.group[group].links}
    yields = {link for link, other in layout.yields if other in green}
    return "".join(
        "r" if link not in green else "g" if link in yields else "G"
        for link in range(layout.link_count)
    )


def change_states(layout: SignalLayout, old: StageTiming, new: StageTiming) -> tuple[str, ...]:
    """Letters second by second from the decision for `new` to the second before its steady green."""
    given = layout.given_interstage.get((old.stage, new.stage))
    if given is not None:
        return tuple(phase.state for phase in given for _ in range(round(phase.duration_s)))
    steady_s = _lasting_s(layout)
    bare = replace(
        layout, interstages=(), stages=tuple(replace(s, state=None) for s in layout.stages)
    )
    lasting = (replace(old, green_s=steady_s), replace(new, green_s=steady_s))
    states = cycle_states(bare, IntersectionPlan(layout.intersection, 0, 0, lasting))
    end = steady_s + interstage_s(bare, *lasting)
    begin = min(steady_s, _first_change(layout, old, new, states, end))
    return tuple(
        _fitted(layout, old, new, state) if _imported(layout) else state
        for state in states[begin:end]
    )


def _first_change(
    layout: SignalLayout, old: StageTiming, new: StageTiming, states: Sequence[str], end: int
) -> int:
    """First second in which a lamp differs from the lasting stage, or a walkers' green flashes."""
    first = next((s for s in range(end) if states[s] != states[0]), end)
    for name in old.groups:
        group = layout.group[name]
        if group.kind is not GroupKind.PEDESTRIAN or name in new.groups:
            continue
        for link in group.links:
            dark = next((s for s in range(end) if states[s][link] not in GREEN), end)
            first = min(first, dark - group.flashing_green_s)
    return max(first, 0)


def _imported(layout: SignalLayout) -> bool:
    return any(stage.state for stage in layout.stages)


def _fitted(layout: SignalLayout, old: StageTiming, new: StageTiming, state: str) -> str:
    """Derived letters brought in line with the stages' own: who yields before or after, yields now.

    A lamp that both stages show alike and not green (dark, flashing) stays as it is.
    """
    before, after = steady_state(layout, old), steady_state(layout, new)
    letters = []
    for a, letter, b in zip(before, state, after, strict=True):
        if a == b and a not in "Ggr":
            letters.append(a)
        elif letter in GREEN and "g" in (a, letter, b if a in GREEN else a):
            letters.append("g")
        elif letter == "r" and a == b and a in GREEN:
            letters.append(a)  # green throughout, without a group of its own
        else:
            letters.append(letter)
    return "".join(letters)


def _lasting_s(layout: SignalLayout) -> int:
    """Seconds of a stage that is long enough for nothing of the change before it to matter."""
    return 10 + max(
        (
            *(g.min_green_s + g.flashing_green_s for g in layout.groups),
            *(c.intergreen_s for c in layout.clearances),
        ),
        default=0,
    )


def _with_least_greens(
    layout: SignalLayout, rotation: Sequence[StageTiming], extra: Sequence[StageTiming]
) -> tuple[StageTiming, ...]:
    """Stages with the steady greens that the ordinary rotation needs at least, one second at any rate."""
    least = [
        *least_greens_s(layout, rotation),
        *(least_greens_s(layout, [stage, rotation[0]])[0] for stage in extra),
    ]
    return tuple(
        replace(stage, green_s=max(green, 1))
        for stage, green in zip([*rotation, *extra], least, strict=True)
    )


def _safe_changes(
    layout: SignalLayout, stages: Sequence[StageTiming], inherited: Iterable[Finding]
) -> tuple[Changes, tuple[str, ...]]:
    """Changes between all stages that the judge finds nothing new in, and notes about the others."""
    lasting, known = _lasting_s(layout), tuple(inherited)
    steady = [steady_state(layout, stage) for stage in stages]
    changes: dict[tuple[int, int], tuple[str, ...]] = {}
    notes = []
    for a, old in enumerate(stages):
        for b, new in enumerate(stages):
            if a == b:
                continue
            states = change_states(layout, old, new)
            around = (*[steady[a]] * lasting, *states, *[steady[b]] * lasting)
            found = new_findings(judge_states(layout, around, cyclic=False), known)
            if found:
                notes.append(f"never from {old.stage} straight to {new.stage}: {found[0]}")
            else:
                changes[a, b] = states
    return changes, tuple(notes)


def _other_stages(
    layout: SignalLayout, stages: Sequence[StageTiming], inherited: Iterable[Finding]
) -> list[StageTiming]:
    """Stages of the layout that the program leaves out: safe in themselves, and of groups that the
    ordinary rotation serves (of others nobody could say when they turn green again).
    """
    served = {group for stage in stages for group in stage.groups}
    shown = {frozenset(stage.groups) for stage in stages}
    names = {stage.stage for stage in stages}
    found = []
    for stage in layout.stages:
        timing = StageTiming(stage.id, stage.groups, 0)
        if stage.id in names or frozenset(stage.groups) in shown or not served >= set(stage.groups):
            continue
        state = steady_state(layout, timing)
        if stage.groups and not new_findings(
            judge_states(layout, [state] * 2, cyclic=False), inherited
        ):
            found.append(timing)
    return found


def _stages_shown(
    layout: SignalLayout,
    fallback: IntersectionPlan,
    stages: Sequence[StageTiming],
    steady: Sequence[str],
    states: Sequence[str],
) -> tuple[int, ...]:
    """Which stage the fallback steadily shows in each second of its cycle, -1 in between."""
    place = {(stage.stage, stage.groups): n for n, stage in enumerate(stages)}
    shown = [-1] * len(states)
    parts = [part for part in intervals(layout, fallback) if not part.is_interstage]
    for part, timing in zip(parts, fallback.stages, strict=True):
        stage = place[timing.stage, timing.groups]
        for second in range(part.start_s, part.end_s):
            if states[second] == steady[stage]:
                shown[second] = stage
    return tuple(shown)
