"""The spaces are what the document says, and other versions are told apart."""

from pathlib import Path

import numpy as np

from signalopt.control.learn.spaces import (
    MASK_AT,
    MAX_STAGES,
    SITE_FEATURES,
    SIZE,
    STAGE_FEATURES,
    bounds,
    description,
    space_problems,
    split,
)

DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "control.md"


def test_every_feature_is_documented() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    for f in (*STAGE_FEATURES, *SITE_FEATURES):
        assert f"| `{f.name}` | {f.unit} | {f.low:g} to {f.high:g} | {f.meaning} |" in text


def test_the_parts_of_an_observation() -> None:
    stages, site, mask = split(np.arange(SIZE, dtype=np.float32)[None])
    assert stages[0, 1, 0] == len(STAGE_FEATURES)
    assert site[0, 0] == MAX_STAGES * len(STAGE_FEATURES)
    assert mask.shape == (1, MAX_STAGES)
    low, high = bounds()
    assert low.shape == high.shape == (SIZE,)
    assert (low < high).all()
    assert (high[MASK_AT:] == 1).all()


def test_other_spaces_are_told_apart() -> None:
    assert space_problems("p", description()) == []
    assert len(space_problems("p", {})) == len(description())
    changed = {**description(), "stage_features": ["colour [1]"]}
    assert [p.where for p in space_problems("p", changed)] == ["p.stage_features"]
    assert len(space_problems("p", "words")) == 1
