import json
import subprocess
import sys
from pathlib import Path

import pytest

from signalopt.errors import InputError
from signalopt.study.record import RunRecord, record_from_json
from signalopt.study.store import open_store, read_classes, read_runs


def record(number: int, delay_s: float = 30.0) -> RunRecord:
    return RunRecord(
        key=f"key{number}", scenario="smoke", plan="today", engine="sumo", seed=number,
        factors={"demand.scale": 0.9}, case="c", plan_hash="p", sumo="1.28.0", signalopt="0.1.0",
        complete=True, wall_s=0.5, measures={"delay_s": delay_s},
        classes={"car": {"co2_g": 150.0}}, events={"collisions": 0},
    )  # fmt: skip


def test_record_round_trip() -> None:
    one = record(1)
    assert record_from_json(one.to_json()) == one
    with pytest.raises(ValueError, match="not a run record"):
        record_from_json("{}")


def test_runs_survive_in_the_journal_and_in_parts(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        store.add(record(1))
        assert read_runs(tmp_path).height == 1  # in the journal, before any part is written
    with open_store(tmp_path) as store:
        assert store.done == {"key1"}
        store.add(record(2, 40.0))
    runs = read_runs(tmp_path)
    assert runs.get_column("delay_s").to_list() == [30.0, 40.0]
    assert runs.get_column("set.demand.scale").to_list() == ["0.9", "0.9"]
    assert read_classes(tmp_path).height == 2


def test_torn_journal_line_is_set_aside(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        store.add(record(1))
        store.add(record(2))
        text = (tmp_path / "journal.jsonl").read_bytes()
    (tmp_path / "journal.jsonl").write_bytes(text[:-25])
    for path in (tmp_path / "parts").iterdir():
        path.unlink()
    with open_store(tmp_path) as store:
        assert store.done == {"key1"}
        assert "1 damaged or torn line" in store.damage[0]
    assert (tmp_path / "damaged" / "journal.jsonl").is_file()


def test_flipped_byte_in_the_journal_is_noticed(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        store.add(record(1))
        text = (tmp_path / "journal.jsonl").read_bytes()
    (tmp_path / "journal.jsonl").write_bytes(text.replace(b"30.0", b"31.0"))
    for path in (tmp_path / "parts").iterdir():
        path.unlink()
    with open_store(tmp_path) as store:
        assert store.done == set()


def test_cut_between_part_and_journal_counts_a_run_once(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        store.add(record(1))
        journal = (tmp_path / "journal.jsonl").read_bytes()
    (tmp_path / "journal.jsonl").write_bytes(journal)
    assert read_runs(tmp_path).height == 1
    assert read_classes(tmp_path).height == 1
    with open_store(tmp_path) as store:
        assert store.done == {"key1"}
    assert read_runs(tmp_path).height == 1


@pytest.mark.parametrize("kind", ["runs", "classes"])
def test_damaged_part_is_named_and_set_aside(tmp_path: Path, kind: str) -> None:
    with open_store(tmp_path) as store:
        store.add(record(1))
    part = tmp_path / "parts" / f"{kind}-000001.parquet"
    content = part.read_bytes()
    part.write_bytes(content[: len(content) // 2])
    reader = read_runs if kind == "runs" else read_classes
    with pytest.raises(InputError, match="damaged"):
        reader(tmp_path)
    with open_store(tmp_path) as store:
        assert store.done == set()
        assert "runs-000001.parquet" in store.damage[0]
        store.add(record(1))
    assert reader(tmp_path).height == 1


def test_second_writer_is_refused(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from signalopt.study.store import open_store\n"
        "from signalopt.errors import InputError\n"
        "try:\n"
        "    with open_store(Path(sys.argv[1])): print('opened')\n"
        "except InputError as e: print(e)\n"
    )
    with open_store(tmp_path):
        said = subprocess.run(
            [sys.executable, "-c", script, str(tmp_path)],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
    assert "another process writes here" in said


def test_no_store_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no results"):
        read_runs(tmp_path)


def test_journal_lines_are_json_with_a_checksum(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        store.add(record(1))
        line = (tmp_path / "journal.jsonl").read_text().splitlines()[0]
    assert json.loads(line.partition(" ")[2])["key"] == "key1"
