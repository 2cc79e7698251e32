"""The doctor finds what is there, and what is missing with the way to mend it."""

from importlib import metadata
from pathlib import Path

import pytest

from signalopt import assets, doctor
from signalopt.doctor import Check, State
from signalopt.errors import MissingToolError
from signalopt.network import tools


@pytest.fixture(autouse=True)
def own_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SIGNALOPT_CACHE", str(tmp_path / "cache"))


def by_subject() -> dict[str, Check]:
    return {check.subject: check for check in doctor.examine()}


def test_this_machine_is_healthy() -> None:
    checks = doctor.examine()

    assert doctor.is_healthy(checks), [c for c in checks if c.state is State.MISSING]


def test_whatever_is_not_fine_says_how_to_mend_it() -> None:
    assert all(check.mend for check in doctor.examine() if check.state is not State.FINE)


def test_without_sumo(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(*_args: object) -> Path:
        raise MissingToolError("SUMO is not installed")

    monkeypatch.setattr(tools, "sumo_home", absent)
    found = by_subject()

    assert found["SUMO"].state is State.MISSING
    assert "pip install eclipse-sumo" in found["SUMO"].mend
    assert found["netconvert"].state is State.MISSING
    assert not doctor.is_healthy(tuple(found.values()))


def test_a_program_that_does_not_start(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A wheel for another system has files of the right name that the system cannot run."""
    broken = tmp_path / "netconvert"
    broken.write_bytes(b"\x7fELF broken")
    broken.chmod(0o755)
    monkeypatch.setattr(tools, "find_tool", lambda _name: broken)

    assert by_subject()["netconvert"].state is State.MISSING


def test_another_version_of_sumo_is_only_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tools, "sumo_version", lambda: "1.20.0")
    found = by_subject()["SUMO version"]

    assert (found.state, found.found) == (State.NOTE, "1.20.0")


def test_a_cache_folder_that_cannot_be_written(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("SIGNALOPT_CACHE", str(tmp_path / "file" / "cache"))
    found = by_subject()["cache folder"]

    assert found.state is State.MISSING
    assert "SIGNALOPT_CACHE" in found.mend


def test_a_nearly_full_disk_is_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "FREE_DISK_MIB", 10**9)

    assert by_subject()["cache folder"].state is State.NOTE


def test_missing_data_folders(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(assets, "data_folder", lambda kind: tmp_path / kind)

    assert by_subject()["shipped data"].state is State.MISSING


def test_missing_extras_are_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    real = metadata.version

    def version(package: str) -> str:
        if package == "osmium":
            raise metadata.PackageNotFoundError(package)
        return real(package)

    monkeypatch.setattr(doctor.metadata, "version", version)
    found = by_subject()["osmium (optional)"]

    assert found.state is State.NOTE
    assert "signalopt[osm]" in found.mend
