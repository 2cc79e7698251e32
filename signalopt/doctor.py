"""What this machine has of what signalopt needs, what is missing and how to mend it."""

from __future__ import annotations

import os
import platform
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from importlib import metadata
from pathlib import Path

from signalopt import assets
from signalopt.errors import SignaloptError
from signalopt.microsim.batch import available_cores
from signalopt.network import tools

SUMO_VERSION = "1.28.0"
"""The version that all figures of the project were measured with (pinned in pyproject.toml)."""

PROGRAMS = ("sumo", "netconvert", "duarouter")
OPTIONAL_PACKAGES = (
    ("osmium", "osm", "reads OpenStreetMap extracts for `signalopt import osm`"),
    ("libsumo", "libsumo", "SUMO inside this process, for your own scripts"),
)
FREE_DISK_MIB = 500
"""A built area with a day of routes and the outputs of a few seeds stays below this."""


class State(StrEnum):
    """How a check ended: only MISSING keeps signalopt from working."""

    FINE = "fine"
    NOTE = "note"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at: what was found and, unless fine, how to mend it."""

    subject: str
    state: State
    found: str
    mend: str = ""


def examine() -> tuple[Check, ...]:
    """Look at everything. A check that fails is a result, never an exception."""
    return (
        _python(),
        *_sumo(),
        *(_program(name) for name in PROGRAMS),
        _solver(),
        _data(),
        _cache(),
        _processors(),
        _memory(),
        *_optional(),
    )


def is_healthy(checks: tuple[Check, ...]) -> bool:
    """Whether nothing that signalopt cannot do without is missing."""
    return all(check.state is not State.MISSING for check in checks)


def _python() -> Check:
    found = f"{platform.python_version()} ({platform.python_implementation()}, {platform.system()})"
    return Check("Python", State.FINE, found)


def _sumo() -> Iterator[Check]:
    try:
        yield Check("SUMO folder", State.FINE, str(tools.sumo_home()))
        version = tools.sumo_version()
    except (SignaloptError, OSError) as error:
        yield Check("SUMO", State.MISSING, str(error), f"pip install eclipse-sumo=={SUMO_VERSION}")
        return
    if version == SUMO_VERSION:
        yield Check("SUMO version", State.FINE, version)
        return
    mend = f"results were checked with {SUMO_VERSION}: pip install eclipse-sumo=={SUMO_VERSION}"
    yield Check("SUMO version", State.NOTE, version, mend)


def _program(name: str) -> Check:
    """Whether one SUMO program starts; a wheel for the wrong system has files that do not run."""
    try:
        path = tools.find_tool(name)
        tools.run_tool(name, ["--version"], timeout_s=60)
    except (SignaloptError, OSError) as error:
        mend = f"pip install --force-reinstall eclipse-sumo=={SUMO_VERSION}"
        return Check(name, State.MISSING, str(error), mend)
    return Check(name, State.FINE, f"{path} runs")


def _solver() -> Check:
    try:
        from ortools.sat.python import cp_model  # noqa: PLC0415 - slow to load, wanted only here

        model = cp_model.CpModel()
        number = model.new_int_var(0, 3, "number")
        model.maximize(number)
        solver = cp_model.CpSolver()
        status = solver.solve(model)
    except (ImportError, OSError, RuntimeError) as error:
        return Check("CP-SAT solver", State.MISSING, str(error), "pip install ortools")
    version = metadata.version("ortools")
    if status != cp_model.OPTIMAL or solver.value(number) != 3:
        found = f"OR-Tools {version} does not solve a model of one variable"
        return Check("CP-SAT solver", State.MISSING, found, "pip install --force-reinstall ortools")
    return Check("CP-SAT solver", State.FINE, f"OR-Tools {version} solves")


def _data() -> Check:
    folders = [assets.data_folder(kind) for kind in ("networks", "scenarios")]
    absent = [str(folder) for folder in folders if not folder.is_dir()]
    if absent:
        mend = "install signalopt anew, its data folders are gone"
        return Check("shipped data", State.MISSING, f"no folder {', '.join(absent)}", mend)
    return Check("shipped data", State.FINE, ", ".join(map(str, folders)))


def _cache() -> Check:
    folder = assets.cache_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(b"signalopt")
    except OSError as error:
        found = f"{folder}: {error.strerror or error}"
        mend = "name a folder that you may write: export SIGNALOPT_CACHE=FOLDER"
        return Check("cache folder", State.MISSING, found, mend)
    free_mib = shutil.disk_usage(folder).free // 2**20
    found = f"{folder}, {free_mib} MiB free"
    if free_mib < FREE_DISK_MIB:
        mend = "make room, or name another folder: export SIGNALOPT_CACHE=FOLDER"
        return Check("cache folder", State.NOTE, found, mend)
    return Check("cache folder", State.FINE, found)


def _processors() -> Check:
    cores = available_cores()
    if cores == 1:
        return Check("processor cores", State.NOTE, "1", "seeds run one after another")
    return Check("processor cores", State.FINE, f"{cores} (that many seeds run at once)")


def _memory() -> Check:
    try:
        total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return Check("memory", State.NOTE, "this system does not tell", "2 GiB are enough")
    limit = _control_group_limit(Path("/sys/fs/cgroup/memory.max"))
    gib = min(total, limit or total) / 2**30
    if gib < 2:
        return Check("memory", State.NOTE, f"{gib:.1f} GiB", "use --workers 1 on large areas")
    return Check("memory", State.FINE, f"{gib:.1f} GiB")


def _control_group_limit(file: Path) -> int | None:
    """Bytes that a container may use, None where there is no such limit."""
    try:
        text = file.read_text(encoding="ascii").strip()
    except OSError:
        return None
    return int(text) if text.isdigit() else None


def _optional() -> Iterator[Check]:
    for package, extra, purpose in OPTIONAL_PACKAGES:
        try:
            yield Check(
                f"{package} (optional)", State.FINE, f"{metadata.version(package)}: {purpose}"
            )
        except metadata.PackageNotFoundError:
            mend = f"pip install 'signalopt[{extra}]' - {purpose}"
            yield Check(f"{package} (optional)", State.NOTE, "not installed", mend)
