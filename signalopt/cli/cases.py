"""From the SCENARIO on the command line to a case."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from signalopt.progress import Listener, Progress

if TYPE_CHECKING:
    from signalopt.scenario.case import Case


def make_case(scenario: str, listener: Listener, folder: Path | None = None) -> Case:
    """Load and build a scenario, in `folder` or in the cache. Raises SignaloptError."""
    from signalopt.scenario.build import build_case
    from signalopt.scenario.load import load_scenario

    loaded = load_scenario(scenario)
    task = f"build {loaded.name}"
    listener(Progress(task, 0, 1, "network, trips, signals"))
    case = build_case(loaded, folder)
    listener(Progress(task, 1, 1))
    return case
