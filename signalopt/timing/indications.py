"""The judge of indications: what lamps show second by second, wherever the states come from."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from signalopt.timing.findings import Finding, Rule
from signalopt.timing.signals import GREEN, GroupKind, SignalGroup, SignalLayout

LETTERS = frozenset("GgyurOos")


@dataclass(frozen=True, slots=True)
class _Run:
    """A stretch of equal indication class of one link: [start, start + length)."""

    letter: str
    start: int
    length: int


def judge_states(
    layout: SignalLayout, states: Sequence[str], *, cyclic: bool, first_second: int = 0
) -> tuple[Finding, ...]:
    """Judge states shown second by second.

    cyclic: the states repeat for ever; else they are a recording, whose cut-off first and last greens and
    reds are not held against it. `first_second` is the clock of the first state.
    """
    form = _judge_form(layout, states, first_second)
    if form:
        return form
    # Two turns of a cycle show every transition; what starts in the second turn is judged.
    shown = [*states, *states] if cyclic else list(states)
    judged_from = len(states) if cyclic else 0
    columns = ["".join(column) for column in zip(*shown, strict=True)]
    view = _View(layout, columns, judged_from, len(states) if cyclic else 0, first_second)
    return (
        *_judge_conflicts(view),
        *_judge_transitions(view),
        *_judge_intergreens(view),
        *_judge_durations(view),
    )


@dataclass(frozen=True, slots=True)
class _View:
    """States as one string of letters a link. period: the cycle, or 0 for a recording."""

    layout: SignalLayout
    columns: Sequence[str]
    judged_from: int
    period: int
    first_second: int

    def clock(self, position: int) -> int:
        """Second to print for a position in the columns."""
        return self.first_second + (position % self.period if self.period else position)

    def runs(self, link: int, classes: Mapping[str, str]) -> list[_Run]:
        """Runs of equal class of one link."""
        result, start = [], 0
        for letter, members in groupby(self.columns[link], key=lambda c: classes.get(c, c)):
            length = len(list(members))
            result.append(_Run(letter, start, length))
            start += length
        return result

    def is_whole(self, run: _Run) -> bool:
        """Whether both ends of a run were seen."""
        return run.start > 0 and run.start + run.length < len(self.columns[0])

    def ends_judged(self, run: _Run) -> bool:
        """Whether the end of a run lies in the judged part (each one once)."""
        end = run.start + run.length
        return self.judged_from <= end < len(self.columns[0])


_GREEN_CLASS = {"g": "G"}


def _judge_form(
    layout: SignalLayout, states: Sequence[str], first_second: int
) -> tuple[Finding, ...]:
    findings = []
    for second, state in enumerate(states):
        unknown = set(state) - LETTERS
        if len(state) != layout.link_count or unknown:
            what = f"letters {sorted(unknown)}" if unknown else f"{len(state)} letters"
            text = f"state `{state}` has {what}; the intersection has {layout.link_count} links"
            findings.append(
                Finding(layout.intersection, Rule.FORM, (), text, first_second + second)
            )
    return tuple(findings)


def _judge_conflicts(view: _View) -> list[Finding]:
    layout, findings = view.layout, []
    for first, second in sorted(layout.conflicts):
        if first > second:
            continue
        at = _first_common(view, first, second, GREEN, GREEN)
        if at is not None:
            findings.append(_pair_finding(view, Rule.CONFLICT, first, second, at, "both are green"))
    for link, other in sorted(layout.yields):
        at = _first_common(view, link, other, frozenset("G"), frozenset("G"))
        if at is not None:
            text = f"link {link} shows G but must yield to link {other}, which is green"
            findings.append(_pair_finding(view, Rule.YIELD, link, other, at, text))
    return findings


def _first_common(
    view: _View, first: int, second: int, letters: frozenset[str], others: frozenset[str]
) -> int | None:
    pairs = zip(view.columns[first], view.columns[second], strict=True)
    for position, (a, b) in enumerate(pairs):
        if a in letters and b in others:
            return position
    return None


def _pair_finding(view: _View, rule: Rule, first: int, second: int, at: int, text: str) -> Finding:
    names = view.layout.group_of_link
    subjects = (f"link {first}", f"link {second}")
    who = f"links {first} ({names.get(first, '-')}) and {second} ({names.get(second, '-')})"
    return Finding(view.layout.intersection, rule, subjects, f"{who}: {text}", view.clock(at))


def _judge_transitions(view: _View) -> list[Finding]:
    """Amber after every vehicle green and before its red, red-amber only before green."""
    findings = []
    for group in view.layout.groups:
        for link in group.links:
            runs = view.runs(link, _GREEN_CLASS)
            for run, following in pairwise(runs):
                if not view.ends_judged(run):
                    continue
                problem = _transition_problem(view, group, run, following)
                if problem:
                    rule, text, found, required = problem
                    at = view.clock(following.start)
                    findings.append(
                        Finding(
                            view.layout.intersection,
                            rule,
                            (group.id, f"link {link}"),
                            f"`{group.id}` link {link} {text}",
                            at,
                            found,
                            required,
                        )
                    )
    return findings


def _transition_problem(
    view: _View, group: SignalGroup, run: _Run, following: _Run
) -> tuple[Rule, str, float | None, float | None] | None:
    needs_amber = group.kind is GroupKind.VEHICLE and group.amber_s > 0
    change = run.letter + following.letter
    if needs_amber and change in ("Gr", "Gu"):
        return Rule.AMBER, "goes from green to red without amber", 0, group.amber_s
    if run.letter == "y":
        if following.letter in "Gu":
            return Rule.AMBER, "goes from amber back to green", 0, group.amber_s
        if view.is_whole(run) and run.length < group.amber_s:
            text = f"shows amber for {run.length} s, needs {group.amber_s} s"
            return Rule.AMBER, text, run.length, group.amber_s
    if run.letter == "u":
        if following.letter != "G":
            return Rule.RED_AMBER, "shows red-amber without green after it", None, None
        if view.is_whole(run) and run.length > max(group.red_amber_s, 2):
            text = f"shows red-amber for {run.length} s, allowed 2 s"
            return Rule.RED_AMBER, text, run.length, 2
    return None


def _judge_intergreens(view: _View) -> list[Finding]:
    """The shortest gap from a green end to each conflicting green start, per pair of groups."""
    findings = []
    layout = view.layout
    greens = {
        group.id: [
            [r for r in view.runs(link, _GREEN_CLASS) if r.letter == "G"] for link in group.links
        ]
        for group in layout.groups
    }
    for (ending, starting), required in layout.intergreen_s.items():
        worst: tuple[int, int] | None = None
        for runs in greens[starting]:
            starts = [r.start for r in runs if r.start >= max(view.judged_from, 1)]
            for ending_runs in greens[ending]:
                ends = [r.start + r.length for r in ending_runs]
                for start in starts:
                    before = bisect_right(ends, start)
                    gap = start - ends[before - 1] if before else required
                    if gap < required and (worst is None or gap < worst[0]):
                        worst = (gap, start)
        if worst is not None:
            text = (
                f"`{starting}` starts {worst[0]} s after the end of `{ending}`, needs {required} s"
            )
            findings.append(
                Finding(
                    layout.intersection,
                    Rule.INTERGREEN,
                    (ending, starting),
                    text,
                    view.clock(worst[1]),
                    worst[0],
                    required,
                )
            )
    return findings


def _judge_durations(view: _View) -> list[Finding]:
    """Minimum greens, pedestrian greens and the longest red of each group."""
    findings = []
    for group in view.layout.groups:
        pedestrian = group.kind is GroupKind.PEDESTRIAN
        rule = Rule.PEDESTRIAN_GREEN if pedestrian else Rule.MIN_GREEN
        for link in group.links:
            runs = view.runs(link, {"g": "G", "y": "r", "u": "r"})
            for run in runs:
                if not (view.is_whole(run) and view.ends_judged(run)):
                    continue
                if run.letter == "G" and run.length < group.min_green_s:
                    text = f"`{group.id}` is green for {run.length} s, needs {group.min_green_s} s"
                    findings.append(
                        Finding(
                            view.layout.intersection,
                            rule,
                            (group.id, f"link {link}"),
                            text,
                            view.clock(run.start),
                            run.length,
                            group.min_green_s,
                        )
                    )
                if run.letter == "r" and run.length > group.max_red_s:
                    text = f"`{group.id}` is red for {run.length} s, allowed {group.max_red_s} s"
                    findings.append(
                        Finding(
                            view.layout.intersection,
                            Rule.MAX_RED,
                            (group.id, f"link {link}"),
                            text,
                            view.clock(run.start),
                            run.length,
                            group.max_red_s,
                        )
                    )
    return findings
