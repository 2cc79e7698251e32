"""SUMO's own actuated controllers as an additional file: safe interstages, tuned greens and gaps.

Every phase of the plan's program stays, letter by letter and in its order; only the part of a stage in
which all its groups are green gets a shortest and a longest duration. Parameters are those of SUMO's
manual ("Traffic Lights", types `actuated` and `delay_based`). The result is an ordinary additional file:
`signalopt simulate SCENARIO --plan FILE`.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import ClassVar

from lxml import etree

from signalopt.control.green_limits import PhaseLimits, fixed_limits, phase_limits
from signalopt.control.knobs import Knob, check_knobs
from signalopt.export.sumo import (
    NETWORK_KEY,
    PLAN_KEY,
    PROGRAM_ID,
    additional_root,
    additional_text,
)
from signalopt.files import write_text
from signalopt.microsim.result import SimulationResult
from signalopt.microsim.simulate import simulate_files
from signalopt.optimize.search import held_programs
from signalopt.progress import Listener, ignore
from signalopt.scenario.case import Case
from signalopt.scenario.config import write_signals_off
from signalopt.timing.plan import AnyProgram, Plan
from signalopt.timing.signals import SignalLayout

FILE_NAME = "actuated.add.xml"


class SumoKind(StrEnum):
    """SUMO's types of vehicle-actuated programs."""

    ACTUATED = "actuated"
    DELAY_BASED = "delay_based"


@dataclass(frozen=True, slots=True)
class SumoActuated:
    """Parameters of SUMO's actuated programs.

    max_gap_s: longest gap between vehicles that still extends a green. detector_gap_s: place of the
    detectors, as seconds at the speed limit before the stop line. passing_time_s: headway by which SUMO
    estimates what stands behind the detector. max_share, max_green_s: the longest green is this multiple of
    the plan's and no longer than that, or the plan's own where that is more. For `delay_based`:
    detector_range_m and min_time_loss_s, the delay from which a vehicle extends its green.
    """

    kind: SumoKind = SumoKind.ACTUATED
    max_gap_s: float = 3.0
    detector_gap_s: float = 2.0
    passing_time_s: float = 1.9
    max_share: float = 1.5
    max_green_s: float = 60.0
    detector_range_m: float = 100.0
    min_time_loss_s: float = 1.0

    knobs: ClassVar[tuple[Knob, ...]] = (
        Knob("max_gap_s", 0.5, 20, 1.5, 5, "s"),
        Knob("detector_gap_s", 0.5, 20, 1, 5, "s"),
        Knob("passing_time_s", 0.5, 10, 1.9, 1.9, "s"),
        Knob("max_share", 1, 10, 1, 3),
        Knob("max_green_s", 1, 300, 20, 90, "s"),
        Knob("detector_range_m", 5, 1000, 100, 100, "m"),
        Knob("min_time_loss_s", 0, 60, 1, 1, "s"),
    )

    def __post_init__(self) -> None:
        """Raises InputError for parameters out of their range."""
        check_knobs(self, self.name, self.knobs)

    @property
    def name(self) -> str:
        """Short name, as in results."""
        return f"sumo-{self.kind}".replace("_", "-")

    def params(self) -> dict[str, str]:
        """The `param` elements of a tlLogic of this kind."""
        if self.kind is SumoKind.DELAY_BASED:
            return {
                "detectorRange": f"{self.detector_range_m:g}",
                "minTimeLoss": f"{self.min_time_loss_s:g}",
            }
        return {
            "max-gap": f"{self.max_gap_s:g}",
            "detector-gap": f"{self.detector_gap_s:g}",
            "passing-time": f"{self.passing_time_s:g}",
        }


def actuated_text(
    plan: Plan,
    layouts: Mapping[str, SignalLayout],
    parameters: SumoActuated,
    held: Container[str] = (),
) -> str:
    """The additional file for a plan. Programs of `held` and those that are not stages stay static.

    Raises KeyError for an intersection without layout (judge the plan first).
    """
    root = additional_root(
        f"SUMO {parameters.kind} signals made from plan: {plan.name}. "
        f"Network fingerprint: {plan.network}.",
        "Interstages as in the plan; greens between minDur (least safe green) and maxDur.",
    )
    for program in plan.intersections:
        layout = layouts[program.intersection]
        limits = (
            fixed_limits(layout, program)
            if program.intersection in held
            else phase_limits(layout, program, parameters.max_share, parameters.max_green_s)
        )
        _add_logic(root, plan, program, limits, parameters)
    return additional_text(root)


def write_actuated(
    case: Case, plan: Plan, folder: Path, parameters: SumoActuated
) -> tuple[Path, ...]:
    """Write the programs, then the signals that the case switches off, as microsim.write_signals does.

    Untunable intersections keep their program. Raises OutputError if nothing can be written.
    """
    path = folder / FILE_NAME
    write_text(path, actuated_text(plan, case.network.layouts, parameters, held_programs(case)))
    if not case.signals_off:
        return (path,)
    off = folder / "off.add.xml"
    write_signals_off(off, case.signals_off)
    return (path, off)


def simulate_actuated(
    case: Case,
    parameters: SumoActuated,
    seeds: Sequence[int],
    *,
    plan: Plan | None = None,
    workers: int = 0,
    timeout_s: float | None = None,
    keep: Path | None = None,
    listener: Listener = ignore,
) -> SimulationResult:
    """Like microsim.simulate, under SUMO's actuated programs made from a plan (None: today's)."""
    chosen = case.today if plan is None else plan
    return simulate_files(
        case, parameters.name, lambda folder: write_actuated(case, chosen, folder, parameters),
        seeds, workers, timeout_s, keep, listener=listener,
    )  # fmt: skip


def _add_logic(
    root: etree._Element,
    plan: Plan,
    program: AnyProgram,
    limits: Sequence[PhaseLimits],
    parameters: SumoActuated,
) -> None:
    kind = parameters.kind if any(line.flexible for line in limits) else "static"
    logic = etree.SubElement(
        root,
        "tlLogic",
        id=program.intersection,
        type=str(kind),
        programID=PROGRAM_ID,
        offset=_number(program.offset_s),
    )
    own = parameters.params() if kind != "static" else {}
    for key, value in {PLAN_KEY: plan.name, NETWORK_KEY: plan.network, **own}.items():
        etree.SubElement(logic, "param", key=key, value=value)
    for line in limits:
        _add_phase(logic, line)


def _add_phase(logic: etree._Element, line: PhaseLimits) -> None:
    phase = etree.SubElement(logic, "phase", duration=_number(line.duration_s), state=line.state)
    if line.flexible:
        phase.set("minDur", _number(line.least_s))
        phase.set("maxDur", _number(line.most_s))


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(float(value))
