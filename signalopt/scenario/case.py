"""A Case: a scenario made concrete. Files that plain SUMO runs, and what the rest needs to know."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from signalopt.network.model import Confidence, Network
from signalopt.timing.plan import Plan


@dataclass(frozen=True, slots=True)
class Note:
    """An assumption that must travel into every report, with its mark of confidence."""

    subject: str
    text: str
    confidence: Confidence


@dataclass(frozen=True)
class Case:
    """A scenario made concrete.

    Times are seconds of the day (a scenario at 07:30 begins at 27000). Vehicles depart from
    `depart_begin_s` = begin_s - warmup_s on; those with departure in [begin_s, end_s) are measured;
    the run goes on until the network is empty or `hard_stop_s`.
    route_files: trips expanded once (every vehicle with its own route and departure);
    additional_files: vehicle types, stops, closures (never signal programs);
    today: the plan in force without us: the stated assumption for Astana, the net's own elsewhere;
    fleet and temperature_c are for emissions, as the scenario gives them (see `emission_setting`);
    car_like_classes: occupancy (persons per vehicle) by vehicle type prefix is in `occupancy`.
    """

    name: str
    title: str
    folder: Path
    config_file: Path
    net_file: Path
    route_files: tuple[Path, ...]
    additional_files: tuple[Path, ...]
    begin_s: int
    end_s: int
    depart_begin_s: int
    hard_stop_s: int
    step_length_s: float
    network: Network
    today: Plan
    fingerprint: str
    season: str
    occupancy: tuple[tuple[str, float], ...] = ()
    sumo_options: tuple[str, ...] = ()
    signals_off: tuple[str, ...] = ()
    has_pedestrians: bool = False
    fleet: str = ""
    temperature_c: float | None = None
    notes: tuple[Note, ...] = ()
