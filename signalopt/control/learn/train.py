"""Training: many cities in lock-step, one policy, the best one kept as files all the time."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import torch
from stable_baselines3.common.logger import configure

from signalopt import __version__
from signalopt.control.learn.algorithms import (
    Algorithm,
    finite,
    fit_normalisation,
    learning_env,
    load_weights,
    make_algorithm,
    networks,
)
from signalopt.control.learn.checkpoint import (
    Checkpoint,
    optimiser_arrays,
    read_checkpoint,
    restore_optimiser,
    write_checkpoint,
)
from signalopt.control.learn.evaluate import Evaluation, Judge, Trial, held_out_trials
from signalopt.control.learn.finetune import finetune
from signalopt.control.learn.policy_file import CURVE_FILE, Policy, read_policy, write_policy
from signalopt.control.learn.problems import differences
from signalopt.control.learn.scene import Scene, make_scene
from signalopt.control.learn.settings import TrainSettings
from signalopt.control.learn.spaces import Floats
from signalopt.control.learn.watch import Course, Point, Watch, curve_csv, diverged
from signalopt.errors import InputError
from signalopt.files import write_text
from signalopt.progress import Listener, Progress, ignore
from signalopt.scenario.case import Case

LOG_FOLDER, STATE_FOLDER = "training", "state"
FOREVER = 1e12
PACKAGES = ("torch", "stable-baselines3", "gymnasium", "numpy", "eclipse-sumo")


@dataclass(frozen=True)
class Trained:
    """A finished training.

    score: cost of the best policy / cost of the sites' own programs on unseen demand in the queue model;
    sumo_score: the same in SUMO after fine-tuning there; reason: why it ended; steps and seconds: all of
    them, those before a resumption included.
    """

    folder: Path
    policy: Policy
    score: float
    best_step: int
    steps: int
    seconds: float
    reason: str
    sumo_score: float | None = None

    def summary(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "policy": str(self.folder), "score": round(self.score, 4),
            "sumo_score": self.sumo_score and round(self.sumo_score, 4),
            "best_step": self.best_step, "steps": self.steps, "seconds": round(self.seconds),
            "reason": self.reason,
        }  # fmt: skip


@dataclass
class _Work:
    """A training at work: what the parts of it share."""

    settings: TrainSettings
    output: Path
    logs: Path
    cases: Sequence[Case]
    judge: Judge
    course: Course
    listener: Listener
    start: Policy | None

    @property
    def task(self) -> str:
        return f"train {self.output.name}"

    def keep(self, weights: dict[str, Floats], point: Point) -> None:
        """Write the best policy so far."""
        write_policy(self.output, self.policy(weights, point), self.curve())

    def curve(self) -> str:
        return curve_csv(self.course.points, tuple(s.case.name for s in self.judge.scenes))

    def policy(self, weights: dict[str, Floats], point: Point) -> Policy:
        """The policy with where it comes from."""
        s = self.settings
        return Policy(
            name=self.output.name, weights=weights, hidden=s.hidden, dueling=s.algorithm == "dqn",
            interval_s=s.interval_s,
            training={
                "settings": {**s.model_dump(mode="json"), "start": Path(s.start).name},
                "scenarios": [_source(case) for case in self.cases],
                "step": point.step,
                "seconds": round(point.seconds),
                "machine": f"{platform.machine()}, {os.cpu_count()} processor cores",
                "versions": _versions(),
                "evaluation": _told(point.evaluation, self.judge.scenes),
                **({"begun_with": dict(self.start.training)} if self.start else {}),
            },
        )  # fmt: skip


def train(
    settings: TrainSettings,
    cases: Sequence[Case],
    output: Path,
    *,
    evaluation_cases: Sequence[Case] = (),
    resume: bool = False,
    logs: Path | None = None,
    finetune_steps: int = 0,
    listener: Listener = ignore,
) -> Trained:
    """Train a policy on cases and write the best one of all evaluations into `output`.

    evaluation_cases: other cases to judge on (none: those trained on); logs: folder of CSV and
    TensorBoard logs and of the state to resume from (None: `output`/training); finetune_steps: decisions
    of further training in SUMO. Ctrl-C keeps the best policy and the state. Raises InputError for what
    cannot be trained on or resumed, SimulationError if the training diverges.
    """
    folder = logs or output / LOG_FOLDER
    start = _start(settings) if settings.start else None
    made = _scenes([*cases, *evaluation_cases], settings, output.name, listener)
    scenes = [made[case.name, case.fingerprint] for case in cases]
    judged = [made[case.name, case.fingerprint] for case in evaluation_cases] or scenes
    trials = held_out_trials(len(judged), settings.evaluation_days, settings.evaluation_demands)
    judge = Judge(judged, trials, settings.interval_s)
    work = _Work(settings, output, folder, cases, judge, Course(), listener, start)
    with one_thread():
        trained = _learn(work, scenes, resume)
        if finetune_steps:
            in_sumo = [[replace(s, engine="sumo") for s in group] for group in grouped(scenes)]
            policy, score = finetune(
                settings, in_sumo, trained.policy, output, finetune_steps, listener
            )
            trained = replace(trained, policy=policy, sumo_score=score)
    return trained


def _learn(work: _Work, scenes: Sequence[Scene], resume: bool) -> Trained:
    settings = work.settings
    env = learning_env(settings, grouped(scenes), settings.seed)
    algorithm = make_algorithm(settings, env)
    spent_s = 0.0
    if resume:
        spent_s = _resume(work, algorithm)
    elif work.start is not None:
        load_weights(algorithm, dict(work.start.weights))
    else:
        work.listener(Progress(work.task, 0, settings.steps, "how features are distributed"))
        fit_normalisation(algorithm, env, settings.seed)
    done = algorithm.num_timesteps
    env.seed(settings.seed + done)
    algorithm.set_logger(configure(str(work.logs / f"from-{done}"), ["csv", "tensorboard"]))
    left_s = 60 * settings.minutes - spent_s if settings.minutes else FOREVER
    watch = Watch(
        task=work.task, total=settings.steps, judge=work.judge, keep=work.keep,
        save=lambda step: save_state(work, algorithm, step), every=settings.evaluate_every,
        patience=settings.patience, deadline=time.monotonic() + left_s, course=work.course,
        spent_s=spent_s, listener=work.listener,
    )  # fmt: skip
    try:
        if done < settings.steps:
            algorithm.learn(settings.steps - done, callback=watch, reset_num_timesteps=False)
        last = work.course.points[-1].step if work.course.points else -1
        if algorithm.num_timesteps > last:
            watch.init_callback(algorithm)
            watch.num_timesteps = algorithm.num_timesteps
            watch.look()
    except (ValueError, RuntimeError) as error:
        # torch refuses to draw actions from what is no distribution before `watch` sees the weights
        if finite(algorithm):
            raise
        raise diverged(work.task, algorithm.num_timesteps, work.course) from error
    finally:
        env.close()
        algorithm.logger.close()
    write_text(work.output / CURVE_FILE, work.curve())
    return _trained(work, algorithm.num_timesteps, watch.reason or "all steps are done")


def _trained(work: _Work, steps: int, reason: str) -> Trained:
    """The result, read back from the files that were written."""
    course = work.course
    return Trained(
        work.output, read_policy(work.output), course.best, course.best_step, steps,
        course.points[-1].seconds, reason,
    )  # fmt: skip


def grouped(scenes: Sequence[Scene]) -> list[list[Scene]]:
    """Scenes with the same controlled sites take turns in one running city."""
    groups: dict[tuple[str, ...], list[Scene]] = {}
    for scene in scenes:
        groups.setdefault(tuple(site.id for site in scene.city.sites), []).append(scene)
    return list(groups.values())


def _scenes(
    cases: Sequence[Case], settings: TrainSettings, name: str, listener: Listener
) -> dict[tuple[str, str], Scene]:
    """Scenes by name and fingerprint of the case; a case given twice is prepared once."""
    different = {(case.name, case.fingerprint): case for case in cases}
    made = {}
    for number, (key, case) in enumerate(different.items()):
        listener(Progress(f"prepare {name}", number, len(different), case.name))
        made[key] = make_scene(
            case, sensing=settings.sensing, reward=settings.reward, listener=listener
        )
    listener(Progress(f"prepare {name}", len(different), len(different)))
    return made


def _start(settings: TrainSettings) -> Policy:
    """The policy to begin with. Raises InputError for a policy that is broken or of another network."""
    policy = read_policy(Path(settings.start))
    wanted = {"hidden": settings.hidden, "dueling": settings.algorithm == "dqn"}
    found = {"hidden": policy.hidden, "dueling": policy.dueling}
    problems = differences(f"start `{settings.start}`: network", found, wanted)
    if problems:
        raise InputError(*problems)
    return policy


def save_state(work: _Work, algorithm: Algorithm, step: int) -> None:
    """Write what a resumption needs."""
    course = work.course
    progress = {
        "step": step,
        "best": course.best,
        "best_step": course.best_step,
        "worse": course.worse,
        "points": [_point_data(point) for point in course.points],
        "fixed_s": list(work.judge.fixed_s),
    }
    optimiser = optimiser_arrays(algorithm.policy.optimizer)
    state = Checkpoint(
        _resumable(work.settings), progress, networks(algorithm)[0].arrays(), optimiser
    )
    write_checkpoint(work.logs / STATE_FOLDER, state)


def _resume(work: _Work, algorithm: Algorithm) -> float:
    """Take over a checkpoint; seconds that the training has taken so far."""
    found = read_checkpoint(work.logs / STATE_FOLDER, _resumable(work.settings))
    progress = found.progress
    load_weights(algorithm, {name: np.asarray(a) for name, a in found.network.items()})
    restore_optimiser(algorithm.policy.optimizer, found.optimiser)
    algorithm.num_timesteps = int(progress["step"])
    work.judge.fixed_s = tuple(progress["fixed_s"])
    course = work.course
    course.best, course.best_step = float(progress["best"]), int(progress["best_step"])
    course.worse = int(progress["worse"])
    for row in progress["points"]:
        evaluation = Evaluation(work.judge.trials, tuple(row["cost_s"]), work.judge.fixed_s)
        course.points.append(Point(int(row["step"]), float(row["seconds"]), evaluation))
    return course.points[-1].seconds if course.points else 0.0


def _point_data(point: Point) -> dict[str, Any]:
    return {"step": point.step, "seconds": point.seconds, "cost_s": list(point.evaluation.cost_s)}


def _resumable(settings: TrainSettings) -> Mapping[str, Any]:
    """Settings that a resumption must not change: how long it goes on is free."""
    free = {"steps", "minutes", "patience", "evaluate_every"}
    return {
        name: value for name, value in settings.model_dump(mode="json").items() if name not in free
    }


@contextmanager
def one_thread() -> Iterator[None]:
    """Networks this small are slower on several threads than on one."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _source(case: Case) -> dict[str, str]:
    return {"name": case.name, "title": case.title, "fingerprint": case.fingerprint}


def _versions() -> dict[str, str]:
    found = {"signalopt": __version__, "python": platform.python_version()}
    return found | {name: version(name) for name in PACKAGES}


def _told(evaluation: Evaluation, scenes: Sequence[Scene]) -> dict[str, Any]:
    def row(trial: Trial, cost: float, fixed: float) -> dict[str, Any]:
        return {
            "scenario": scenes[trial.scene].case.name, "demand": trial.episode.demand,
            "seed": trial.episode.seed, "cost_s": round(cost, 3), "own_programs_s": round(fixed, 3),
        }  # fmt: skip

    rows = [
        row(t, c, f)
        for t, c, f in zip(evaluation.trials, evaluation.cost_s, evaluation.fixed_s, strict=True)
    ]
    return {"engine": "meso", "score": round(evaluation.score, 4), "trials": rows}
