"""Delay and level of service of every movement, with a summary over the area."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from signalopt.export.markup import Child, Markup, tag
from signalopt.report.data_area import MovementShown, PlaceShown
from signalopt.report.told import Filling, Key, Num, Told

LOS_FROM_S = (10.0, 20.0, 35.0, 55.0, 80.0)
"""Control delay up to which a movement has level of service A to E (HCM, 6th edition, exhibit 19-8)."""
LETTERS = "ABCDEF"


def level_of_service(delay_s: float) -> str:
    """A to F by control delay, s per vehicle; without the volume-to-capacity clause."""
    return LETTERS[bisect_left(LOS_FROM_S, delay_s)]


def movements_section(
    movements: Sequence[MovementShown], places: Sequence[PlaceShown], told: Told, *, two: bool
) -> Markup:
    """A table for each intersection, closed until wanted; those with most delay after first."""
    names = {place.id: place.name for place in places}
    tables = []
    order = sorted(places, key=lambda p: -((p.after or p.before).delay_s or 0.0))
    for place in order:
        own = [m for m in movements if m.intersection == place.id]
        if own:
            tables.append(_place(place, names[place.id], own, told, two=two))
    return tag(
        "section",
        told.span("movements.title", element="h2"),
        told.span("movements.text", element="p", class_="lead"),
        _counts(movements, told, two=two),
        tables,
        id="movements",
    )


def _counts(movements: Sequence[MovementShown], told: Told, *, two: bool) -> Markup:
    """How many movements have which level, as stacked bars."""
    bars: list[Child] = []
    for side in ("before", "after") if two else ("before",):
        delays = [m.before_s if side == "before" else m.after_s for m in movements]
        letters = [level_of_service(d) for d in delays if d is not None]
        pieces = [
            tag(
                "span", f"{letter} {count}", class_=f"los los-{letter}",
                style=f"flex-grow:{count}",
            )
            for letter in LETTERS
            if (count := letters.count(letter))
        ]  # fmt: skip
        bars.append(
            tag("div", told.span(f"side.{side}", class_="side"), tag("div", pieces, class_="stack"))
        )
    return tag(
        "figure",
        told.span("movements.count_title", element="figcaption"),
        bars,
        class_="los-counts",
    )


def _place(
    place: PlaceShown, name: str, movements: Sequence[MovementShown], told: Told, *, two: bool
) -> Markup:
    unit = Key("unit.s_veh")
    before = Key("page.number_unit", {"number": Num(place.before.delay_s, 0), "unit": unit})
    filled: dict[str, Filling] = {"place": name, "before": before}
    if two and place.after is not None:
        filled["after"] = Key(
            "page.number_unit", {"number": Num(place.after.delay_s, 0), "unit": unit}
        )
    key = "movements.summary_two" if two else "movements.summary"
    columns = ["from", "street", "turn", "vehicles"]
    heads = [
        told.span(
            f"movements.column_{c}", element="th", class_="number" if c == "vehicles" else None
        )
        for c in columns
    ]
    for side in ("before", "after") if two else ("before",):
        heads.append(
            tag("th", told.span(f"side.{side}"), ", ", told.span("unit.s_veh"), class_="number")
        )
        heads.append(told.span("movements.column_los", element="th"))
    if two:
        heads.append(told.span("side.difference", element="th", class_="number"))
    rows = [_row(m, told, two=two) for m in movements]
    table = tag("table", tag("thead", tag("tr", heads)), tag("tbody", rows))
    worst = place.after if two and place.after is not None else place.before
    letter: Child = _badge(worst.delay_s, told) if worst.delay_s is not None else None
    return tag(
        "details",
        tag("summary", told.span(key, filled=filled), " ", letter),
        tag("div", table, class_="scroll"),
    )


def _row(movement: MovementShown, told: Told, *, two: bool) -> Markup:
    cells: list[Child] = [
        told.span(f"movements.{movement.origin}", element="td"),
        tag("td", movement.street),
        told.span(f"movements.{movement.turn}", element="td"),
        tag("td", told.number(movement.vehicles, 0), class_="number"),
    ]
    for delay_s in (movement.before_s, movement.after_s) if two else (movement.before_s,):
        cells.append(tag("td", told.number(delay_s, 1), class_="number"))
        cells.append(tag("td", _badge(delay_s, told) if delay_s is not None else None))
    if two:
        change = (
            movement.after_s - movement.before_s
            if movement.after_s is not None and movement.before_s is not None
            else None
        )
        cells.append(tag("td", told.number(change, 1, signed=True), class_="number"))
    return tag("tr", cells)


def _badge(delay_s: float, told: Told) -> Markup:
    letter = level_of_service(delay_s)
    return tag(
        "span", letter, class_=f"los los-{letter}", **told.label("movements.los", letter=letter)
    )
