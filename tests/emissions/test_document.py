from __future__ import annotations

from pathlib import Path

import pytest

from signalopt.emissions.document import TABLES, filled

PAGE = Path(__file__).resolve().parents[2] / "docs" / "emissions.md"


def test_the_tables_of_the_page_are_those_of_the_model() -> None:
    text = PAGE.read_text(encoding="utf-8")

    assert all(f"<!-- table: {name} -->" in text for name in TABLES)
    assert filled(text) == text, "run `python -m benchmarks.emission_tables --write`"


@pytest.mark.parametrize("name", TABLES)
def test_tables_are_tables(name: str) -> None:
    lines = TABLES[name]().splitlines()

    assert len(lines) > 3
    assert len({line.count("|") for line in lines}) == 1


def test_a_changed_figure_would_be_noticed() -> None:
    text = PAGE.read_text(encoding="utf-8")
    stale = text.replace("| 0.752", "| 0.751").replace("1,139", "1,140")

    assert filled(stale) == text
