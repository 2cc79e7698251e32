"""The built-in smoke scenario, built once for all tests of this process."""

from __future__ import annotations

import tempfile
from functools import lru_cache
from pathlib import Path

from signalopt.scenario.build import build_case
from signalopt.scenario.case import Case
from signalopt.scenario.load import load_scenario


@lru_cache(maxsize=1)
def smoke_case() -> Case:
    """Two invented intersections with walkers and buses, ten minutes."""
    return build_case(load_scenario("smoke"), Path(tempfile.mkdtemp(prefix="signalopt-test-")))
