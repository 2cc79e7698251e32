"""Tables and columns of GMNS 0.96 that are written, with their limits (spec of the zephyr-data-specs).

Every column of a table is written, blank where nothing is known, because checkers compare headers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

FOLDER = "gmns"
ALL_DAY = ("00:00:00", "23:59:59")
"""A time of day cannot be 24:00; the last second of the day stands for it."""


@dataclass(frozen=True, slots=True)
class Table:
    """One table: columns in order, those that must be filled, its key, numbers' limits, references."""

    columns: tuple[str, ...]
    required: tuple[str, ...]
    key: str
    limits: Mapping[str, tuple[float, float]]
    refers: Mapping[str, str]
    words: Mapping[str, tuple[str, ...]]


_INF = float("inf")
_CLOCK = ("monday", "tuesday", "wednesday", "thursday", "Friday", "saturday", "sunday", "holiday")
DAY_COLUMNS = _CLOCK[:7]

TABLES: Mapping[str, Table] = {
    "node": Table(
        ("node_id", "name", "x_coord", "y_coord", "z_coord", "node_type", "ctrl_type", "zone_id",
         "parent_node_id"),
        ("node_id", "x_coord", "y_coord"), "node_id", {}, {},
        {"ctrl_type": ("none", "yield", "stop", "4_stop", "signal")},
    ),
    "link": Table(
        ("link_id", "name", "from_node_id", "to_node_id", "directed", "geometry_id", "geometry",
         "parent_link_id", "dir_flag", "length", "grade", "facility_type", "capacity", "free_speed",
         "lanes", "bike_facility", "ped_facility", "parking", "allowed_uses", "toll",
         "jurisdiction", "row_width"),
        ("link_id", "from_node_id", "to_node_id", "directed"), "link_id",
        {"length": (0, _INF), "free_speed": (0, 200), "lanes": (0, _INF)},
        {"from_node_id": "node", "to_node_id": "node"}, {"directed": ("true", "false")},
    ),
    "movement": Table(
        ("mvmt_id", "node_id", "name", "ib_link_id", "start_ib_lane", "end_ib_lane", "ob_link_id",
         "start_ob_lane", "end_ob_lane", "type", "penalty", "capacity", "ctrl_type", "mvmt_code",
         "allowed_uses", "geometry"),
        ("mvmt_id", "node_id", "ib_link_id", "ob_link_id", "type"), "mvmt_id", {},
        {"node_id": "node", "ib_link_id": "link", "ob_link_id": "link"},
        {"type": ("left", "right", "uturn", "thru", "merge", "diverge")},
    ),
    "signal_controller": Table(
        ("controller_id",), ("controller_id",), "controller_id", {}, {}, {},
    ),
    "time_set_definitions": Table(
        ("timeday_id", *_CLOCK, "start_time", "end_time"),
        ("timeday_id", *_CLOCK, "start_time", "end_time"), "timeday_id", {}, {},
        dict.fromkeys(_CLOCK, ("true", "false")),
    ),
    "signal_timing_plan": Table(
        ("timing_plan_id", "controller_id", "timeday_id", "time_day", "cycle_length"),
        ("timing_plan_id", "controller_id"), "timing_plan_id", {"cycle_length": (0, 600)},
        {"controller_id": "signal_controller", "timeday_id": "time_set_definitions"}, {},
    ),
    "signal_timing_phase": Table(
        ("timing_phase_id", "timing_plan_id", "signal_phase_num", "min_green", "max_green",
         "extension", "clearance", "walk_time", "ped_clearance", "ring", "barrier", "position"),
        ("timing_phase_id", "signal_phase_num", "ring", "barrier", "position"), "timing_phase_id",
        {"signal_phase_num": (0, _INF), "min_green": (0, _INF), "max_green": (0, _INF),
         "extension": (0, 120), "clearance": (0, 120), "walk_time": (0, 120),
         "ped_clearance": (0, 120), "ring": (0, 12), "barrier": (0, 12), "position": (0, _INF)},
        {"timing_plan_id": "signal_timing_plan"}, {},
    ),
    "signal_phase_mvmt": Table(
        ("signal_phase_mvmt_id", "timing_phase_id", "mvmt_id", "link_id", "protection"),
        ("signal_phase_mvmt_id", "timing_phase_id"), "signal_phase_mvmt_id", {},
        {"timing_phase_id": "signal_timing_phase", "mvmt_id": "movement", "link_id": "link"},
        {"protection": ("protected", "permitted", "rtor")},
    ),
    "signal_coordination": Table(
        ("coordination_id", "timing_plan_id", "controller_id", "coord_contr_id", "coord_phase",
         "coord_ref_to", "offset"),
        ("coordination_id", "timing_plan_id", "controller_id"), "coordination_id",
        {"coord_phase": (0, 32), "offset": (0, _INF)},
        {"timing_plan_id": "signal_timing_plan", "controller_id": "signal_controller",
         "coord_contr_id": "signal_controller"},
        {"coord_ref_to": ("begin_of_green", "begin_of_yellow", "begin_of_red")},
    ),
    "signal_detector": Table(
        ("detector_id", "controller_id", "signal_phase_num", "link_id", "start_lane", "end_lane",
         "ref_node_id", "det_zone_lr", "det_zone_front", "det_zone_back", "det_type"),
        ("detector_id", "controller_id", "signal_phase_num", "link_id", "start_lane",
         "ref_node_id", "det_zone_lr"), "detector_id", {},
        {"controller_id": "signal_controller", "link_id": "link", "ref_node_id": "node"}, {},
    ),
}  # fmt: skip
NUMBERS = {
    "x_coord", "y_coord", "signal_phase_num", "ring", "barrier", "position", "cycle_length",
    "min_green", "max_green", "clearance", "walk_time", "ped_clearance", "coord_phase", "offset",
}  # fmt: skip
"""Columns whose cells, where filled, are numbers."""


def file_name(table: str) -> str:
    """Where a table lies in the export."""
    return f"{FOLDER}/{table}.csv"
