"""How a command ends badly: every error becomes a clear message and one of the exit codes.

| code | meaning |
|---|---|
| 0 | fine |
| 1 | the plan is unsafe, or a regression was found |
| 2 | usage or input: something that the user can mend |
| 3 | a simulation failed |
| 70 | a bug in signalopt |
| 130 | interrupted |
"""

from __future__ import annotations

import errno
import json
import os
import sys
import traceback
from typing import Any

import typer
from typer.core import TyperCommand

from signalopt.errors import InputError, SignaloptError

INTERRUPTED = 130
BUG = 70
ISSUE_HINT = "this is a bug in signalopt: please report it with the traceback"
_BROKEN_PIPE = errno.EPIPE


class GuardedCommand(TyperCommand):
    """A command whose errors end in a message and an exit code, never in a traceback."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command; with `--json` among its options an error is told as JSON as well."""
        as_json = bool(ctx.params.get("as_json"))
        try:
            return super().invoke(ctx)
        except SignaloptError as error:
            report(error, as_json=as_json)
            raise typer.Exit(error.exit_code) from error
        except KeyboardInterrupt as stop:
            text = str(stop) or "nothing was written"
            typer.echo(f"interrupted: {text.removeprefix('interrupted: ')}", err=True)
            raise typer.Exit(INTERRUPTED) from stop
        except OSError as error:
            if error.errno == _BROKEN_PIPE:
                raise  # the reader of our output has gone: typer ends quietly
            if error.errno is None or _debugging():
                return _bug(error, as_json=as_json)
            report(SignaloptError(_of_system(error)), as_json=as_json)
            raise typer.Exit(SignaloptError.exit_code) from error
        except (typer.Exit, typer.Abort, typer.TyperException):
            raise
        except Exception as error:  # noqa: BLE001 - the last resort of the program
            return _bug(error, as_json=as_json)


def report(error: SignaloptError, *, as_json: bool) -> None:
    """Print an error: one line a problem on stderr and, if wanted, one JSON object on stdout."""
    lines = [str(p) for p in error.problems] if isinstance(error, InputError) else [str(error)]
    for line in lines:
        typer.echo(f"error: {line}", err=True)
    if as_json:
        typer.echo(json.dumps({"error": as_object(error)}, ensure_ascii=False, indent=1))


def as_object(error: SignaloptError) -> dict[str, Any]:
    """The error as plain data: kind, exit code, message and, for bad input, its problems."""
    problems = error.problems if isinstance(error, InputError) else ()
    return {
        "kind": type(error).__name__,
        "exit_code": error.exit_code,
        "message": str(error),
        "problems": [
            {"where": p.where, "found": p.found, "expected": p.expected, "hint": p.hint}
            for p in problems
        ],
    }


def _of_system(error: OSError) -> str:
    where = f"{error.filename}: " if error.filename else ""
    return f"{where}{error.strerror or error} (told by the operating system)"


def _bug(error: Exception, *, as_json: bool) -> None:
    if _debugging():
        traceback.print_exception(error, file=sys.stderr)
    else:
        typer.echo(f"error: {type(error).__name__}: {error}", err=True)
        typer.echo(f"{ISSUE_HINT} (SIGNALOPT_DEBUG=1 shows it)", err=True)
    if as_json:
        content = {"kind": "Bug", "exit_code": BUG, "message": f"{type(error).__name__}: {error}"}
        typer.echo(json.dumps({"error": {**content, "problems": []}}, ensure_ascii=False, indent=1))
    raise typer.Exit(BUG) from error


def _debugging() -> bool:
    return os.environ.get("SIGNALOPT_DEBUG", "") not in ("", "0")
