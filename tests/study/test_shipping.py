from dataclasses import fields
from pathlib import Path

import pytest

from signalopt.errors import InputError
from signalopt.microsim.simulate import simulate
from signalopt.scenario.build import build_case
from signalopt.scenario.load import load_scenario
from signalopt.study.shipping import pack, ship, unpack


def test_a_parcel_gives_the_same_case_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, short_sweep: Path
) -> None:
    case = build_case(load_scenario(short_sweep.with_name("short.yaml")), tmp_path / "here")
    here = simulate(case, None, [1])
    parcel = pack(case)
    assert parcel == pack(case)
    monkeypatch.setenv("SIGNALOPT_CACHE", str(tmp_path / "there"))
    shipped = ship(case)
    with pytest.raises(InputError, match="no case"):
        unpack(shipped, None)
    moved = unpack(shipped, parcel)
    (tmp_path / "here").rename(tmp_path / "gone")
    for field in fields(case):
        if field.name not in ("folder", "network") and "file" not in field.name:
            assert getattr(moved, field.name) == getattr(case, field.name)
    assert moved.net_file.is_relative_to(tmp_path / "there")
    assert simulate(moved, None, [1]).runs[0].measures == here.runs[0].measures
    assert unpack(shipped, None) == moved
