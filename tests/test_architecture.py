"""The rules of docs/architecture.md about who may import whom, kept by reading every import."""

import ast
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "signalopt"
FLOORS = {
    "timing": 0,
    "network": 1,
    "demand": 2,
    "export": 2,
    "scenario": 3,
    "emissions": 0,
    "microsim": 4,
    "mesosim": 5,
    "optimize": 6,
    "control": 7,
    "study": 8,
    "report": 9,
    "cli": 10,
    # modules at the top of the package
    "errors": 0,
    "files": 0,
    "progress": 0,
    "assets": 0,
    "measures": 0,
    "testing": 6,
    "doctor": 6,
    "verdict": 6,
    "handover": 7,
}
SHARED_WORDS = {"errors", "files", "progress", "assets", "measures"}
LONGEST_MODULE = 350
HEAVY = ("ortools", "scipy", "numpy", "pydantic", "lxml", "sumolib", "traci", "libsumo", "pandas",
         "numba", "polars", "duckdb", "cma", "openpyxl", "distributed", "torch")  # fmt: skip
LEARNING = ("torch", "stable_baselines3", "pettingzoo")

MODULES = sorted(PACKAGE.rglob("*.py"))
NAMES = {
    path: ".".join(("signalopt", *path.relative_to(PACKAGE).with_suffix("").parts))
    for path in MODULES
}


def imports(path: Path) -> dict[str, int]:
    """Modules of this package that a module imports anywhere in it, with the line."""
    known = {name.removesuffix(".__init__") for name in NAMES.values()}
    found: dict[str, int] = {}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: relative import"
            for alias in node.names:
                full = f"{node.module}.{alias.name}"
                found.setdefault(full if full in known else node.module or "", node.lineno)
        elif isinstance(node, ast.Import):
            for alias in node.names:
                found.setdefault(alias.name, node.lineno)
    return {name: line for name, line in found.items() if name.split(".")[0] == "signalopt"}


def room(module: str) -> str:
    """The room of a module: its first name below the package, empty for the package itself."""
    parts = module.removesuffix(".__init__").split(".")
    return parts[1] if len(parts) > 1 else ""


def test_every_room_has_a_floor() -> None:
    rooms = {room(name) for name in NAMES.values()} - {""}

    assert rooms <= set(FLOORS), "give the new room a floor here and in docs/architecture.md"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_go_only_down(path: Path) -> None:
    own = room(NAMES[path])
    wrong = [
        f"{path.name}:{line} imports {target}"
        for target, line in imports(path).items()
        if room(target) not in ("", own)
        and room(target) not in (SHARED_WORDS if FLOORS.get(own) == 0 else ())
        and (own == "" or FLOORS[room(target)] >= FLOORS[own])
    ]

    assert not wrong


def test_no_module_imports_itself_in_a_circle() -> None:
    graph = {
        name.removesuffix(".__init__"): set(imports(path)) - {"signalopt"}
        for path, name in NAMES.items()
    }
    done: set[str] = set()

    def walk(name: str, trail: tuple[str, ...]) -> None:
        assert name not in trail, " -> ".join((*trail[trail.index(name) :], name))
        if name not in done:
            for target in sorted(graph.get(name, ())):
                walk(target, (*trail, name))
            done.add(name)

    for name in sorted(graph):
        walk(name, ())


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_modules_stay_small(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST_MODULE


def test_no_module_is_called_utils() -> None:
    assert not [p for p in MODULES if p.stem in ("utils", "util", "helpers", "common", "misc")]


def test_only_the_command_line_prints_or_ends_the_program() -> None:
    wrong = [
        f"{path.relative_to(PACKAGE)}:{node.lineno}"
        for path in MODULES
        if room(NAMES[path]) != "cli"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("print", "sys.exit", "exit")
    ]

    assert not wrong


def loaded_after(statement: str) -> set[str]:
    """Top-level modules that a fresh interpreter holds after a statement."""
    script = f"import sys\n{statement}\nprint(*sorted({{n.split('.')[0] for n in sys.modules}}))"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


def test_the_command_line_starts_without_heavy_packages() -> None:
    assert not loaded_after("import signalopt.cli.main") & set(HEAVY)


def test_importing_everything_changes_nothing_outside() -> None:
    """Every module can be imported without SUMO_HOME, and none touches path, environment, signals.

    What libraries do when they are imported is theirs: they come first. Learning needs the extra [rl].
    """
    names = [name.removesuffix(".__init__") for name in NAMES.values()]
    learning = all(find_spec(name) for name in LEARNING)
    if not learning:
        names = [name for name in names if not name.startswith("signalopt.control.learn.")]
    script = f"""
import importlib, os, random, signal, sys, threading
os.environ.pop("SUMO_HOME", None)
def world():
    return (list(sys.path), dict(os.environ), os.getcwd(), threading.active_count(),
            signal.getsignal(signal.SIGINT), random.getstate())
import ortools.sat.python.cp_model, numpy, scipy, pydantic, lxml.etree, typer, rich.progress, rich.table
import polars
for library in {LEARNING if learning else ()!r}:
    importlib.import_module(library)
before = world()
for name in {names!r}:
    importlib.import_module(name)
assert world() == before
assert "traci" not in sys.modules and "libsumo" not in sys.modules
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
