from __future__ import annotations

import pytest

from signalopt.demand.vehicles import vehicle_classes
from signalopt.emissions.evidence import EVIDENCE, read_toml
from signalopt.emissions.factors import load_factors
from signalopt.emissions.technology import (
    kinematic_class_of,
    kinematic_classes,
    load_technologies,
    plain_euro,
)
from signalopt.errors import InputError

BUS_SOOT_MG = {"0": 467, "1": 315, "2": 146, "3": 158, "4": 41, "5": 49, "5_egr": 43, "6": 1.0}


@pytest.mark.parametrize(("euro", "soot_mg"), BUS_SOOT_MG.items())
def test_soot_of_a_bus_km_of_each_euro_class(euro: str, soot_mg: float) -> None:
    bus = load_technologies()["bus", "diesel", euro]

    assert bus.level["pm_mg"][0] * bus.soot_share == pytest.approx(soot_mg, rel=0.02)


def test_one_euro_iii_bus_is_about_800_petrol_cars() -> None:
    known = load_technologies()
    bus, car = known["bus", "diesel", "3"], known["car", "petrol", "4"]
    ratio = bus.level["pm_mg"][0] * bus.soot_share / (car.level["pm_mg"][0] * car.soot_share)

    assert ratio == pytest.approx(800, rel=0.02)


def test_every_constant_has_a_source_and_an_evidence_mark() -> None:
    rows = [*load_technologies().values(), *load_factors().values()]
    tables = [read_toml("constants"), read_toml("winter"), read_toml("responses")]
    tables += [read_toml("weights"), read_toml("year"), read_toml("closure")]

    assert all(row.source and row.evidence in EVIDENCE for row in rows)
    marks = [mark for table in tables for mark in _marks(table)]
    assert len(marks) > 60
    assert set(marks) <= set(EVIDENCE)


def _marks(tree: object) -> list[str]:
    if isinstance(tree, list):
        return [mark for part in tree for mark in _marks(part)]
    if not isinstance(tree, dict):
        return []
    own = [tree["evidence"]] if "evidence" in tree else []
    if "value" in tree or "central" in tree:
        assert "evidence" in tree and "source" in tree, tree
    return own + [mark for part in tree.values() for mark in _marks(part)]


def test_levels_are_positive_and_cleaner_with_time() -> None:
    for technology in load_technologies().values():
        zero = technology.fuel == "electric"
        for levels in technology.level.values():
            assert all((level == 0) == zero for level in levels), technology
        assert 0 <= technology.soot_share < 1


@pytest.mark.parametrize("name", [v.id for v in vehicle_classes("summer")])
def test_vehicle_classes_of_the_street_have_a_kinematic_class(name: str) -> None:
    assert kinematic_class_of(name) == name
    assert kinematic_class_of(f"{name}_winter") == name


def test_an_articulated_bus_is_no_bus_and_an_unknown_type_no_car() -> None:
    assert kinematic_class_of("articulated_bus.1") == "articulated_bus"
    with pytest.raises(InputError, match=r"vehicle type tram7.*no emission class"):
        kinematic_class_of("tram7")


@pytest.mark.parametrize(
    ("text", "euro"),
    [("Euro III", "3"), ("EURO-5", "5"), ("e4", "4"), ("vi", "6"), ("EEV", "eev"), ("", "none"),
     ("5 EGR", "5_egr"), ("V SCR", "5"), ("conventional", "0")],
)  # fmt: skip
def test_euro_classes_as_people_write_them(text: str, euro: str) -> None:
    known = {e for _, _, e in load_technologies()}

    assert plain_euro(text) == euro
    assert euro in known


def test_kinematic_classes_are_those_of_the_contract() -> None:
    assert kinematic_classes() == ("car", "lcv", "truck", "bus", "articulated_bus")
