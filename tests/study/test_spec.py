from pathlib import Path

import pytest

from signalopt.errors import InputError
from signalopt.study.cells import expand
from signalopt.study.inputs import read_inputs
from signalopt.study.spec import read_sweep

GOOD = """title: peaks
matrix:
  scenario: [smoke]
  plan: [today, webster]
  demand.scale: [0.9, 1.0]
  season: [summer, snow]
exclude:
  - {plan: webster, season: snow}
include:
  - {scenario: smoke, plan: today, demand.scale: 1.2}
seeds: 3
"""


def sweep_file(folder: Path, text: str) -> Path:
    path = folder / "sweep.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def problems(path: Path) -> list[str]:
    with pytest.raises(InputError) as caught:
        read_sweep(path)
    return [str(p) for p in caught.value.problems]


def test_matrix_less_excluded_plus_included(tmp_path: Path) -> None:
    sweep = read_sweep(sweep_file(tmp_path, GOOD))
    cells = expand(sweep)
    assert len(cells) == 2 * 2 * 2 - 2 + 1
    assert sweep.seeds == (1, 2, 3)
    assert not [c for c in cells if c.plan == "webster" and c.values["season"] == "snow"]
    assert cells[-1].label == "smoke demand.scale=1.2 / today"


def test_overrides_reach_the_scenario(tmp_path: Path) -> None:
    sweep = read_sweep(sweep_file(tmp_path, GOOD))
    cells = expand(sweep)
    found = read_inputs(sweep, cells).scenarios["smoke demand.scale=0.9 season=snow"]
    assert found.demand.scale == 0.9
    assert found.season == "snow"


def test_every_problem_at_once_with_its_line(tmp_path: Path) -> None:
    text = """title: x
matrx: {}
matrix:
  scenario: [smoke]
  plan: [today, tuend]
  engine: [summo]
plans: {tuned: a.json}
set: {plan: today}
seeds: 0
"""
    found = "\n".join(problems(sweep_file(tmp_path, text)))
    assert "sweep.yaml:2: found `matrx`" in found
    assert "did you mean `matrix`?" in found
    assert "did you mean `tuned`?" in found
    assert "did you mean `sumo`?" in found
    assert "sweep.yaml:8: set.plan" in found
    assert "sweep.yaml:9: seeds" in found


def test_unknown_scenario_key_names_the_nearest(tmp_path: Path) -> None:
    text = "matrix: {scenario: [smoke], demand.scal: [1.0], sesaon: [snow]}\n"
    sweep = read_sweep(sweep_file(tmp_path, text))
    with pytest.raises(InputError) as caught:
        read_inputs(sweep, expand(sweep))
    found = "\n".join(str(p) for p in caught.value.problems)
    assert "sweep.yaml:1: demand.scal" in found
    assert "did you mean `scale`?" in found
    assert "did you mean `season`?" in found


def test_no_cell_left_and_too_many_cells(tmp_path: Path) -> None:
    none = "matrix: {scenario: [smoke]}\nexclude: [{scenario: smoke}]\n"
    with pytest.raises(InputError, match="no cell left"):
        expand(read_sweep(sweep_file(tmp_path, none)))
    values = ", ".join(str(n) for n in range(1, 1002))
    many = f"matrix: {{scenario: [smoke], seed: [{values}], pedestrians.per_crossing_pph: [{values}]}}\n"
    assert "1002001 cells" in problems(sweep_file(tmp_path, many))[0]


def test_missing_plan_file_is_named(tmp_path: Path) -> None:
    text = "matrix: {scenario: [smoke], plan: [best]}\nplans: {best: 'plans/{scenario}.json'}\n"
    sweep = read_sweep(sweep_file(tmp_path, text))
    with pytest.raises(InputError, match=r"plans/smoke\.json"):
        read_inputs(sweep, expand(sweep))
