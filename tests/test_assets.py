"""Where shipped data and generated files lie."""

from pathlib import Path

import pytest

from signalopt.assets import cache_folder, data_folder


@pytest.mark.parametrize("kind", ["networks", "scenarios"])
def test_shipped_data_are_there(kind: str) -> None:
    assert data_folder(kind).is_dir()


def test_the_cache_can_be_moved(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SIGNALOPT_CACHE", str(tmp_path))

    assert cache_folder() == tmp_path


def test_without_a_wish_the_cache_is_the_users(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SIGNALOPT_CACHE", raising=False)

    assert cache_folder().name == "signalopt"
