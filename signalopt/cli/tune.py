"""`signalopt tune`: parameters of a rule-based controller, from the queue model, confirmed in SUMO."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from signalopt.cli.options import Json, Scenario, Seeds, Workers, parse_seeds

if TYPE_CHECKING:
    from signalopt.control.sumo_actuated import SumoActuated
    from signalopt.control.tune import Tuned
    from signalopt.microsim.result import SimulationResult
    from signalopt.progress import Listener
    from signalopt.scenario.case import Case
    from signalopt.timing.plan import Plan

SUMO_ACTUATED = "sumo-actuated"
SUMO_DELAY_BASED = "sumo-delay-based"


class Seeing(StrEnum):
    """Kinds of sensing; the names of signalopt.control.sensing."""

    DETECTORS = "detectors"
    RADAR = "radar"
    PERFECT = "perfect"


def tune(
    scenario: Scenario,
    controller: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help="actuated, longest-queue, max-wave, max-pressure (with parameters to start from:"
            " `actuated:gap_s=2`), or SUMO's own programs: sumo-actuated, sumo-delay-based.",
        ),
    ] = "actuated",
    output: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--output",
            metavar="FILE",
            help="Write the outcome: JSON, or a SUMO additional file (.add.xml) for SUMO's programs.",
        ),
    ] = None,
    plan: Annotated[
        Path | None,
        typer.Option(
            metavar="PLAN",
            help="Plan whose stages, order and greens it starts from.  [default: today's]",
        ),
    ] = None,
    trials: Annotated[
        int, typer.Option(min=1, max=10_000, help="Sets of parameters to try at most.")
    ] = 60,
    sensing: Annotated[
        Seeing, typer.Option(help="What the controller sees; SUMO's programs have their own.")
    ] = Seeing.DETECTORS,
    seeds: Seeds = "1-3",
    workers: Workers = 0,
    as_json: Json = False,
) -> None:
    """Tune a controller's parameters and show what they bring, in SUMO, on seeds that tuning never saw.

    Our controllers are tuned on the queue model (seconds a trial at most); SUMO's own programs in SUMO
    itself, which takes two runs a trial. Ends with 3 if a confirming run fails.

    Examples: `signalopt tune smoke --controller actuated` -
    `signalopt tune smoke --controller sumo-actuated --trials 12 -o actuated.add.xml`
    """
    from signalopt.cli.cases import make_case
    from signalopt.cli.figures import print_comparison
    from signalopt.cli.plans import read_plan_for
    from signalopt.cli.progress_view import shown_progress
    from signalopt.cli.show import print_json, remark, say
    from signalopt.control.registry import controller_of
    from signalopt.control.tune import knobs_of
    from signalopt.errors import SimulationError
    from signalopt.microsim.compare import compare

    chosen, own = parse_seeds(seeds), controller in (SUMO_ACTUATED, SUMO_DELAY_BASED)
    _check_output(output, own=own)
    if not own:
        knobs_of(controller_of(controller))  # refused now rather than after minutes
    with shown_progress() as listener:
        case = make_case(scenario, listener)
        base = None if plan is None else read_plan_for(case, plan)
        run = _tune_sumo if own else _tune_ours
        found, before, after = run(
            case, controller, base, trials, sensing, chosen, workers, listener
        )
    changes = compare(before, after)
    name = _named(found.best.controller)
    content: dict[str, Any] = {
        "scenario": case.name,
        "case_fingerprint": case.fingerprint,
        "plan": (base or case.today).name,
        "controller": name,
        "tuned_on": found.on,
        "delay_s": {"start": found.start.cost, "best": found.best.cost},
        "trials": [{"controller": _named(t.controller), "delay_s": t.cost} for t in found.trials],
        "confirmed_in_sumo": changes.summary(),
    }
    if output is not None:
        _write(output, case, base, found, content, own=own)
    if as_json:
        print_json(content)
    else:
        print_comparison(changes)
        say(name)
        remark(
            f"tuned on {found.on}: {len(found.trials)} trials, {found.start.cost:.1f} to"
            f" {found.best.cost:.1f} s/veh; above, SUMO's word on other seeds"
        )
    failures = [*before.failures, *after.failures]
    if failures:
        raise SimulationError("\n".join(f"seed {f.seed}: {f.reason}" for f in failures))


def _tune_ours(
    case: Case,
    controller: str,
    plan: Plan | None,
    trials: int,
    sensing: Seeing,
    seeds: tuple[int, ...],
    workers: int,
    listener: Listener,
) -> tuple[Tuned, SimulationResult, SimulationResult]:
    from signalopt.control.registry import controller_of
    from signalopt.control.sensing import Sensing, SensingKind
    from signalopt.control.simulate import simulate_control
    from signalopt.control.tune import tune as tuned

    seeing = Sensing(SensingKind(sensing.value))
    found = tuned(
        case, controller_of(controller), plan=plan, sensing=seeing, most_trials=trials,
        listener=listener,
    )  # fmt: skip
    before, after = (
        simulate_control(
            case, trial.controller, seeds, plan=plan, sensing=seeing, workers=workers,
            listener=listener,
        )
        for trial in (found.start, found.best)
    )  # fmt: skip
    return found, before, after


def _tune_sumo(
    case: Case,
    controller: str,
    plan: Plan | None,
    trials: int,
    _sensing: Seeing,
    seeds: tuple[int, ...],
    workers: int,
    listener: Listener,
) -> tuple[Tuned, SimulationResult, SimulationResult]:
    from signalopt.control.sumo_actuated import SumoActuated, SumoKind, simulate_actuated
    from signalopt.control.tune import tune_sumo_actuated

    kind = SumoKind.ACTUATED if controller == SUMO_ACTUATED else SumoKind.DELAY_BASED
    start = SumoActuated(kind)
    found = tune_sumo_actuated(
        case, start, plan=plan, most_trials=trials, workers=workers, listener=listener
    )
    before, after = (
        simulate_actuated(
            case, trial.controller, seeds, plan=plan, workers=workers, listener=listener
        )
        for trial in (found.start, found.best)
    )
    return found, before, after


def _check_output(output: Path | None, *, own: bool) -> None:
    from signalopt.cli.targets import check_file_target
    from signalopt.errors import InputError, Problem

    if output is None:
        return
    wanted = (".add.xml", ".json") if own else (".json",)
    if not output.name.endswith(wanted):
        raise InputError(
            Problem("--output", f"`{output.name}`", f"a name that ends in {' or '.join(wanted)}")
        )
    check_file_target(output)


def _write(
    output: Path,
    case: Case,
    plan: Plan | None,
    found: Tuned,
    content: dict[str, Any],
    *,
    own: bool,
) -> None:
    import json

    from signalopt.control.sumo_actuated import actuated_text
    from signalopt.files import write_text
    from signalopt.optimize.search import held_programs

    if own and output.name.endswith(".add.xml"):
        best: SumoActuated = found.best.controller
        write_text(
            output,
            actuated_text(plan or case.today, case.network.layouts, best, held_programs(case)),
        )
    else:
        write_text(output, json.dumps(content, ensure_ascii=False, indent=2) + "\n")


def _named(controller: Any) -> str:
    from signalopt.control.tune import controller_text

    return controller_text(controller)
