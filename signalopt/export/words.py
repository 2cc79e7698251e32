"""Every word of the printed sheets in one place, so that other languages can follow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from signalopt.export.lamps import Lamp
from signalopt.network.model import Confidence


@dataclass(frozen=True)
class Words:
    """English texts; another language is another instance. `{…}` are filled by str.format."""

    language: str = "en"
    sheet: str = "Signal timing sheet"
    plan: str = "Plan"
    intersection: str = "Intersection"
    cycle: str = "Cycle"
    offset: str = "Offset"
    stages: str = "Stages"
    stage: str = "Stage"
    phase: str = "Phase"
    reference: str = (
        "Offset reference: the second of the common clock (local midnight), modulo the cycle, at "
        "which the green of {first} starts. Second 0 of the scale below is that moment."
    )
    stage_diagram: str = "Stages"
    stage_caption: str = "green {green} s"
    stage_then: str = "interstage {seconds} s"
    fixed_note: str = "Fixed program, kept phase by phase: {reason}."
    protected: str = "green, priority"
    yielding: str = "green, must yield"
    walking: str = "pedestrians green"
    halted: str = "stop line at red"
    bars: str = "Signal timing"
    bars_program: str = "program"
    bars_clock: str = "clock"
    bars_axis: str = (
        "seconds of the program (upper scale) and of the common clock, modulo the cycle"
    )
    clearances: str = "Intergreen times"
    clearances_text: str = (
        "From the end of green (flashing included) of the ending group to the start of green of "
        "the starting group, in seconds: the least that is required and the shortest in this plan. "
        "Clears and enters: distances from the stop lines to the deciding conflict point."
    )
    clearances_none: str = "No two groups conflict: no intergreen is required."
    pair: str = "Groups"
    required: str = "Required"
    planned: str = "Planned"
    clear: str = "Clears, m"
    enter: str = "Enters, m"
    rule: str = "Deciding rule"
    conflicts: str = "Conflict matrix"
    conflict_yes: str = "never green together"
    conflict_yield: str = "row yields to column"
    minimums: str = "Greens and reds"
    group: str = "Group"
    serves: str = "Serves"
    crossing: str = "Crossing, m"
    green_planned: str = "Green, s"
    green_minimum: str = "Minimum, s"
    red_longest: str = "Longest red, s"
    red_maximum: str = "Allowed, s"
    green_share: str = "Share"
    findings: str = "Safety check"
    findings_none: str = "No findings."
    findings_checked: str = (
        "Checked second by second over the cycle: conflicting greens, yielding, amber, red-amber, "
        "intergreen, minimum and pedestrian green, longest red, cycle, splits, offset."
    )
    finding_inherited: str = "inherited"
    finding_new: str = "new"
    finding_second: str = ", second {second}"
    notes: str = "Assumptions and confidence"
    notes_none: str = "No assumptions were recorded."
    sources: str = "Sources"
    plan_hash: str = "Plan hash"
    network: str = "Network"
    scenario: str = "Scenario"
    versions: str = "Versions"
    created: str = "Created"
    overview: str = "Timing plan"
    overview_sheets: str = "Sheets"
    overview_avenues: str = "Time-space diagrams"
    overview_findings: str = "Findings"
    time_space: str = "Time-space diagram"
    design_speed: str = "Design speed"
    time_axis: str = "seconds of the common clock, modulo {cycle} s"
    forward: str = "towards {last}"
    backward: str = "towards {first}"
    band: str = "Band"
    band_none: str = "no through band"
    band_width: str = "{seconds} s ({share} % of the cycle)"
    link_band: str = "band between neighbours"
    no_bands: str = "No bands: the cycles have no common multiple up to {limit} s."
    north: str = "N"
    permanent: str = "permanent"
    never: str = "never"
    uneven: str = "Lamps of groups {groups} differ among their links; the first link is shown."
    lamps: Mapping[Lamp, str] = field(
        default_factory=lambda: {
            Lamp.GREEN: "green",
            Lamp.FLASHING: "flashing green",
            Lamp.AMBER: "amber",
            Lamp.RED: "red",
            Lamp.RED_AMBER: "red-amber",
            Lamp.DARK: "dark",
        }
    )
    confidence: Mapping[Confidence, str] = field(
        default_factory=lambda: {
            Confidence.MEASURED: "measured",
            Confidence.PRESS: "press",
            Confidence.ESTIMATED: "estimated",
        }
    )


ENGLISH = Words()
