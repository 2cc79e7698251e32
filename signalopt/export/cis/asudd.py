"""JSON of an open traffic management system (ASUDD): coordination programmes of one controller.

`dk` lists programmes; `tpu` 1 is a coordination programme; `tc` cycle and `shift` offset in seconds; `sts` at
most 12 lines with the phase `num`, its `start` and `stop` in the cycle (intermediate tact included) and its
type `tf` (0 simple). It holds no lamps: these are in the controller's passport.
"""

from __future__ import annotations

import json
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from signalopt.errors import Problem
from signalopt.export.cis.model import Passport, Programme

CONTROLLER = 1
"""Number of the controller in the system's data base, which only its operator knows."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class _Line(_Part):
    line: int = Field(ge=1, le=12)
    start: int = Field(ge=0)
    num: int = Field(ge=1)
    tf: int = Field(ge=0, le=9)
    stop: int = Field(ge=0)
    plus: bool
    trs: bool
    dt: int = Field(ge=0)


class _Dk(_Part):
    dk: int = Field(ge=1)
    pk: int = Field(ge=1, le=12)
    desc: str
    tpu: int = Field(ge=0, le=1)
    razlen: bool
    tc: int = Field(ge=1)
    shift: int = Field(ge=0)
    twot: bool
    sts: list[_Line] = Field(min_length=1, max_length=12)


class _File(_Part):
    dk: list[_Dk] = Field(min_length=1)


def asudd_text(passport: Passport) -> str:
    """The JSON text of all programmes of an intersection."""
    content = _File(dk=[_dk(programme) for programme in passport.programmes])
    return json.dumps(content.model_dump(), indent=1, ensure_ascii=False) + "\n"


def asudd_problems(
    text: str | bytes, where: str, programmes: tuple[Programme, ...]
) -> tuple[Problem, ...]:
    """Where a JSON file is broken or says anything else than the programmes of the workbook beside it."""
    try:
        content = _File.model_validate_json(text)
    except ValidationError as error:
        return tuple(
            Problem(f"{where}: {_path(e['loc'])}", repr(e["input"])[:60], e["msg"])
            for e in error.errors()
        )
    problems = []
    told = {dk.pk: dk for dk in content.dk}
    if len(told) < len(content.dk):
        problems.append(Problem(where, "a programme twice", "each `pk` once"))
    wanted = {programme.number: programme for programme in programmes}
    for number in sorted(told.keys() ^ wanted.keys()):
        side = "only here" if number in told else "missing"
        problems.append(Problem(where, f"programme {number} {side}", "the workbook's programmes"))
    for number in sorted(told.keys() & wanted.keys()):
        problems += _differences(told[number], _dk(wanted[number]), f"{where}: pk {number}")
    return tuple(problems)


def _dk(programme: Programme) -> _Dk:
    return _Dk(
        dk=CONTROLLER,
        pk=programme.number,
        desc=programme.name,
        tpu=1,
        razlen=False,
        tc=programme.cycle_s,
        shift=programme.shift_s,
        twot=False,
        sts=[
            _Line(
                line=line,
                start=row.start_s,
                num=row.number,
                tf=0,
                stop=row.end_s,
                plus=False,
                trs=False,
                dt=0,
            )
            for line, row in enumerate(programme.phases, start=1)
        ],
    )


def _differences(found: _Dk, wanted: _Dk, where: str) -> list[Problem]:
    problems = []
    for key in ("tc", "shift", "tpu"):
        mine, other = getattr(wanted, key), getattr(found, key)
        if mine != other:
            problems.append(Problem(f"{where}.{key}", str(other), f"{mine}, as the workbook says"))
    lines = [[(s.line, s.num, s.start, s.stop) for s in dk.sts] for dk in (found, wanted)]
    if lines[0] != lines[1]:
        at = next(
            (i for i, (a, b) in enumerate(zip(*lines, strict=False)) if a != b),
            min(map(len, lines)),
        )
        texts = [_told(line[at]) if at < len(line) else "nothing" for line in lines]
        problems.append(
            Problem(f"{where}.sts[{at}]", texts[0], f"{texts[1]}, as the workbook says")
        )
    return problems


def _told(line: tuple[int, int, int, int]) -> str:
    return f"line {line[0]}: phase {line[1]} from {line[2]} to {line[3]} s"


def _path(parts: tuple[Any, ...]) -> str:
    return "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in parts).lstrip(".")
