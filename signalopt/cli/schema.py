"""`signalopt schema`: JSON Schemas for editors and other programs."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class Subject(StrEnum):
    """What a schema is of."""

    PLAN = "plan"
    SCENARIO = "scenario"
    SCHEDULE = "schedule"
    TIMING = "timing"


def schema(
    subject: Annotated[Subject, typer.Argument(help="What the schema is of.")],
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FILE", help="File to write.  [default: print it]"),
    ] = None,
) -> None:
    """Print the JSON Schema of our files, so that editors complete and other programs check them.

    Example: `signalopt schema scenario -o schema.json`
    """
    from signalopt.cli.show import say
    from signalopt.files import write_text

    text = json.dumps(_schema(subject), indent=1, ensure_ascii=False)
    if output is None:
        say(text)
    else:
        write_text(output, text + "\n")


def _schema(subject: Subject) -> dict[str, object]:
    if subject is Subject.PLAN:
        from signalopt.timing.planfile import plan_schema

        return plan_schema()
    if subject is Subject.SCHEDULE:
        from signalopt.timing.schedule_file import schedule_schema

        return schedule_schema()
    if subject is Subject.TIMING:
        from signalopt.export.timing_json import timing_schema

        return timing_schema()
    from signalopt.scenario.json_schema import scenario_schema

    return scenario_schema()
