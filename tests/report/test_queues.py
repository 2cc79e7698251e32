"""Queues over pieces of a street, and their percentile."""

from pathlib import Path

import pytest

from signalopt.errors import SimulationError
from signalopt.report.queues import percentile, read_queues
from signalopt.report.streets import Street

STREET = Street("a", "A", ("a", "a.bay"), (100.0, 40.0), 2, ((0, 0), (140, 0)))


def test_queue_counts_from_the_end_of_the_street(tmp_path: Path) -> None:
    moments = [
        ("0", [("a.bay_0", 12.0), ("a.bay_1", 20.0)]),
        ("10", [("a.bay_0", 40.0), ("a_0", 30.0)]),
        ("20", []),
        ("30", [("b_0", 99.0)]),
        ("99", [("a_0", 100.0)]),
    ]
    lanes = "".join(
        f'<data timestep="{t}"><lanes>'
        + "".join(f'<lane id="{n}" queueing_length="{q}"/>' for n, q in own)
        + "</lanes></data>"
        for t, own in moments
    )
    file = tmp_path / "q.xml"
    file.write_text(f"<queue-export>{lanes}</queue-export>", encoding="utf-8")
    found = read_queues(file, [STREET], 0, 40)

    assert found["a"].longest_m == 70.0
    assert found["a"].p95_m == 70.0  # of four looks the fourth


def test_percentile_counts_looks_that_saw_nothing() -> None:
    assert percentile([5.0], 100, 0.95) == 0.0
    assert percentile([float(n) for n in range(1, 11)], 100, 0.95) == 5.0
    assert percentile([float(n) for n in range(1, 101)], 100, 0.95) == 95.0
    assert percentile([], 10, 0.95) == 0.0


def test_something_else_is_told(tmp_path: Path) -> None:
    file = tmp_path / "q.xml"
    file.write_text('<queue-export><data timestep="no"/></queue-export>', encoding="utf-8")

    with pytest.raises(SimulationError, match="queue output"):
        read_queues(file, [STREET], 0, 40)
