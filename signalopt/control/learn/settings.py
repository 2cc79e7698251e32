"""Settings of a training: a TOML file, the command line on top of it, every problem at once."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from signalopt.control.learn.episodes import Variety
from signalopt.errors import InputError, Problem
from signalopt.files import read_text

Seconds = Field(ge=1, le=60)
Share = Field(gt=0, lt=1)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PpoSettings(_Strict):
    """Proximal policy optimisation (J. Schulman et al., 2017).

    rollout: steps of every site between updates; minibatches: parts of a rollout, each one gradient step,
    gone through `epochs` times.
    """

    learning_rate: float = Field(5e-4, gt=0, le=0.1)
    rollout: int = Field(60, ge=2, le=10_000)
    minibatches: int = Field(6, ge=1, le=1000)
    epochs: int = Field(4, ge=1, le=100)
    gae_lambda: float = Field(0.9, ge=0, le=1)
    clip: float = Field(0.2, gt=0, le=1)
    entropy: float = Field(0.005, ge=0, le=1)


class DqnSettings(_Strict):
    """Deep Q learning (V. Mnih et al., 2015), values split into state and stage (Z. Wang et al., 2016).

    buffer: remembered decisions; batch: decisions of one gradient step; gradient_steps: after every step of
    all sites; target_every: decisions until the target network is renewed; explore: share of the training
    in which exploration goes down to explore_to.
    """

    learning_rate: float = Field(5e-4, gt=0, le=0.1)
    buffer: int = Field(200_000, ge=1000, le=5_000_000)
    batch: int = Field(512, ge=8, le=100_000)
    gradient_steps: int = Field(2, ge=1, le=1000)
    target_every: int = Field(10_000, ge=1)
    learning_starts: int = Field(5_000, ge=0)
    explore: float = Field(0.4, gt=0, le=1)
    explore_to: float = Field(0.02, ge=0, le=1)


class TrainSettings(_Strict):
    """What is trained on what, how long, and how it is judged.

    steps: decisions of single sites; minutes: at most so long on the clock (0: no limit). gamma: weight of
    the next step's reward (0.97 at 5 s: a horizon of two to three minutes). demand, shift_s, driving,
    head_start_s: see `episodes.Variety`. evaluate_on: scenarios of the evaluation (empty: those trained
    on), always with demand that no training episode has: `evaluation_days` other days at each of the
    `evaluation_demands`. evaluate_every: steps; patience: evaluations without a better one until it stops
    (0: never). sensing: what the policy sees by. start: folder of a policy to begin with (empty: from
    chance).
    """

    scenarios: tuple[str, ...] = Field(min_length=1)
    evaluate_on: tuple[str, ...] = ()
    algorithm: Literal["ppo", "dqn"] = "ppo"
    reward: Literal["delay", "co2", "soot"] = "delay"
    sensing: Literal["detectors", "radar", "perfect"] = "detectors"
    steps: int = Field(2_000_000, ge=1)
    minutes: float = Field(0.0, ge=0)
    seed: int = Field(1, ge=0)
    start: str = ""
    interval_s: int = Field(5, ge=1, le=60)
    hidden: int = Field(64, ge=4, le=1024)
    gamma: float = Field(0.97, gt=0, lt=1)
    demand: tuple[float, float] = (0.7, 1.25)
    shift_s: float = 120.0
    driving: float = 0.1
    head_start_s: int = 300
    evaluate_every: int = Field(200_000, ge=1)
    evaluation_days: int = Field(1, ge=1, le=100)
    evaluation_demands: tuple[float, ...] = Field((1.0, 1.15), min_length=1)
    patience: int = Field(10, ge=0)
    ppo: PpoSettings = PpoSettings()
    dqn: DqnSettings = DqnSettings()

    @property
    def variety(self) -> Variety:
        """How far episodes vary."""
        return Variety(self.demand, self.shift_s, self.driving, self.head_start_s)

    @model_validator(mode="after")
    def _check(self) -> Self:
        try:
            _ = self.variety
        except InputError as error:
            raise ValueError(str(error)) from None
        for demand in self.evaluation_demands:
            if not 0 < demand <= 2:
                raise ValueError(f"evaluation_demands: found {demand:g}; expected 0 to 2")
        return self


def read_settings(path: Path | None, given: Mapping[str, Any]) -> TrainSettings:
    """Settings of a TOML file (None: the usual ones) with those `given` laid over it.

    Raises InputError with every problem: broken TOML, unknown keys (with the nearest ones), values out
    of bounds, no scenario.
    """
    content: dict[str, Any] = {}
    where = "settings" if path is None else str(path)
    if path is not None:
        try:
            content = tomllib.loads(read_text(path, "settings of a training (TOML)"))
        except tomllib.TOMLDecodeError as error:
            raise InputError(Problem(where, f"broken TOML ({error})", "valid TOML")) from None
    try:
        return TrainSettings.model_validate({**content, **given})
    except ValidationError as error:
        problems = [_problem(where, detail) for detail in error.errors()]
        raise InputError(*problems) from None


def _problem(where: str, detail: Any) -> Problem:
    place = ".".join(str(part) for part in detail["loc"])
    at = f"{where}: {place}" if place else where
    if detail["type"] == "extra_forbidden":
        model: type[BaseModel] = TrainSettings
        if len(detail["loc"]) > 1:
            models: dict[object, type[BaseModel]] = {"ppo": PpoSettings, "dqn": DqnSettings}
            model = models.get(detail["loc"][0], TrainSettings)
        known = list(model.model_fields)
        near = get_close_matches(str(detail["loc"][-1]), known, n=1)
        hint = f"did you mean `{near[0]}`?" if near else ""
        return Problem(at, "an unknown key", "one of: " + ", ".join(known), hint)
    found = "nothing" if detail["type"] == "missing" else repr(detail["input"])[:80]
    return Problem(at, found, detail["msg"].removeprefix("Value error, "))
