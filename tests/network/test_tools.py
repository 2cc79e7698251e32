"""SUMO's programs are found, run, and fail with their own words."""

import importlib.util
from pathlib import Path

import pytest

from signalopt.errors import MissingToolError, SimulationError
from signalopt.network import tools


@pytest.fixture
def no_wheel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    monkeypatch.delenv("SUMO_HOME", raising=False)


def test_sumo_comes_from_the_wheel_whatever_sumo_home_says(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SUMO_HOME", str(tmp_path))

    assert tools.sumo_home() != tmp_path
    assert (tools.sumo_home() / "data").is_dir()


def test_children_get_the_sumo_home_that_was_found() -> None:
    assert tools.tool_environment()["SUMO_HOME"] == str(tools.sumo_home())


@pytest.mark.usefixtures("no_wheel")
def test_without_wheel_and_sumo_home_the_message_says_how_to_mend_it() -> None:
    with pytest.raises(MissingToolError, match="pip install eclipse-sumo"):
        tools.sumo_home()


@pytest.mark.usefixtures("no_wheel")
def test_sumo_home_serves_where_there_is_no_wheel(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "sumo").touch()
    monkeypatch.setenv("SUMO_HOME", str(tmp_path))

    assert tools.find_tool("sumo") == tmp_path / "bin" / "sumo"


def test_a_missing_program_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tools, "sumo_home", lambda: tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(MissingToolError, match="`netconvert` is missing"):
        tools.find_tool("netconvert")


def test_the_version_is_a_number() -> None:
    assert [part.isdigit() for part in tools.sumo_version().split(".")[:2]] == [True, True]


def test_a_failing_program_speaks_for_itself(tmp_path: Path) -> None:
    with pytest.raises(SimulationError, match=r"netconvert failed: Error"):
        tools.run_tool("netconvert", ["--node-files", str(tmp_path / "no.nod.xml")])


def test_a_hanging_program_is_ended(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    hanging = tmp_path / "sumo"
    hanging.write_text("#!/bin/sh\nexec sleep 30\n", encoding="utf-8")
    hanging.chmod(0o755)
    monkeypatch.setattr(tools, "find_tool", lambda _name: hanging)

    with pytest.raises(SimulationError, match="did not end within 0 s"):
        tools.run_tool("sumo", [], timeout_s=0.2)
