"""The published description of the command line is the one of the code."""

import subprocess
import sys
import tomllib
from pathlib import Path

from signalopt import __version__

ROOT = Path(__file__).resolve().parents[2]


def test_the_reference_is_up_to_date(tmp_path: Path) -> None:
    target = tmp_path / "cli.md"
    subprocess.run(
        [sys.executable, "-m", "typer", "signalopt.cli.main", "utils", "docs",
         "--name", "signalopt", "--title", "Command line", "--output", str(target)],
        check=True, capture_output=True, cwd=ROOT,
    )  # fmt: skip

    published = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    assert published == target.read_text(encoding="utf-8"), "run `make docs`"


def test_the_version_is_the_packages() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    assert project["version"] == __version__


def test_every_dependency_has_its_version_pinned() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"].values()
    wanted = [*project["dependencies"], *(name for extra in extras for name in extra)]
    names = {w.split(">")[0].split("=")[0].strip().lower().replace("_", "-") for w in wanted}
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pinned = {
        name.lower().replace("_", "-"): version
        for name, version in (x.split("==") for x in lines if x and not x.startswith("#"))
    }

    assert names <= set(pinned)
    assert "://" not in "".join(lines)
