from __future__ import annotations

from pathlib import Path

from signalopt.microsim.command import SeedFiles, seed_command, states_command
from tests.microsim.conftest import CaseMaker, cars


def _value(command: tuple[str, ...], option: str) -> str:
    assert command.count(option) == 1, f"{option} in {command}"
    return command[command.index(option) + 1]


def test_the_protocol_is_complete(make_case: CaseMaker, tmp_path: Path) -> None:
    case = make_case(cars([0]), depart_begin_s=0, begin_s=100, hard_stop_s=777)
    command = seed_command(case, 4, (tmp_path / "plan.add.xml",), SeedFiles(tmp_path))
    for option, value in {
        "--begin": "0",
        "--end": "777",
        "--seed": "4",
        "--time-to-teleport": "-1",
        "--max-depart-delay": "-1",
        "--collision.action": "warn",
        "--tripinfo-output.write-unfinished": "true",
        "--tripinfo-output.write-undeparted": "true",
        "--step-length": "1",
    }.items():
        assert _value(command, option) == value
    files = _value(command, "--additional-files").split(",")
    assert files == [str(case.additional_files[0]), str(tmp_path / "plan.add.xml")]


def test_the_protocol_wins_over_the_cases_own_options(make_case: CaseMaker, tmp_path: Path) -> None:
    own = (
        "--time-to-teleport",
        "300",
        "--lateral-resolution",
        "0.8",
        "--seed=9",
        "--no-internal-links",
    )
    command = seed_command(make_case(cars([0]), sumo_options=own), 4, (), SeedFiles(tmp_path))
    assert _value(command, "--time-to-teleport") == "-1"
    assert _value(command, "--lateral-resolution") == "0.8"
    assert _value(command, "--seed") == "4"
    assert "--seed=9" not in command
    assert "300" not in command
    assert "--no-internal-links" in command


def test_states_may_run_on_empty_streets(make_case: CaseMaker) -> None:
    command = states_command(make_case(cars([0])), 1, 5, 9, (), traffic=False)
    assert "--route-files" not in command
    assert _value(command, "--begin") == "5"
