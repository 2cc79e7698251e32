"""The policy network without torch: scores of the stages of many sites from weights in plain arrays.

One network for every intersection, whatever the number of its stages: each stage is read by the same
layers together with its site, the stages of a site are pooled (mean and maximum), and each is scored once
more beside what was pooled (M. Zaheer et al., Deep Sets, NeurIPS 2017). `learn.network` is the same in torch.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from signalopt.control.learn.spaces import (
    SITE_WIDTH,
    STAGE_AT,
    STAGE_WIDTH,
    Floats,
    split,
)

CLIP = 5.0
"""Normalised features are cut at so many standard deviations."""
REFUSED = np.float32(-1e8)
"""Score of a stage that may not be asked for: no other score comes near it, and it stays finite."""
NORMALISATION = ("stage_mean", "stage_scale", "site_mean", "site_scale")


def shapes(hidden: int) -> dict[str, tuple[int, ...]]:
    """Name and shape of every array of a network with layers of `hidden` units."""
    h = hidden
    return {
        "stage_mean": (STAGE_WIDTH,), "stage_scale": (STAGE_WIDTH,),
        "site_mean": (SITE_WIDTH,), "site_scale": (SITE_WIDTH,),
        "read.weight": (h, STAGE_WIDTH + SITE_WIDTH), "read.bias": (h,),
        "think.weight": (h, h), "think.bias": (h,),
        "pool.weight": (h, 2 * h + SITE_WIDTH), "pool.bias": (h,),
        "beside.weight": (h, h), "beside.bias": (h,),
        "whole.weight": (h, h),
        "score.weight": (1, h), "score.bias": (1,),
        "worth.weight": (h, h), "worth.bias": (h,),
        "value.weight": (1, h), "value.bias": (1,),
    }  # fmt: skip


@dataclass(frozen=True, eq=False)
class Scorer:
    """Weights of the network (float32, names and shapes of `shapes`). dueling: values are added (DQN)."""

    weights: Mapping[str, Floats]
    dueling: bool = False

    def scores(self, observations: Floats) -> Floats:
        """Score of each stage, (N, most stages of these sites); REFUSED where the mask forbids it."""
        w = self.weights
        rows, site, mask = split(observations)
        exists = rows[:, :, STAGE_AT["exists"]] > 0.5
        most = max(int(exists.sum(axis=1).max(initial=1)), 1)
        exists, mask = exists[:, :most], mask[:, :most]
        there = exists[:, :, None]
        stage = _normal(rows[:, :most], w["stage_mean"], w["stage_scale"])
        about = _normal(site, w["site_mean"], w["site_scale"])
        read = w["read.weight"]
        first = stage @ read[:, :STAGE_WIDTH].T
        first += (about @ read[:, STAGE_WIDTH:].T + w["read.bias"])[:, None]
        np.maximum(first, 0, out=first)
        each = first @ w["think.weight"].T
        each += w["think.bias"]
        np.maximum(each, 0, out=each)
        each *= there
        count = np.maximum(exists.sum(axis=1, keepdims=True), 1).astype(np.float32)
        pooled = np.concatenate([each.sum(axis=1) / count, each.max(axis=1), about], axis=1)
        whole = np.maximum(pooled @ w["pool.weight"].T + w["pool.bias"], 0)
        last = each @ w["beside.weight"].T
        last += (whole @ w["whole.weight"].T + w["beside.bias"])[:, None]
        np.maximum(last, 0, out=last)
        score = (last @ w["score.weight"].T)[:, :, 0] + w["score.bias"]
        if self.dueling:
            worth = np.maximum(whole @ w["worth.weight"].T + w["worth.bias"], 0)
            mean = (score * exists).sum(axis=1, keepdims=True) / count
            score = score - mean + worth @ w["value.weight"].T + w["value.bias"]
        return np.where(mask, score, REFUSED).astype(np.float32)

    def choose(self, observations: Floats) -> NDArray[np.int16]:
        """The stage with the highest score of each site, (N,); the first one where several are best."""
        return np.asarray(self.scores(observations).argmax(axis=1), np.int16)


def _normal(values: Floats, mean: Floats, scale: Floats) -> Floats:
    return np.asarray(np.clip((values - mean) * scale, -CLIP, CLIP), np.float32)
