"""Load an area of `networks/`: `load_area("mangilik_el")` gives an `Area` or every problem at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from signalopt.assets import data_folder
from signalopt.errors import InputError, Problem
from signalopt.files import read_text
from signalopt.network.area_model import (
    ARMS,
    Approach,
    Area,
    AreaIntersection,
    Arm,
    Avenue,
    BannedTurn,
    Gate,
    Section,
)
from signalopt.network.area_problems import find_problems
from signalopt.network.area_tables import (
    APPROACHES,
    GATES,
    INTERSECTIONS,
    SECTIONS,
    TURNS,
    Row,
    read_table,
)
from signalopt.network.model import Confidence

__all__ = [
    "ARMS",
    "Approach",
    "Area",
    "AreaIntersection",
    "Arm",
    "Avenue",
    "BannedTurn",
    "Gate",
    "Section",
    "area_summary",
    "list_areas",
    "load_area",
    "source_files",
]

TABLES = {
    "intersections": INTERSECTIONS,
    "sections": SECTIONS,
    "gates": GATES,
    "approaches": APPROACHES,
    "turns": TURNS,
}


class _Header(BaseModel):
    """`area.yaml`."""

    model_config = ConfigDict(extra="forbid", strict=True)

    title: str
    description: str
    invented: bool = False
    projection_epsg: int = Field(ge=32601, le=32760)
    lane_width_m: float = Field(ge=2.5, le=4.5)
    sidewalk_width_m: float = Field(ge=1, le=10)
    crossing_width_m: float = Field(ge=2, le=12)
    corner_radius_m: float = Field(ge=2, le=25)
    streets: dict[str, str]
    sources: list[str]
    attribution: str
    licence: str


def list_areas() -> tuple[str, ...]:
    """Names of the built-in areas, sorted."""
    return tuple(sorted(path.parent.name for path in data_folder("networks").glob("*/area.yaml")))


def source_files(folder: Path) -> tuple[Path, ...]:
    """The files that make an area, in a fixed order."""
    return (folder / "area.yaml", *(folder / f"{name}.csv" for name in TABLES))


def load_area(area: str | Path) -> Area:
    """Load a built-in area by name, or any area folder by path.

    Raises InputError with all problems found: file and line, what was found, what was expected.
    """
    folder = _folder(area)
    problems: list[Problem] = []
    header = _read_header(folder / "area.yaml", problems)
    rows = {
        name: read_table(folder / f"{name}.csv", columns, problems)
        for name, columns in TABLES.items()
    }
    if problems or header is None:
        raise InputError(*problems)
    sections = tuple(_section(row) for row in rows["sections"])
    values = header.model_dump()
    loaded = Area(
        id=folder.name,
        folder=folder,
        epsg=values.pop("projection_epsg"),
        streets=tuple(values.pop("streets").items()),
        sources=tuple(values.pop("sources")),
        intersections=tuple(
            AreaIntersection(**row.values, line=row.line) for row in rows["intersections"]
        ),
        sections=sections,
        gates=tuple(_gate(row) for row in rows["gates"]),
        approaches=tuple(Approach(**row.values, line=row.line) for row in rows["approaches"]),
        banned_turns=tuple(BannedTurn(**row.values, line=row.line) for row in rows["turns"]),
        avenues=_avenues(sections, header.streets),
        **values,
    )
    problems = find_problems(loaded)
    if problems:
        raise InputError(*problems)
    return loaded


def _folder(area: str | Path) -> Path:
    if isinstance(area, Path) or "/" in area or "\\" in area:
        folder = Path(area).resolve()
    else:
        folder = data_folder("networks") / area
    if (folder / "area.yaml").is_file():
        return folder
    hint = "built-in areas: " + ", ".join(list_areas())
    raise InputError(
        Problem(str(area), "no area", "an area's name or a folder with area.yaml", hint)
    )


def _read_header(path: Path, problems: list[Problem]) -> _Header | None:
    try:
        raw: Any = yaml.safe_load(read_text(path, "an area (YAML)"))
        return _Header.model_validate(raw)
    except InputError as error:
        problems += error.problems
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{path}:{mark.line + 1}" if mark else str(path)
        problems.append(Problem(where, getattr(error, "problem", None) or "broken YAML", "YAML"))
    except ValidationError as error:
        for wrong in error.errors():
            key = ".".join(str(part) for part in wrong["loc"])
            found = "nothing" if wrong["type"] == "missing" else repr(wrong["input"])
            problems.append(Problem(f"{path}: {key}", found, wrong["msg"]))
    return None


def _section(row: Row) -> Section:
    return Section(**row.values, line=row.line)


def _gate(row: Row) -> Gate:
    values = dict(row.values)
    own = {
        key: values.pop(key) for key in ("id", "intersection", "arm", "lat", "lon", "exists_conf")
    }
    opposite = ARMS[(ARMS.index(own["arm"]) + 2) % 4]
    section = Section(
        start=own["intersection"],
        end=own["id"],
        start_arm=own["arm"],
        end_arm=opposite,
        lanes_forward=values.pop("lanes_out"),
        lanes_backward=values.pop("lanes_in"),
        bus_forward=values.pop("bus_out"),
        bus_backward=values.pop("bus_in"),
        line=row.line,
        **values,
    )
    return Gate(**own, section=section, line=row.line)


def _avenues(sections: tuple[Section, ...], names: dict[str, str]) -> tuple[Avenue, ...]:
    """Chains of sections of one street; a street with a gap gives several."""
    result = []
    for street in dict.fromkeys(section.street for section in sections):
        links = {s.start: s.end for s in sections if s.street == street}
        for first in sorted(set(links) - set(links.values())):
            chain = [first]
            while chain[-1] in links and len(chain) <= len(links):
                chain.append(links[chain[-1]])
            result.append(Avenue(street, names.get(street, street), tuple(chain)))
    return tuple(result)


def area_summary(area: Area) -> dict[str, Any]:
    """What `signalopt areas --json` prints of one area: counts, places, and facts with their marks.

    `facts` is a flat list of {subject, attribute, value, confidence}; `confidence` counts the marks.
    Lengths in metres, speeds in km/h, all-red in seconds.
    """
    facts = [fact for some in _facts(area) for fact in some]
    counts = Counter(str(fact["confidence"]) for fact in facts)
    return {
        "id": area.id,
        "title": area.title,
        "description": area.description,
        "invented": area.invented,
        "attribution": area.attribution,
        "licence": area.licence,
        "sources": list(area.sources),
        "intersections": [
            {"id": p.id, "name": p.name, "lat": p.lat, "lon": p.lon} for p in area.intersections
        ],
        "gates": [
            {"id": g.id, "lanes_in": g.lanes[0], "lanes_out": g.lanes[1]} for g in area.gates
        ],
        "avenues": [
            {"street": a.street, "name": a.name, "intersections": list(a.intersections)}
            for a in area.avenues
        ],
        "confidence": {mark.value: counts[mark.value] for mark in Confidence},
        "facts": facts,
    }


def _facts(area: Area) -> Iterator[list[dict[str, object]]]:
    for p in area.intersections:
        yield [
            _fact(p.id, "location", f"{p.lat} {p.lon}", p.location_conf),
            _fact(p.id, "signal", p.signal_source, p.signal_conf),
            _fact(p.id, "all_red_s", p.all_red_s, p.all_red_conf),
            _fact(p.id, "left_policy", p.left_policy.value, p.left_policy_conf),
        ]
    for gate in area.gates:
        yield [_fact(gate.id, "street_goes_on", True, gate.exists_conf)]
    for s in area.all_sections:
        subject = f"{s.start}--{s.end}"
        yield [
            _fact(subject, "lanes", [s.lanes_forward, s.lanes_backward], s.lanes_conf),
            _fact(subject, "bus_lanes", [s.bus_forward, s.bus_backward], s.bus_conf),
            _fact(subject, "median_m", s.median_m, s.median_conf),
            _fact(subject, "speed_kph", s.speed_kph, s.speed_conf),
        ]
    for a in area.approaches:
        subject = f"{a.intersection}.{a.arm}"
        bays = {"left": a.left_bays, "left_only": a.left_only, "right": a.right_bays, "m": a.bay_m}
        yield [
            _fact(subject, "turn_lanes", bays, a.bay_conf),
            _fact(subject, "crossing", a.crossing, a.crossing_conf),
        ]
    for b in area.banned_turns:
        yield [_fact(f"{b.intersection}.{b.arm}", "banned_turn", b.turn.value, b.conf)]


def _fact(subject: str, attribute: str, value: object, mark: Confidence) -> dict[str, object]:
    return {"subject": subject, "attribute": attribute, "value": value, "confidence": mark.value}
