"""Lamps that were shown, judged at all sites: nothing in a program's own states, everything in worse ones."""

from __future__ import annotations

from signalopt.control.shown import shown_findings
from signalopt.timing.findings import Rule
from signalopt.timing.program import states_between
from tests.control.hand_city import hand_city


def test_the_programs_themselves_have_no_findings() -> None:
    city = hand_city(2)
    shown = [states_between(site.layout, site.fallback, 100, 500) for site in city.sites]
    assert shown_findings(city, shown, 100) == ()


def test_the_worst_of_each_kind_is_told_with_its_site_and_second() -> None:
    city = hand_city(2)
    shown = [list(states_between(site.layout, site.fallback, 100, 500)) for site in city.sites]
    own = shown[1]
    link = own[0].index("G") if "G" in own[0] else own[60].index("G")
    ends = [k for k in range(1, 399) if own[k - 1][link] == "G" and own[k][link] == "y"]
    for second, cut in zip(ends[:3], (1, 2, 1), strict=False):
        for k in range(second, second + cut):  # green goes on where amber was to begin
            own[k] = own[k][:link] + "G" + own[k][link + 1 :]
    found = shown_findings(city, shown, 100)
    assert found
    assert {finding.intersection for finding in found} == {"C1"}
    amber = [finding for finding in found if finding.rule is Rule.AMBER]
    assert len({finding.key for finding in found}) == len(found)
    assert max(finding.badness_s for finding in amber) == 2
    assert all(100 <= (finding.second or 0) < 500 for finding in amber)
