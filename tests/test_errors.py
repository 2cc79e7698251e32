"""Errors carry every problem, say what was found and expected, and know their exit code."""

import pytest

from signalopt.errors import (
    InputError,
    MissingToolError,
    OutputError,
    Problem,
    SignaloptError,
    SimulationError,
    UnsafePlanError,
)


def test_a_problem_reads_as_one_sentence() -> None:
    problem = Problem("a.yaml:3", "-5", "a flow of 0 or more")

    assert str(problem) == "a.yaml:3: found -5; expected a flow of 0 or more"


def test_a_hint_stands_in_brackets() -> None:
    assert str(Problem("x", "a", "b", "try c")).endswith("expected b (try c)")


def test_an_input_error_keeps_all_its_problems() -> None:
    problems = (Problem("a", "1", "2"), Problem("b", "3", "4"))

    error = InputError(*problems)

    assert error.problems == problems
    assert str(error).splitlines() == [str(problem) for problem in problems]


@pytest.mark.parametrize(
    ("kind", "code"),
    [(InputError, 2), (MissingToolError, 2), (OutputError, 2), (UnsafePlanError, 1),
     (SimulationError, 3)],
)  # fmt: skip
def test_exit_codes(kind: type[SignaloptError], code: int) -> None:
    assert issubclass(kind, SignaloptError)
    assert kind.exit_code == code
