from __future__ import annotations

from pathlib import Path

import pytest

SHORT = """title: ten minutes of the smoke crossings
extends: smoke
window: {begin: "07:30", end: "07:40", warmup_s: 60, run_out_s: 1800}
"""


@pytest.fixture
def short_sweep(tmp_path: Path) -> Path:
    """A sweep of 2 cells and 4 seeds whose runs take a fraction of a second each."""
    (tmp_path / "short.yaml").write_text(SHORT, encoding="utf-8")
    path = tmp_path / "sweep.yaml"
    path.write_text(
        "matrix:\n  scenario: [short.yaml]\n  demand.scale: [0.8, 1.0]\nseeds: 4\n",
        encoding="utf-8",
    )
    return path
