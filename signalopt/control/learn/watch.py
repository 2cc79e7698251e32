"""What happens beside the learning itself: evaluation, the best policy kept, checkpoints, when to stop."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from stable_baselines3.common.callbacks import BaseCallback

from signalopt.control.learn.algorithms import finite, networks
from signalopt.control.learn.evaluate import Evaluation, Judge
from signalopt.control.learn.scorer import Scorer
from signalopt.control.learn.spaces import Floats
from signalopt.errors import SimulationError
from signalopt.progress import Listener, Progress

Keep = Callable[[dict[str, Floats], "Point"], None]


@dataclass(frozen=True)
class Point:
    """One point of the learning curve. seconds: of training and evaluation so far."""

    step: int
    seconds: float
    evaluation: Evaluation


@dataclass
class Course:
    """How a training has gone so far. worse: evaluations since the best one."""

    points: list[Point] = field(default_factory=list)
    best: float = float("inf")
    best_step: int = 0
    worse: int = 0

    def add(self, point: Point) -> bool:
        """Note a point; whether it is the best so far."""
        self.points.append(point)
        if point.evaluation.score < self.best:
            self.best, self.best_step, self.worse = point.evaluation.score, point.step, 0
            return True
        self.worse += 1
        return False


class Watch(BaseCallback):
    """Stops on divergence with an error, quietly when time is over or patience is at its end.

    judge: evaluates; keep: writes the best policy; save: writes a checkpoint at this step; every: steps
    between evaluations; deadline: on the clock of time.monotonic; patience: 0 is endless.
    """

    def __init__(
        self,
        *,
        task: str,
        total: int,
        judge: Judge,
        keep: Keep,
        save: Callable[[int], None],
        every: int,
        patience: int,
        deadline: float,
        course: Course,
        spent_s: float,
        listener: Listener,
    ) -> None:
        super().__init__()
        self.task, self.total = task, total
        self.judge, self.keep, self.save = judge, keep, save
        self.every, self.patience, self.deadline = every, patience, deadline
        self.course, self.listener = course, listener
        self.began = time.monotonic() - spent_s
        self.reason = ""
        self._last = -1

    @property
    def seconds(self) -> float:
        """Seconds since the training began, those before a resumption included."""
        return time.monotonic() - self.began

    def _on_training_start(self) -> None:
        self._last = self.num_timesteps if self.course.points else -1

    def _on_rollout_start(self) -> None:
        """Between updates: the moment to look at the weights."""
        if not finite(self.model):  # type: ignore[arg-type]
            raise diverged(self.task, self.num_timesteps, self.course)
        if self._last < 0 or self.num_timesteps - self._last >= self.every:
            self.look()
        self._tell()

    def look(self) -> None:
        """Evaluate the policy as it is, keep it if it is the best, save a checkpoint."""
        weights = networks(self.model)[0].arrays()  # type: ignore[arg-type]
        scorer = Scorer(weights, networks(self.model)[0].dueling)  # type: ignore[arg-type]
        point = Point(self.num_timesteps, self.seconds, self.judge.judge(scorer.choose))
        self._last = self.num_timesteps
        if self.course.add(point):
            self.keep(weights, point)
        self.logger.record("evaluation/score", point.evaluation.score)
        self.save(self.num_timesteps)
        if self.patience and self.course.worse >= self.patience:
            self.reason = f"no better policy in {self.patience} evaluations"

    def _on_step(self) -> bool:
        if time.monotonic() > self.deadline:
            self.reason = "the time is over"
        return not self.reason

    def _tell(self) -> None:
        text = "first evaluation"
        if self.course.points:
            score = self.course.points[-1].evaluation.score
            text = f"cost {score:.3f} of the present programs', best {self.course.best:.3f}"
        self.listener(
            Progress(self.task, min(self.num_timesteps, self.total - 1), self.total, text)
        )


def diverged(task: str, step: int, course: Course) -> SimulationError:
    """What to say when weights are no numbers any more."""
    kept = (
        f"the best policy, of step {course.best_step}, is kept"
        if course.points
        else "there was no good policy yet"
    )
    return SimulationError(
        f"{task}: the training diverged before step {step} (weights that are no numbers); {kept}."
        " A smaller learning rate or fewer epochs may help"
    )


def curve_csv(points: list[Point], names: tuple[str, ...]) -> str:
    """The learning curve as CSV. names: of the scenes, in the order that trials count them."""
    if not points:
        return ""
    trials = points[0].evaluation.trials
    labels = [f"{names[t.scene]}_x{t.episode.demand:g}_seed{t.episode.seed}_s" for t in trials]
    lines = [",".join(["step", "seconds", "score", *labels])]
    rows: list[list[Any]] = [["own programs", "", 1, *_rounded(points[0].evaluation.fixed_s)]]
    rows += [
        [p.step, round(p.seconds), round(p.evaluation.score, 4), *_rounded(p.evaluation.cost_s)]
        for p in points
    ]
    lines += [",".join(str(cell) for cell in row) for row in rows]
    return "\n".join(lines) + "\n"


def _rounded(values: tuple[float, ...]) -> list[float]:
    return [round(value, 2) for value in values]
