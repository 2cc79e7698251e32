"""What a learning controller sees and says: the spaces, the same for every intersection of every network.

An observation is one float32 vector: MAX_STAGES rows of STAGE_FEATURES (a row is a stage of the site, rows
beyond its last stage are zero), then SITE_FEATURES, then the mask of the stages that may be asked for now.
Everything comes from `Seen` (what detectors tell), never from a simulator. An action is the index of a stage.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from signalopt.control.learn.problems import differences
from signalopt.errors import Problem

Floats = NDArray[np.float32]

SPACES_VERSION = 1
"""Goes up whenever a feature changes its place, unit or meaning: policies of other versions are refused."""
MAX_STAGES = 12
SOON_S = 10.0
LATER_S = 30.0
"""Arrivals at the stop line within SOON_S, and from then on to LATER_S, are two features."""


@dataclass(frozen=True, slots=True)
class Feature:
    """One number of the observation, clipped to [low, high]."""

    name: str
    unit: str
    low: float
    high: float
    meaning: str


STAGE_FEATURES = (
    Feature("exists", "1", 0, 1, "1: the site has this stage"),
    Feature("current", "1", 0, 1, "1: the stage is shown, or the lamps are changing to it"),
    Feature("queue", "veh", 0, 300, "queued vehicles on the lanes that it serves"),
    Feature("longest", "veh", 0, 100, "longest queue of a lane that it serves"),
    Feature(
        "fresh_queue", "veh", 0, 300, "queued on its lanes that the current stage does not serve"
    ),
    Feature("soon", "veh", 0, 100, "further vehicles at its stop lines within 10 s"),
    Feature("later", "veh", 0, 100, "further vehicles at its stop lines in 10 to 30 s"),
    Feature(
        "fresh_soon", "veh", 0, 100, "`soon` of its lanes that the current stage does not serve"
    ),
    Feature("beyond", "veh", 0, 300, "vehicles on the lanes that its movements lead to"),
    Feature("present", "lanes", 0, 30, "its lanes with a vehicle at the stop bar"),
    Feature("waited", "s", 0, 600, "longest wait on its lanes"),
    Feature("red", "s", 0, 600, "longest red of its lanes"),
    Feature("gap", "s", 0, 60, "time since somebody was seen on any of its lanes"),
    Feature("lanes", "lanes", 0, 30, "lanes that it serves"),
    Feature("protected", "1", 0, 1, "share of its green movements that need not yield"),
    Feature("lost", "s", 0, 60, "interstage from the current stage to it, 0 for the current one"),
    Feature("fixed_share", "1", 0, 1, "its share of the greens in the site's own program"),
    Feature("next", "1", 0, 1, "1: follows the current stage in the site's own program"),
)
SITE_FEATURES = (
    Feature("steady", "s", 0, 300, "steady green of the current stage so far"),
    Feature("switching", "1", 0, 1, "1: the lamps are changing"),
    Feature("following", "1", 0, 1, "1: the site follows its own program"),
    Feature("queue", "veh", 0, 500, "queued vehicles of all approaches"),
    Feature("soon", "veh", 0, 300, "further vehicles at all stop lines within 10 s"),
    Feature("stages", "1", 0, MAX_STAGES, "stages of the site"),
    Feature("lanes", "lanes", 0, 60, "approach lanes of the site"),
    Feature("healthy", "1", 0, 1, "share of its lanes whose detectors are believed"),
    Feature("choices", "1", 0, MAX_STAGES, "stages that may be asked for now"),
)
STAGE_WIDTH, SITE_WIDTH = len(STAGE_FEATURES), len(SITE_FEATURES)
SITE_AT = MAX_STAGES * STAGE_WIDTH
MASK_AT = SITE_AT + SITE_WIDTH
SIZE = MASK_AT + MAX_STAGES
"""Where the parts of an observation begin, and its length."""
STAGE_AT = {feature.name: i for i, feature in enumerate(STAGE_FEATURES)}
SITE_FEATURE_AT = {feature.name: i for i, feature in enumerate(SITE_FEATURES)}


def bounds() -> tuple[Floats, Floats]:
    """Lowest and highest value of every entry of an observation, (SIZE,) each."""
    low = [f.low for f in STAGE_FEATURES] * MAX_STAGES + [f.low for f in SITE_FEATURES]
    high = [f.high for f in STAGE_FEATURES] * MAX_STAGES + [f.high for f in SITE_FEATURES]
    mask = np.ones(MAX_STAGES, np.float32)
    return (
        np.concatenate([np.array(low, np.float32), 0 * mask]),
        np.concatenate([np.array(high, np.float32), mask]),
    )


def split(observations: Floats) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """Stages (N, MAX_STAGES, STAGE_WIDTH), site (N, SITE_WIDTH) and mask (N, MAX_STAGES) of (N, SIZE)."""
    count = observations.shape[0]
    stages = observations[:, :SITE_AT].reshape(count, MAX_STAGES, STAGE_WIDTH)
    return stages, observations[:, SITE_AT:MASK_AT], observations[:, MASK_AT:] > 0.5


def description() -> dict[str, object]:
    """The spaces as data, for policy files and documents."""
    return {
        "version": SPACES_VERSION,
        "max_stages": MAX_STAGES,
        "stage_features": [f"{f.name} [{f.unit}]" for f in STAGE_FEATURES],
        "site_features": [f"{f.name} [{f.unit}]" for f in SITE_FEATURES],
        "action": "index of the stage to show next",
    }


def space_problems(where: str, found: object) -> list[Problem]:
    """What in a description (from a policy file) differs from the spaces of this version."""
    return differences(where, found, description())
