"""`signalopt train`: a policy that steers signals, learned on the queue model."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from signalopt.cli.options import Json


class Algorithm(StrEnum):
    """How it learns."""

    PPO = "ppo"
    DQN = "dqn"


class Reward(StrEnum):
    """What it learns to keep small."""

    DELAY = "delay"
    CO2 = "co2"
    SOOT = "soot"


def train(
    output: Annotated[
        Path,
        typer.Option("-o", "--output", metavar="DIR", help="Folder of the policy; made if absent."),
    ],
    scenarios: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[SCENARIO]...",
            help="Scenarios to learn on: files or built-in names.  [default: those of --config]",
        ),
    ] = None,
    config: Annotated[
        Path | None,
        typer.Option(metavar="FILE.toml", help="All settings; the options here are laid over it."),
    ] = None,
    algo: Annotated[Algorithm | None, typer.Option(help="How it learns.  [default: ppo]")] = None,
    reward: Annotated[
        Reward | None, typer.Option(help="What it learns to keep small.  [default: delay]")
    ] = None,
    steps: Annotated[
        int | None,
        typer.Option(
            min=1, metavar="N", help="Decisions of single intersections.  [default: 2000000]"
        ),
    ] = None,
    minutes: Annotated[
        float | None,
        typer.Option(min=0, metavar="M", help="At most so long on the clock; 0: no limit."),
    ] = None,
    seed: Annotated[
        int | None, typer.Option(min=0, metavar="N", help="Seed of everything.  [default: 1]")
    ] = None,
    start: Annotated[
        Path | None,
        typer.Option(metavar="POLICY", help="Begin with this policy.  [default: from chance]"),
    ] = None,
    evaluate_on: Annotated[
        list[str] | None,
        typer.Option(
            metavar="SCENARIO",
            help="Scenario to judge on, always with unseen demand; may be repeated.  [default: all]",
        ),
    ] = None,
    patience: Annotated[
        int | None,
        typer.Option(
            min=0, metavar="N", help="Stop after N evaluations without a better one; 0: never."
        ),
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with the training whose state is in the logs.")
    ] = False,
    finetune_sumo: Annotated[
        int,
        typer.Option(
            min=0, metavar="N", help="Afterwards so many further decisions learned in SUMO."
        ),
    ] = 0,
    logs: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Folder of CSV and TensorBoard logs and of the state.  [default: DIR/training]",
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Learn to steer signals and write the best policy of all evaluations.

    One policy for every intersection of any network. It learns on the queue model, with another demand in
    every episode, and is judged on demand that it never learned on, beside the programs that run today.
    Ctrl-C keeps the best policy and the state; --resume goes on.

    Example: `signalopt train mangilik_el_am mangilik_el_pm -o policies/mine --minutes 20`
    """
    from signalopt.cli.cases import make_case
    from signalopt.cli.progress_view import shown_progress
    from signalopt.cli.show import print_json, say
    from signalopt.cli.targets import check_folder_target
    from signalopt.control.learn.extras import require_learning

    require_learning()
    from signalopt.control.learn.settings import read_settings
    from signalopt.control.learn.train import train as run_training

    check_folder_target(output)
    given = {
        "scenarios": scenarios or None, "algorithm": algo and algo.value,
        "reward": reward and reward.value, "steps": steps, "minutes": minutes, "seed": seed,
        "evaluate_on": evaluate_on or None, "patience": patience,
        "start": start and str(start),
    }  # fmt: skip
    settings = read_settings(config, {k: v for k, v in given.items() if v is not None})
    with shown_progress() as listener:
        cases = [make_case(name, listener) for name in settings.scenarios]
        judged = [make_case(name, listener) for name in settings.evaluate_on]
        found = run_training(
            settings,
            cases,
            output,
            evaluation_cases=judged,
            resume=resume,
            logs=logs,
            finetune_steps=finetune_sumo,
            listener=listener,
        )
    if as_json:
        print_json(found.summary())
        return
    say(f"policy: {found.folder}, {found.reason}")
    say(
        f"cost of unseen demand (queue model): {100 * (found.score - 1):+.1f} % against the"
        f" programs in force, best after {found.best_step} of {found.steps} decisions,"
        f" {found.seconds / 60:.1f} min"
    )
    if found.sumo_score is not None:
        say(f"the same in SUMO after fine-tuning: {100 * (found.sumo_score - 1):+.1f} %")
    say(f"try it: signalopt simulate {cases[0].name} --controller {found.folder}")
