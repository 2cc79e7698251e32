from __future__ import annotations

from pathlib import Path

import pytest

from signalopt.emissions.vehicle_list import read_shares
from signalopt.errors import InputError


def written(folder: Path, *rows: str, header: str = "kinematic_class,fuel,euro,share") -> Path:
    file = folder / "list.csv"
    file.write_text("\n".join((header, *rows)) + "\n")
    return file


def problems(path: Path) -> list[str]:
    with pytest.raises(InputError) as error:
        read_shares(path)
    return [str(p) for p in error.value.problems]


def test_all_problems_at_once_with_file_and_line(tmp_path: Path) -> None:
    found = problems(
        written(
            tmp_path,
            "bus,diesel,5,0.5",
            "buss,diesel,5,0.2",
            "bus,petrol,5,0.1",
            "bus,diesel,8,0.1",
            "bus,cng,eev,minus",
            "bus,diesel,Euro V,0.1",
        )
    )

    assert len(found) == 5
    assert "list.csv:3" in found[0] and "did you mean bus" in found[0]
    assert "list.csv:4" in found[1] and "fuel of bus 'petrol'" in found[1]
    assert "list.csv:5" in found[2] and "Euro class of diesel bus '8'" in found[2]
    assert "list.csv:6: share" in found[3] and "'minus'" in found[3]
    assert "list.csv:7" in found[4] and "first in line 2" in found[4]


def test_shares_must_add_up_within_the_tolerance(tmp_path: Path) -> None:
    (problem,) = problems(written(tmp_path, "car,petrol,3,0.5", "car,petrol,4,0.4"))
    assert "add up to 0.9" in problem and "within 0.005" in problem

    rows = read_shares(written(tmp_path, "car,petrol,3,0.5", "car,petrol,4,0.497"))
    assert sum(r.share for r in rows) == pytest.approx(1)


@pytest.mark.parametrize("value", ["nan", "inf", "-1", ""])
def test_numbers_that_are_none(tmp_path: Path, value: str) -> None:
    assert "a number from 0 on" in problems(written(tmp_path, f"car,petrol,3,{value}"))[0]


def test_missing_columns_rows_and_vehicles(tmp_path: Path) -> None:
    assert (
        "also euro, share or count" in problems(written(tmp_path, header="kinematic_class,fuel"))[0]
    )
    assert "no rows" in problems(written(tmp_path))[0]
    header = "kinematic_class,fuel,euro,count"
    assert "no vehicle" in problems(written(tmp_path, "car,petrol,3,0", header=header))[0]


def test_confidence_of_a_list(tmp_path: Path) -> None:
    header = "kinematic_class,fuel,euro,share,confidence"
    (row,) = read_shares(written(tmp_path, "car,petrol,3,1,official", header=header))
    assert row.confidence == "official"
    found = problems(written(tmp_path, "car,petrol,3,1,oficial", header=header))
    assert "did you mean official" in found[0]
