"""Every way in which a command can end badly, by exit code and message."""

import errno
import json

import pytest
import typer
from typer.testing import CliRunner

from signalopt.cli.guard import BUG, INTERRUPTED, GuardedCommand
from signalopt.cli.options import Json
from signalopt.errors import InputError, Problem, SimulationError, UnsafePlanError

RAISED: dict[str, BaseException] = {
    "input": InputError(Problem("a.yaml:1", "x", "y"), Problem("a.yaml:2", "v", "w", "try z")),
    "unsafe": UnsafePlanError("two greens"),
    "simulation": SimulationError("sumo crashed"),
    "interrupt": KeyboardInterrupt(),
    "saved": KeyboardInterrupt("best plan so far is in p.json"),
    "bug": ZeroDivisionError("division by zero"),
    "disk": OSError(errno.ENOSPC, "No space left on device", "/tmp/x"),
    "exit": typer.Exit(5),
}

app = typer.Typer()


@app.callback()
def program() -> None:
    """Hold the command below."""


@app.command(cls=GuardedCommand)
def end(how: str, as_json: Json = False) -> None:
    """Raise what the test wants."""
    raise RAISED[how]


def ended(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["end", *arguments])
    return result.exit_code, result.stdout, result.stderr


def test_every_problem_gets_its_line() -> None:
    code, out, err = ended("input")

    assert (code, out) == (2, "")
    assert err.splitlines() == [
        "error: a.yaml:1: found x; expected y",
        "error: a.yaml:2: found v; expected w (try z)",
    ]


@pytest.mark.parametrize(("how", "code"), [("unsafe", 1), ("simulation", 3), ("exit", 5)])
def test_each_error_has_its_code(how: str, code: int) -> None:
    assert ended(how)[0] == code


def test_with_json_the_error_is_an_object_too() -> None:
    code, out, err = ended("input", "--json")

    error = json.loads(out)["error"]
    assert code == error["exit_code"] == 2
    assert error["kind"] == "InputError"
    assert error["problems"][1] == {
        "where": "a.yaml:2", "found": "v", "expected": "w", "hint": "try z"
    }  # fmt: skip
    assert err.startswith("error: a.yaml:1")


def test_an_interrupt_says_what_was_saved() -> None:
    assert ended("interrupt") == (INTERRUPTED, "", "interrupted: nothing was written\n")
    assert ended("saved")[2] == "interrupted: best plan so far is in p.json\n"


def test_a_full_disk_is_the_users_to_mend() -> None:
    code, _out, err = ended("disk")

    assert code == 2
    assert err.startswith("error: /tmp/x: No space left on device")


def test_a_bug_is_called_one_and_hides_its_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SIGNALOPT_DEBUG", raising=False)

    code, out, err = ended("bug", "--json")

    assert code == BUG == json.loads(out)["error"]["exit_code"]
    assert err.startswith("error: ZeroDivisionError: division by zero\n")
    assert "SIGNALOPT_DEBUG=1" in err
    assert "Traceback" not in err


def test_the_traceback_can_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIGNALOPT_DEBUG", "1")

    assert "Traceback" in ended("bug")[2]


def test_wrong_usage() -> None:
    code, _out, err = ended("input", "--no-such-option")

    assert code == 2
    assert "No such option" in err
