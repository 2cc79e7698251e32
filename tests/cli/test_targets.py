"""Places that cannot be written are refused before the work, and nothing is made on the way."""

from pathlib import Path

import pytest

from signalopt.cli.targets import check_file_target, check_folder_target
from signalopt.errors import OutputError


def test_a_new_folder_is_fine_and_not_made(tmp_path: Path) -> None:
    check_folder_target(tmp_path / "new" / "deep")
    check_file_target(tmp_path / "new" / "plan.json")

    assert not list(tmp_path.iterdir())


def test_a_folder_below_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(OutputError, match="cannot be written"):
        check_folder_target(tmp_path / "file" / "deep")


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="name the file"):
        check_file_target(tmp_path)
