"""Options of `simulate` for a run under a controller: what they say together, and what they exclude."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from signalopt.errors import InputError, Problem

if TYPE_CHECKING:
    from signalopt.control.controller import Controller
    from signalopt.control.faults import Faults
    from signalopt.control.sensing import Sensing


class SensingName(StrEnum):
    """What stands at the street; the kinds of signalopt.control.sensing."""

    DETECTORS = "detectors"
    RADAR = "radar"
    PERFECT = "perfect"


ControllerName = Annotated[
    str | None,
    typer.Option(
        "--controller",
        metavar="NAME|FOLDER",
        help="Let a controller choose the stages: fixed, actuated, max-pressure, longest-queue, "
        "max-wave, horizon, tuner (parameters: `max-pressure:interval_s=5`), or a policy (`policies/NAME`).",
    ),
]
ControllerPlan = Annotated[
    Path | None,
    typer.Option(
        metavar="PLAN",
        help="Programs that are followed when detectors or communication fail.  "
        "[default: today's plan]",
    ),
]
SensingOption = Annotated[
    SensingName | None,
    typer.Option(
        help="What the controller sees: loops at stop bar and upstream, a radar, or everything "
        "(which no street has).  [default: detectors]"
    ),
]
AdvanceM = Annotated[
    float | None,
    typer.Option(
        metavar="M", help="Metres from the stop line to the advance detectors.  [default: 60]"
    ),
]
RangeM = Annotated[
    float | None, typer.Option(metavar="M", help="Metres that a radar overlooks.  [default: 150]")
]
FailDetectors = Annotated[
    str | None,
    typer.Option(
        metavar="SHARE|LANES",
        help="Detectors that fail: a share of all (`0.1`), or lanes by id, separated by commas.",
    ),
]
FailCommunication = Annotated[
    str | None,
    typer.Option(
        metavar="SHARE|IDS",
        help="Intersections that lose communication: a share (`0.1`), or ids, separated by commas.",
    ),
]


@dataclass(frozen=True, slots=True)
class Steered:
    """A controller, what it sees and what fails."""

    controller: Controller
    sensing: Sensing
    faults: Faults


@dataclass(frozen=True, slots=True)
class ControlOptions:
    """The options as given; None: not given."""

    controller: str | None
    plan: Path | None
    sensing: SensingName | None
    advance_m: float | None
    range_m: float | None
    fail_detectors: str | None
    fail_communication: str | None

    def problems(self, plan: Path | None, schedule: Path | None) -> list[Problem]:
        """Everything that does not go together; plan, schedule: the options of these names."""
        given = {
            "--controller-plan": self.plan,
            "--sensing": self.sensing,
            "--advance-m": self.advance_m,
            "--range-m": self.range_m,
            "--fail-detectors": self.fail_detectors,
            "--fail-communication": self.fail_communication,
        }
        if self.controller is None:
            return [
                Problem(name, "no controller", "--controller NAME as well")
                for name, value in given.items()
                if value is not None
            ]
        found = []
        if plan is not None:
            hint = "the programs that it falls back to are named by --controller-plan"
            found.append(Problem("--controller", "a plan as well (--plan)", "one of both", hint))
        if schedule is not None:
            found.append(Problem("--controller", "a schedule as well (--schedule)", "one of both"))
        kind = self.sensing or SensingName.DETECTORS
        if self.advance_m is not None and kind is not SensingName.DETECTORS:
            found.append(Problem("--advance-m", f"--sensing {kind}", "--sensing detectors"))
        if self.range_m is not None and kind is not SensingName.RADAR:
            found.append(Problem("--range-m", f"--sensing {kind}", "--sensing radar"))
        return found

    def made(self) -> tuple[Steered | None, list[Problem]]:
        """What the options name (None without a controller), or everything that is wrong in them."""
        from signalopt.control.registry import controller_of
        from signalopt.control.sensing import Sensing, SensingKind

        if self.controller is None:
            return None, []
        problems: list[Problem] = []
        text = self.controller
        usual = Sensing(SensingKind(self.sensing or SensingName.DETECTORS))
        advance_m = usual.advance_m if self.advance_m is None else self.advance_m
        range_m = usual.range_m if self.range_m is None else self.range_m
        controller = _tried(lambda: controller_of(text), problems)
        sensing = _tried(lambda: replace(usual, advance_m=advance_m, range_m=range_m), problems)
        faults = _tried(lambda: _faults(self.fail_detectors, self.fail_communication), problems)
        if controller is None or sensing is None or faults is None:
            return None, problems
        return Steered(controller, sensing, faults), []


Made = TypeVar("Made")


def _tried(make: Callable[[], Made], problems: list[Problem]) -> Made | None:
    try:
        return make()
    except InputError as error:
        problems += error.problems
        return None


def _faults(detectors: str | None, communication: str | None) -> Faults:
    """Failures from a share, or from names, of lanes and of sites. Raises InputError."""
    from signalopt.control.faults import Faults

    lanes, hit_lanes = _share_or_names("--fail-detectors", detectors)
    sites, hit_sites = _share_or_names("--fail-communication", communication)
    return Faults(detectors=lanes, lanes=hit_lanes, communication=sites, sites=hit_sites)


def _share_or_names(option: str, text: str | None) -> tuple[float, tuple[str, ...]]:
    if text is None:
        return 0.0, ()
    try:
        share = float(text)
    except ValueError:
        names = tuple(part.strip() for part in text.split(","))
        if not all(names):
            expected = "a share such as 0.1, or names separated by commas"
            raise InputError(Problem(option, f"`{text}`", expected)) from None
        return 0.0, names
    if not 0 <= share <= 1:
        raise InputError(Problem(option, f"{text}", "a share of 0 to 1"))
    return share, ()
