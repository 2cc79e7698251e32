"""The replay: two canvases that the script draws, with its controls, and the data it needs."""

from __future__ import annotations

import json

from signalopt.export.markup import Markup, tag
from signalopt.report.controls import options, void
from signalopt.report.data_area import Film, FilmSide
from signalopt.report.told import Key, Told
from signalopt.report.tracks import GRAIN_M

SPEEDS = (1, 2, 5, 10)
FIRST_SPEED = 2
_KINDS = ("car", "lcv", "truck", "bus")


def film_section(own: Film, told: Told) -> Markup:
    """The section with one canvas a side."""
    sides = ["before"] if own.after is None else ["before", "after"]
    canvases = [
        tag(
            "figure",
            tag("figcaption", told.span(f"side.{side}", element="b")),
            tag("canvas", "", id=f"film-{side}", role="img", width=600, height=600,
                **told.label("film.label", side=Key(f"side.{side}"))),
            tag("p", "", id=f"film-count-{side}", class_="note"),
        )
        for side in sides
    ]  # fmt: skip
    views: list[tuple[str, Markup | str]] = [(str(n), v[0]) for n, v in enumerate(own.views)]
    whole = told.span("film.whole", element="option", class_=None)
    picks = [*options(views, "0"), Markup(whole.replace("<option", '<option value="all"', 1))]
    speeds: list[tuple[str, Markup | str]] = [
        (str(speed), told.text("film.times", number=str(speed))) for speed in SPEEDS
    ]
    slider = void(
        "input", type="range", id="film-second", min=0, max=own.length_s - 1, step=1, value=0,
        autocomplete="off", **told.label("film.second"),
    )  # fmt: skip
    legend = [
        tag("li", tag("span", "", class_=f"vehicle {kind}"), told.span(f"film.{kind}"))
        for kind in _KINDS
    ]
    return tag(
        "section",
        told.span("film.title", element="h2"),
        told.span("film.text", element="p", class_="lead", avenue=own.title),
        told.span("film.reduced", element="p", class_="note reduced-only"),
        tag(
            "div",
            tag("button", told.text("film.play"), type="button", id="film-play", aria_pressed="false"),
            slider,
            tag("output", "", id="film-clock", for_="film-second"),
            tag("label", told.span("film.speed"), " ",
                tag("select", options(speeds, str(FIRST_SPEED)), id="film-speed", autocomplete="off")),
            tag("label", told.span("film.view"), " ",
                tag("select", picks, id="film-view", autocomplete="off")),
            class_="controls film-controls",
        ),
        tag("div", canvases, class_=f"films films-{len(sides)}"),
        tag("ul", legend, class_="legend"),
        id="film",
    )  # fmt: skip


def film_data(own: Film) -> str:
    """The film as JSON for the script: paths stay encoded, points become flat lists."""

    def side(shown: FilmSide | None) -> dict[str, object] | None:
        if shown is None:
            return None
        return {
            "vehicles": [[v.kind, v.first_s, v.heading_deg, v.path] for v in shown.vehicles],
            "signals": [[s.x_m, s.y_m, s.dx, s.dy, s.offset_s, s.letters] for s in shown.signals],
        }

    return json.dumps(
        {
            "begin": own.begin_s,
            "length": own.length_s,
            "origin": own.origin,
            "grain": GRAIN_M,
            "ground": [
                [g.kind, g.width_m, [v for point in g.shape for v in point]] for g in own.ground
            ],
            "views": own.views,
            "before": side(own.before),
            "after": side(own.after),
        },
        ensure_ascii=False,
        separators=(",", ":"),
    )
