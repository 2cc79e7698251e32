"""The lamps that were really shown in a run, before the judge of indications."""

from __future__ import annotations

from collections.abc import Sequence

from signalopt.control.city import City
from signalopt.control.guard import judge_shown
from signalopt.timing.findings import Finding


def shown_findings(
    city: City, shown: Sequence[Sequence[str]], first_second: int
) -> tuple[Finding, ...]:
    """What is wrong beyond the fallback programs at all sites (see guard.judge_shown).

    shown: by site, the SUMO letters of each second from `first_second` (of the day) on. Of a finding that
    comes again and again the first of the worst is returned.
    """
    worst: dict[object, Finding] = {}
    for site, states in enumerate(shown):
        for finding in judge_shown(city, site, states, first_second=first_second):
            known = worst.setdefault(finding.key, finding)
            if finding.badness_s > known.badness_s:
                worst[finding.key] = finding
    return tuple(worst.values())
