"""What the safety judge finds: one breach of one rule, with place, second and seconds missing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Rule(StrEnum):
    """What a finding is about."""

    FORM = "form"
    CONFLICT = "conflicting greens"
    YIELD = "green without yielding"
    AMBER = "amber"
    RED_AMBER = "red-amber"
    INTERGREEN = "intergreen"
    MIN_GREEN = "minimum green"
    PEDESTRIAN_GREEN = "pedestrian green"
    MAX_RED = "maximum red"
    CYCLE = "cycle"
    SPLITS = "sum of splits"
    OFFSET = "offset"
    STAGE = "stage"
    SWITCH = "switch of plans"


@dataclass(frozen=True, slots=True)
class Finding:
    """One breach of a rule: where, when (second of the judged states), between whom, by how much.

    `found_s` and `required_s` are seconds where the rule is about seconds, else None. `badness_s` orders two
    findings of the same rule and subjects: more is worse.
    """

    intersection: str
    rule: Rule
    subjects: tuple[str, ...]
    text: str
    second: int | None = None
    found_s: float | None = None
    required_s: float | None = None

    @property
    def key(self) -> tuple[str, Rule, tuple[str, ...]]:
        """What two findings must share to be about the same thing."""
        return self.intersection, self.rule, self.subjects

    @property
    def badness_s(self) -> float:
        """Distance from the rule in seconds; 0 for rules without seconds."""
        if self.found_s is None or self.required_s is None:
            return 0.0
        return abs(self.required_s - self.found_s)

    def __str__(self) -> str:
        when = "" if self.second is None else f" at second {self.second}"
        return f"{self.intersection}: {self.rule}{when}: {self.text}"


def new_findings(found: Iterable[Finding], inherited: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings that an earlier program did not have already, or not so badly."""
    known: dict[tuple[str, Rule, tuple[str, ...]], float] = {}
    for finding in inherited:
        known[finding.key] = max(known.get(finding.key, 0.0), finding.badness_s)
    return tuple(f for f in found if f.key not in known or f.badness_s > known[f.key] + 1e-9)
