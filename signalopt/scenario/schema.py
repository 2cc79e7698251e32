"""The scenario as written in YAML: frozen data classes, one field a key, unknown keys forbidden.

Reading with file and line is `load.py`; what must hold between fields is `check.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import BeforeValidator, ConfigDict, Field, WithJsonSchema

from signalopt.network.model import Confidence

Season = Literal["summer", "winter", "slush", "snow"]

_CLOCK_SCHEMA = {
    "anyOf": [
        {"type": "string", "pattern": r"^\d{1,2}:[0-5]\d(:[0-5]\d)?$"},
        {"type": "integer", "minimum": 0},
    ],
    "description": "time of day as HH:MM or HH:MM:SS, or seconds since midnight",
}
_PATH_SCHEMA = {"type": "string", "description": "file, relative to the scenario that names it"}


def parse_clock(value: object) -> object:
    """Seconds since midnight from `07:30`, `07:30:15` or a number of seconds.

    Raises ValueError for texts that are no time of day.
    """
    if not isinstance(value, str):
        return value
    parts = value.split(":")
    if len(parts) not in (2, 3) or not all(part.isdigit() for part in parts):
        raise ValueError("expected a time of day such as 07:30, or seconds since midnight")
    hours, minutes, seconds = (*(int(part) for part in parts), 0)[:3]
    if minutes > 59 or seconds > 59:
        raise ValueError("expected minutes and seconds below 60")
    return hours * 3600 + minutes * 60 + seconds


def _as_list(value: object) -> object:
    return [value] if isinstance(value, str | Path) else value


Clock = Annotated[int, BeforeValidator(parse_clock), Field(ge=0), WithJsonSchema(_CLOCK_SCHEMA)]
File = Annotated[Path, WithJsonSchema(_PATH_SCHEMA)]
_FILES_SCHEMA = {"anyOf": [_PATH_SCHEMA, {"type": "array", "items": _PATH_SCHEMA}]}
Files = Annotated[tuple[Path, ...], BeforeValidator(_as_list), WithJsonSchema(_FILES_SCHEMA)]
Share = Annotated[float, Field(ge=0, le=1)]
Temperature = Annotated[
    float | None,
    Field(description="air temperature in degrees Celsius for emissions; none: that of the season"),
]
Fleet = Annotated[
    str,
    Field(
        description="fleet for emissions: a built-in name, or a file (.csv, .toml) relative to the"
        " scenario that names it; empty: the fleet of Astana"
    ),
]
_STRICT = ConfigDict(extra="forbid")


@dataclass(frozen=True)
class NetworkChoice:
    """Where the streets come from: exactly one of a built-in area and a SUMO network file.

    stages: a file of stages designed afresh (`optimize --redesign` writes one) that the signals show instead.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT
    area: str | None = None
    net: File | None = None
    stages: File | None = None


@dataclass(frozen=True)
class Window:
    """The measured hour: vehicles departing in [begin, end) are measured.

    warmup_s: demand before `begin` that fills the streets; run_out_s: time after `end` for them to
    empty before the run is stopped hard.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT
    begin: Clock
    end: Clock
    warmup_s: Annotated[int, Field(ge=0)] = 0
    run_out_s: Annotated[int, Field(ge=0)] = 3600


@dataclass(frozen=True)
class Gates:
    """Entry and exit volumes per gate (CSV), of one period; OD by Furness balancing."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT
    file: File
    period: str


@dataclass(frozen=True)
class Turns:
    """Entry volumes (CSV) and turning shares (CSV), expanded by SUMO's jtrrouter."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT
    entries: File
    shares: File


@dataclass(frozen=True)
class Shares:
    """Shares of vehicle classes in the flow (0..1); what is left are cars. Bus lines come on top."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT
    lcv: Share = 0.0
    truck: Share = 0.0
    bus: Share = 0.0
    confidence: Confidence = Confidence.ESTIMATED
    source: str = ""


@dataclass(frozen=True)
class Demand:
    """Vehicles: exactly one of gates, od, turns, counts, routes.

    scale multiplies every volume; profile holds factors of the hourly volume for consecutive
    15-minute slices from `begin` on (the warm-up uses the first, the last one goes on).
    confidence and source are of the volumes; a CSV may say so for each row instead.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT
    gates: Gates | None = None
    od: File | None = None
    turns: Turns | None = None
    counts: File | None = None
    routes: Files | None = None
    scale: Annotated[float, Field(gt=0)] = 1.0
    profile: tuple[Annotated[float, Field(ge=0)], ...] = ()
    shares: Shares = Shares()
    confidence: Confidence = Confidence.ESTIMATED
    source: str = ""


@dataclass(frozen=True)
class Pedestrians:
    """Pedestrians per hour and signalised crossing, both directions together."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT
    per_crossing_pph: Annotated[float, Field(ge=0)] = 0.0
    by_intersection: dict[str, Annotated[float, Field(ge=0)]] | None = None
    confidence: Confidence = Confidence.ESTIMATED
    source: str = ""


@dataclass(frozen=True)
class Stop:
    """A stop of a bus line: on `edge`, its end `from_end_m` before the end of the edge.

    bay: the bus leaves the carriageway; else it blocks its lane for `dwell_s` seconds.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT
    edge: str
    from_end_m: Annotated[float, Field(ge=0)] = 60.0
    dwell_s: Annotated[float, Field(ge=0)] = 20.0
    bay: bool = False


@dataclass(frozen=True)
class BusLine:
    """A line: gates, intersections or edges that it passes, headway and stops."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT
    line: str
    route: tuple[str, ...]
    headway_s: Annotated[float, Field(gt=0)]
    stops: tuple[Stop, ...] = ()
    articulated: bool = False
    confidence: Confidence = Confidence.ESTIMATED
    source: str = ""


@dataclass(frozen=True)
class Closure:
    """An edge (all lanes) or some of its lanes closed for cars from `begin` to `end`.

    lanes: lane indices as in the SUMO network; empty = the whole edge. Without times: all the time.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT
    edge: str
    lanes: tuple[Annotated[int, Field(ge=0)], ...] = ()
    begin: Clock | None = None
    end: Clock | None = None


@dataclass(frozen=True)
class Scenario:
    """A scenario after `extends` was resolved. `name` and `file` say where it came from."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT
    title: str
    network: NetworkChoice
    window: Window
    demand: Demand
    description: str = ""
    season: Season = "summer"
    temperature_c: Temperature = None
    fleet: Fleet = ""
    seed: Annotated[int, Field(ge=0)] = 1
    step_length_s: Annotated[float, Field(gt=0, le=1)] = 1.0
    pedestrians: Pedestrians = Pedestrians()
    buses: tuple[BusLine, ...] = ()
    closures: tuple[Closure, ...] = ()
    signals_off: tuple[str, ...] = ()
    additional: Files = ()
    name: Annotated[str, Field(exclude=True)] = ""
    file: Annotated[Path, Field(exclude=True)] = Path()
