"""The printed sheet of one intersection."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from signalopt.export.bars_svg import bars_svg, lamp_sample
from signalopt.export.csv_sheet import seconds_text
from signalopt.export.facts import SheetFacts
from signalopt.export.junction_svg import StageView, stage_svg
from signalopt.export.lamps import Lamp, cycle_length_s, group_spans, uneven_groups
from signalopt.export.markup import Markup, join, tag
from signalopt.export.page import document, footer, header
from signalopt.export.style import GREEN, PAPER, RED, WALKING, YIELDING
from signalopt.export.tables import (
    clearance_table,
    conflict_matrix,
    findings_list,
    is_long,
    minimums_table,
    notes_list,
)
from signalopt.export.words import Words
from signalopt.network.model import Intersection
from signalopt.timing.plan import AnyProgram, FixedProgram, IntersectionPlan, Plan
from signalopt.timing.program import cycle_states, intervals
from signalopt.timing.signals import SignalLayout

_MOST_COLUMNS = 4


@dataclass(frozen=True, slots=True)
class ShownStage:
    """A stage of a plan, or a green phase of a fixed program, as it is pictured."""

    name: str
    state: str
    start_s: float
    green_s: float
    then_s: float


def sheet_html(plan: Plan, place: Intersection, facts: SheetFacts, words: Words) -> str:
    """The document of one intersection; its program is taken from the plan."""
    program = plan.by_id[place.id]
    layout = place.layout
    stages = shown_stages(layout, program)
    extra = []
    uneven = uneven_groups(layout, program)
    if uneven:
        extra.append(words.uneven.format(groups=", ".join(uneven)))
    if isinstance(program, FixedProgram):
        extra.append(words.fixed_note.format(reason=program.reason or "–"))
    first = f"{_stage_word(program, words).lower()} {stages[0].name}" if stages else "–"
    title = place.name or place.id
    body = tag(
        "main",
        header(
            f"{words.sheet} · {facts.area}" if facts.area else words.sheet,
            title,
            join((tag("code", place.id), _position(place), " · ", words.plan, " ", plan.name)),
            (
                (words.cycle, seconds_text(cycle_length_s(layout, program)), "s"),
                (words.offset, seconds_text(program.offset_s), "s"),
                (words.stages, str(len(stages)), ""),
            ),
        ),
        tag("p", words.reference.format(first=first), class_="reference"),
        tag("h2", words.stage_diagram),
        _stage_figures(place, program, stages, words),
        tag("h2", words.bars),
        bars_svg(layout, program, words),
        _lamp_legend(layout, program, words),
        tag("h2", words.minimums),
        minimums_table(layout, program, words),
        tag("h2", words.clearances, class_="break" if is_long(layout) else None),
        tag("p", words.clearances_text, class_="lead"),
        clearance_table(layout, program, words),
        tag(
            "div",
            tag(
                "section",
                tag("h2", words.conflicts),
                conflict_matrix(layout, words),
                _matrix_legend(words),
            ),
            tag(
                "section",
                tag("h2", words.findings),
                findings_list(place.id, facts, words),
                tag("p", words.findings_checked, class_="lead"),
                tag("h2", words.notes),
                notes_list(place, facts, extra, words),
            ),
            class_="columns",
        ),
        footer(plan, facts, words),
        class_="page",
    )
    return document(f"{title} · {plan.name}", body, words)


def shown_stages(layout: SignalLayout, program: AnyProgram) -> tuple[ShownStage, ...]:
    """What to picture: the stages of a plan, the green phases without amber of a fixed program."""
    if isinstance(program, IntersectionPlan):
        states = cycle_states(layout, program)
        parts = intervals(layout, program)
        pairs = zip(parts[::2], parts[1::2], strict=True)
        return tuple(
            ShownStage(
                stage.stage,
                states[stage.start_s % len(states)],
                stage.start_s,
                stage.end_s - stage.start_s,
                after.end_s - after.start_s,
            )
            for stage, after in pairs
        )
    found, now, states_seen = [], 0.0, set()
    for number, phase in enumerate(program.phases, start=1):
        is_stage = set(phase.state) & set("Gg") and not set(phase.state) & set("yYu")
        if is_stage and phase.state not in states_seen:
            states_seen.add(phase.state)
            found.append(ShownStage(str(number), phase.state, now, phase.duration_s, 0.0))
        now += phase.duration_s
    return tuple(found)


def _stage_figures(
    place: Intersection, program: AnyProgram, stages: Sequence[ShownStage], words: Words
) -> Markup:
    figures = []
    for stage in stages:
        name = f"{_stage_word(program, words)} {stage.name}"
        timing = words.stage_caption.format(green=seconds_text(stage.green_s))
        if stage.then_s:
            timing += " · " + words.stage_then.format(seconds=seconds_text(stage.then_s))
        picture = stage_svg(place, StageView(stage.state, place.layout.group_of_link), name, words)
        figures.append(
            tag("figure", picture, tag("figcaption", tag("b", name), tag("span", timing)))
        )
    count = len(stages)
    columns = count if count <= _MOST_COLUMNS else 3
    return join(
        (
            tag("div", figures, class_="stages", style=f"--columns:{max(columns, 3)}"),
            _stage_legend(words),
        )
    )


def _stage_legend(words: Words) -> Markup:
    arrow = [
        (words.protected, "M1 6H20", GREEN, None, True),
        (words.yielding, "M1 6H20", YIELDING, "4 2.4", False),
    ]
    items = [
        tag(
            "li",
            tag(
                "svg",
                tag("path", d=path, stroke=colour, stroke_width=2.2, stroke_dasharray=dash),
                tag(
                    "path",
                    d="M19 1.8L27 6L19 10.2Z",
                    fill=colour if filled else PAPER,
                    stroke=colour,
                    stroke_width=1,
                ),
                viewBox="0 0 28 12",
            ),
            text,
        )
        for text, path, colour, dash, filled in arrow
    ]
    zebra = tag("path", d="M1 6H27", stroke=WALKING, stroke_width=9, stroke_dasharray="3 2.4")
    stop = tag("path", d="M14 0V12", stroke=RED, stroke_width=3)
    for drawing, text in ((zebra, words.walking), (stop, words.halted)):
        items.append(tag("li", tag("svg", drawing, viewBox="0 0 28 12"), text))
    return tag("ul", items, class_="legend")


def _lamp_legend(layout: SignalLayout, program: AnyProgram, words: Words) -> Markup:
    shown = {span.lamp for spans in group_spans(layout, program).values() for span in spans}
    items = [tag("li", lamp_sample(lamp), words.lamps[lamp]) for lamp in Lamp if lamp in shown]
    return tag("ul", items, tag("li", words.bars_axis), class_="legend")


def _matrix_legend(words: Words) -> Markup:
    return tag(
        "ul",
        tag("li", tag("b", "●", style=f"color:{RED}"), words.conflict_yes),
        tag("li", tag("b", "◁", style=f"color:{YIELDING}"), words.conflict_yield),
        class_="legend",
    )


def _stage_word(program: AnyProgram, words: Words) -> str:
    return words.stage if isinstance(program, IntersectionPlan) else words.phase


def _position(place: Intersection) -> str:
    if place.lat is None or place.lon is None:
        return ""
    return f" · {place.lat:.5f}° N, {place.lon:.5f}° E"
