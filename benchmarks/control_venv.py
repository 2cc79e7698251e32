"""Virtual environments that only benchmarks need: other people's packages, other versions of SUMO."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from signalopt.assets import cache_folder
from signalopt.errors import MissingToolError
from signalopt.files import write_text

_MARK = "installed.txt"
_SHOWN_LINES = 4


@dataclass(frozen=True, slots=True)
class Venv:
    """A virtual environment with what was asked for in it."""

    folder: Path

    @property
    def python(self) -> Path:
        """Its interpreter."""
        windows = self.folder / "Scripts" / "python.exe"
        return windows if windows.is_file() else self.folder / "bin" / "python"

    @property
    def sumo_home(self) -> Path:
        """Folder of the SUMO wheel inside it. Raises MissingToolError where it has none."""
        found = sorted(self.folder.glob("lib/python3*/site-packages/sumo"))
        found += sorted(self.folder.glob("Lib/site-packages/sumo"))
        if not found:
            raise MissingToolError(f"no SUMO wheel in {self.folder}")
        return found[0]

    def environment(self, **more: str) -> dict[str, str]:
        """Environment of a child that runs in it."""
        dropped = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "LIBSUMO_AS_TRACI")
        kept = {k: v for k, v in os.environ.items() if k not in dropped}
        return kept | {"SUMO_HOME": str(self.sumo_home)} | more


def venv_with(name: str, requirements: Sequence[str], *, dependencies: bool = True) -> Venv:
    """The environment `name` in the cache folder with exactly these requirements; made where it is missing.

    dependencies: whether pip also installs what the packages say they need.
    Raises MissingToolError if it cannot be made (no venv module, no package index).
    """
    folder = cache_folder() / "bench" / f"venv-{name}"
    mark, wanted = folder / _MARK, "\n".join(requirements) + "\n"
    if mark.is_file() and mark.read_text(encoding="utf-8") == wanted:
        return Venv(folder)
    shutil.rmtree(folder, ignore_errors=True)
    _run(name, sys.executable, "-m", "venv", str(folder))
    made = Venv(folder)
    options = [] if dependencies else ["--no-deps"]
    _run(
        name, str(made.python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
        *options, *requirements,
    )  # fmt: skip
    write_text(mark, wanted)
    return made


def _run(name: str, *command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        last = (done.stderr.strip() or done.stdout.strip()).splitlines()[-_SHOWN_LINES:]
        raise MissingToolError(
            f"the benchmark environment `{name}` cannot be made: {' '.join(last)}"
        )
