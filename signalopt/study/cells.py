"""From a sweep to its cells: every combination, less the excluded, plus the included."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product

from signalopt.errors import InputError, Problem
from signalopt.scenario.yaml_tree import Tree
from signalopt.study.spec import AXES, ENGINES, TODAY, Sweep


@dataclass(frozen=True)
class Cell:
    """One combination. `overrides`: values by dotted key of the scenario, with their places."""

    scenario: str
    plan: str
    engine: str
    overrides: Mapping[str, Tree]

    @property
    def values(self) -> dict[str, object]:
        """Plain values of the overrides."""
        return {name: tree.plain() for name, tree in self.overrides.items()}

    @property
    def case_label(self) -> str:
        """Scenario and overrides as text; equal for cells that share a case."""
        rest = "".join(f" {k}={_short(v)}" for k, v in sorted(self.values.items()))
        return self.scenario + rest

    @property
    def label(self) -> str:
        """The whole cell as text."""
        engine = "" if self.engine == ENGINES[0] else f" [{self.engine}]"
        return f"{self.case_label} / {self.plan}{engine}"


def expand(sweep: Sweep) -> tuple[Cell, ...]:
    """All cells in the order of the file. Raises InputError if none is left."""
    names = list(sweep.axes)
    cells: dict[str, Cell] = {}
    for combination in product(*sweep.axes.values()):
        chosen = dict(zip(names, combination, strict=True))
        if not any(_fits(chosen, row) for row in sweep.exclude):
            cell = _cell(sweep, chosen)
            cells.setdefault(cell.label, cell)
    for row in sweep.include:
        cell = _cell(sweep, row)
        cells.setdefault(cell.label, cell)
    if not cells:
        raise InputError(
            Problem(f"{sweep.file}: matrix", "no cell left after `exclude`", "at least one")
        )
    return tuple(cells.values())


def cases(cells: tuple[Cell, ...]) -> Iterator[Cell]:
    """One cell of each different case."""
    seen: set[str] = set()
    for cell in cells:
        if cell.case_label not in seen:
            seen.add(cell.case_label)
            yield cell


def _cell(sweep: Sweep, chosen: Mapping[str, Tree]) -> Cell:
    own = {name: tree for name, tree in chosen.items() if name not in AXES}
    return Cell(
        scenario=_named(chosen.get("scenario"), ""),
        plan=_named(chosen.get("plan"), TODAY),
        engine=_named(chosen.get("engine"), ENGINES[0]),
        overrides={**sweep.fixed, **own},
    )


def _named(tree: Tree | None, default: str) -> str:
    return default if tree is None else str(tree.value)


def _fits(chosen: Mapping[str, Tree], row: Mapping[str, Tree]) -> bool:
    return all(name in chosen and chosen[name].plain() == row[name].plain() for name in row)


def _short(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
