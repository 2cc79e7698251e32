"""What a sweep's cells stand for: scenarios read and checked, plans read and judged, cases built."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from signalopt.errors import InputError, Problem
from signalopt.optimize.webster_start import webster_start
from signalopt.scenario.build import build_case
from signalopt.scenario.case import Case
from signalopt.scenario.load import load_scenario
from signalopt.scenario.schema import Scenario
from signalopt.scenario.yaml_tree import Tree
from signalopt.study.cells import Cell, cases
from signalopt.study.spec import TODAY, WEBSTER, Sweep
from signalopt.timing.plan import Plan
from signalopt.timing.planfile import read_plan
from signalopt.verdict import completed, judge_for_case

PLACEHOLDER = "{scenario}"


@dataclass(frozen=True)
class Inputs:
    """Scenarios by case label, as loaded and checked; plan files by (plan, scenario)."""

    scenarios: Mapping[str, Scenario]
    plan_files: Mapping[tuple[str, str], Path]


@dataclass
class Builder:
    """Builds cases and plans as they are asked for and keeps the last few."""

    inputs: Inputs
    kept: int = 3
    _cases: dict[str, Case] = field(default_factory=dict)

    def case(self, cell: Cell) -> Case:
        """The case of a cell, from memory, from the cache on disk, or built. Raises InputError."""
        label = cell.case_label
        if label not in self._cases:
            while len(self._cases) >= self.kept:
                self._cases.pop(next(iter(self._cases)))
            self._cases[label] = build_case(self.inputs.scenarios[label])
        return self._cases[label]

    def plan(self, cell: Cell) -> Plan:
        """The plan of a cell. Raises InputError for one that does not fit or is not safe."""
        case = self.case(cell)
        if cell.plan == TODAY:
            return case.today
        if cell.plan == WEBSTER:
            return webster_start(case)
        path = self.inputs.plan_files[cell.plan, cell.scenario]
        plan = completed(case, read_plan(path, case.network.fingerprint))
        verdict = judge_for_case(case, plan)
        if not verdict.safe:
            raise InputError(
                *(
                    Problem(f"{path}: {f.intersection}", str(f), "a safe plan")
                    for f in verdict.findings
                )
            )
        return plan


def read_inputs(sweep: Sweep, cells: tuple[Cell, ...]) -> Inputs:
    """Read and check every scenario with its overrides and find every plan file.

    Raises InputError with all problems of all cells at once.
    """
    problems: list[Problem] = []
    scenarios: dict[str, Scenario] = {}
    for cell in cases(cells):
        try:
            scenarios[cell.case_label] = load_scenario(_file(sweep, cell), cell.overrides)
        except InputError as error:
            problems += error.problems
    plan_files: dict[tuple[str, str], Path] = {}
    for cell in cells:
        tree = sweep.plans.get(cell.plan)
        if tree is None or (cell.plan, cell.scenario) in plan_files:
            continue
        path = _plan_file(sweep, tree, cell)
        plan_files[cell.plan, cell.scenario] = path
        if not path.is_file():
            where = f"{tree.place}: plans.{cell.plan}"
            problems.append(Problem(where, f"no file {path}", "a plan file"))
    if problems:
        raise InputError(*_once(problems))
    return Inputs(scenarios, plan_files)


def check_plans(builder: Builder, cells: Iterable[Cell]) -> None:
    """Build one case of each scenario and judge every plan on it, before the long work begins.

    Raises InputError with all problems.
    """
    problems: list[Problem] = []
    seen: set[tuple[str, str]] = set()
    for cell in cells:
        if (cell.scenario, cell.plan) in seen:
            continue
        seen.add((cell.scenario, cell.plan))
        try:
            builder.plan(cell)
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(*_once(problems))


def _file(sweep: Sweep, cell: Cell) -> str | Path:
    beside = sweep.file.parent / cell.scenario
    return beside if beside.is_file() else cell.scenario


def _plan_file(sweep: Sweep, tree: Tree, cell: Cell) -> Path:
    text = str(tree.value).replace(PLACEHOLDER, Path(cell.scenario).stem)
    return sweep.file.parent / text


def _once(problems: list[Problem]) -> list[Problem]:
    return list(dict.fromkeys(problems))
