"""What the tests of learning share: observations made by hand and the smoke scenario as a scene."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from signalopt.control.learn.spaces import MASK_AT, MAX_STAGES, SITE_AT, SIZE, STAGE_WIDTH, Floats
from tests.control.smoke_case import smoke_case

if TYPE_CHECKING:
    from signalopt.control.learn.scene import Scene


def observations(count: int, seed: int = 0) -> Floats:
    """Random observations of sites with 2 to 6 stages; at least one stage of each is allowed."""
    dice = np.random.default_rng(seed)
    found = np.zeros((count, SIZE), np.float32)
    found[:, SITE_AT:MASK_AT] = dice.random((count, MASK_AT - SITE_AT)) * 9
    for row in found:
        stages = int(dice.integers(2, 7))
        table = row[:SITE_AT].reshape(MAX_STAGES, STAGE_WIDTH)
        table[:stages] = dice.random((stages, STAGE_WIDTH)) * 20
        table[:stages, 0] = 1
        table[:stages, 1] = np.arange(stages) == dice.integers(stages)
        row[MASK_AT : MASK_AT + stages] = dice.random(stages) < 0.6
        row[MASK_AT + int(dice.integers(stages))] = 1
    return found


def weights(hidden: int = 8, seed: int = 0) -> dict[str, Floats]:
    """Random weights of a small network."""
    from signalopt.control.learn.scorer import shapes

    dice = np.random.default_rng(seed)
    made = {n: dice.normal(0, 0.4, s).astype(np.float32) for n, s in shapes(hidden).items()}
    for name in ("stage_scale", "site_scale"):
        made[name] = np.abs(made[name]) + np.float32(0.05)
    return made


@lru_cache(maxsize=4)
def smoke_scene(engine: str = "meso", reward: str = "delay") -> Scene:
    """The smoke scenario, ready for learning."""
    from signalopt.control.learn.scene import make_scene

    return make_scene(smoke_case(), engine=engine, reward=reward)
