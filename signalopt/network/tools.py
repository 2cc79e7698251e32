"""The SUMO programs: found inside the installed wheel, no SUMO_HOME needed."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from signalopt.errors import MissingToolError, SimulationError


def sumo_home() -> Path:
    """Folder with SUMO's `bin`, `data` and `tools`: the `eclipse-sumo` wheel, else $SUMO_HOME.

    Raises MissingToolError if there is neither.
    """
    spec = importlib.util.find_spec("sumo")
    if spec is not None and spec.submodule_search_locations:
        return Path(next(iter(spec.submodule_search_locations)))
    home = os.environ.get("SUMO_HOME")
    if home and Path(home).is_dir():
        return Path(home)
    raise MissingToolError("SUMO is not installed: run `pip install eclipse-sumo==1.28.0`")


def find_tool(name: str) -> Path:
    """Path of a SUMO program such as `sumo` or `netconvert`. Raises MissingToolError."""
    home = sumo_home()
    for candidate in (home / "bin" / name, home / "bin" / f"{name}.exe"):
        if candidate.is_file():
            return candidate
    on_path = shutil.which(name)
    if on_path:
        return Path(on_path)
    raise MissingToolError(
        f"SUMO program `{name}` is missing from {home / 'bin'}: "
        "reinstall with `pip install --force-reinstall eclipse-sumo==1.28.0`"
    )


def tool_environment() -> dict[str, str]:
    """Environment for child processes, with SUMO_HOME set to the SUMO that we found."""
    return {**os.environ, "SUMO_HOME": str(sumo_home())}


def run_tool(name: str, arguments: Sequence[str], *, timeout_s: float = 600) -> str:
    """Run a SUMO program to its end and return what it printed.

    Raises SimulationError with the program's own error lines if it fails or exceeds `timeout_s`.
    """
    command = [str(find_tool(name)), *arguments]
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            env=tool_environment(),
            timeout=timeout_s,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise SimulationError(f"{name} did not end within {timeout_s:.0f} s") from None
    if done.returncode != 0:
        lines = [line for line in done.stderr.splitlines() if line.startswith("Error")]
        raise SimulationError(
            f"{name} failed: " + (" | ".join(lines) or done.stderr.strip()[-500:])
        )
    return done.stdout + done.stderr


@lru_cache(maxsize=1)
def sumo_version() -> str:
    """Version of SUMO, e.g. `1.28.0`."""
    first = run_tool("sumo", ["--version"], timeout_s=60).splitlines()[0]
    return first.rsplit(" ", 1)[-1].removeprefix("v")
