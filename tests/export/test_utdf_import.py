"""A Synchro user's file becomes our plan and our turning counts."""

from __future__ import annotations

from pathlib import Path

import pytest

from signalopt.errors import InputError
from signalopt.export.facts import SheetFacts
from signalopt.export.formats import FORMATS
from signalopt.export.table_text import table_rows
from signalopt.export.utdf.importing import import_utdf
from signalopt.timing.planfile import read_plan
from signalopt.timing.program import states_between
from signalopt.timing.safety import judge_plan
from tests.export.areas import all_day, area, random_plan

NETWORK = area("tauelsizdik")
PLAN = random_plan(NETWORK, 6)
TEXT = next(iter(FORMATS["utdf"].write(all_day(PLAN), NETWORK, SheetFacts()).files.values()))


def with_volumes(text: str) -> str:
    """A `Volume` record for node 1: 100 for every lane group that has lanes."""
    lines = text.splitlines()
    at = next(i for i, line in enumerate(lines) if line.startswith("Phase1,1,"))
    cells = next(line for line in lines if line.startswith("Up Node,1,")).split(",")[2:]
    lines.insert(at, ",".join(("Volume", "1", *("100" if cell else "" for cell in cells))))
    return "\n".join(lines).replace("ScenarioTime,", "ScenarioTime,5:30 pm") + "\n"


def test_plan_and_counts(tmp_path: Path):
    path = tmp_path / "synchro.csv"
    path.write_text(with_volumes(TEXT))
    made = import_utdf(path, NETWORK, tmp_path / "out")
    plan = read_plan(made.plan_file, NETWORK.fingerprint)
    assert judge_plan(NETWORK.layouts, plan) == ()
    for program in PLAN.intersections:
        layout = NETWORK.layouts[program.intersection]
        mine = states_between(layout, program, 0, 200)
        assert states_between(layout, plan.by_id[program.intersection], 0, 200) == mine
    problems: list = []
    columns = ("intersection", "from", "to", "begin", "end", "count")
    rows = table_rows(made.counts_file.read_text(), "counts", columns, problems)
    assert problems == [] and len(rows) == made.rows > 3
    assert {row["intersection"] for _, row in rows} == {NETWORK.intersections[0].id}
    assert {(row["begin"], row["end"], row["count"]) for _, row in rows} == {
        ("17:30", "18:30", "100")
    }
    turns = {(m.from_edge, m.to_edge) for m in NETWORK.intersections[0].movements}
    assert all((row["from"], row["to"]) in turns for _, row in rows)


def test_nodes_by_map_and_problems_all_at_once(tmp_path: Path):
    path, mapping = tmp_path / "synchro.csv", tmp_path / "nodes.csv"
    first = NETWORK.intersections[0].id
    path.write_text(TEXT.replace(f",{first},", ",,"))
    mapping.write_text(f"INTID,intersection\n1,{first}\n")
    assert first in import_utdf(path, NETWORK, tmp_path / "a", mapping).intersections
    assert first not in import_utdf(path, NETWORK, tmp_path / "b").intersections
    mapping.write_text(f"INTID,intersection\n1,{first[:-1]}\n999,{first}\n")
    with pytest.raises(InputError) as caught:
        import_utdf(path, NETWORK, tmp_path / "c", mapping)
    assert len(caught.value.problems) == 2 and "did you mean" in str(caught.value)
    assert not (tmp_path / "c").exists()


def test_phases_that_are_no_stage_here_are_named(tmp_path: Path):
    """All lane groups moved to phase 2: no stage of the network shows them together."""
    lines = TEXT.splitlines()
    for i, line in enumerate(lines):
        if line.startswith(("Phase1,1,", "PermPhase1,1,")):
            name, node, *cells = line.split(",")
            lines[i] = ",".join((name, node, *("2" if cell else "" for cell in cells)))
    path = tmp_path / "synchro.csv"
    path.write_text("\n".join(lines) + "\n")
    with pytest.raises(InputError, match="green together"):
        import_utdf(path, NETWORK, tmp_path / "out")
