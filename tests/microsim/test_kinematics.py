"""Which types count as what, and which are refused because they would emit like a car."""

from __future__ import annotations

import pytest

from signalopt.errors import InputError
from signalopt.microsim.kinematics import Kind, check_emission_classes, kind_of
from signalopt.microsim.schedule import Schedule, VehicleType


def schedule(**types: VehicleType) -> Schedule:
    return Schedule({}, frozenset(), types)


@pytest.mark.parametrize(
    ("type_id", "v_class", "emission_class", "expected"),
    [
        ("car", "passenger", "", Kind("car", False)),
        ("anything", "passenger", "", Kind("car", False)),
        ("lcv", "passenger", "", Kind("lcv", False)),
        ("x", "delivery", "", Kind("lcv", False)),
        ("bus_12m", "bus", "", Kind("bus", False)),
        ("articulated_bus", "bus", "", Kind("articulated_bus", False)),
        ("x", "truck", "", Kind("truck", False)),
        ("x", "bus", "Energy/unknown", Kind("bus", True)),
        ("x", "evehicle", "", Kind("car", True)),
        ("x", "bicycle", "", None),
        ("x", "tram", "", None),
    ],
)
def test_kinds(type_id: str, v_class: str, emission_class: str, expected: Kind | None) -> None:
    assert kind_of(type_id, VehicleType(v_class, emission_class)) == expected


def test_every_lie_is_refused_by_name_at_once() -> None:
    types = {
        "line_bus": VehicleType("bus", "PHEMlight5/PC_EU4_G"),
        "lorry": VehicleType("truck", "HBEFA4/PC_petrol_Euro-4"),
        "own_bus": VehicleType("bus", "PHEMlight5/BUS_EUIII_D"),
        "fine_bus": VehicleType("bus", "PHEMlight5/CO_EUIII_D"),
        "fine_car": VehicleType("passenger", "PHEMlight5/PC_EU4_G"),
    }
    with pytest.raises(InputError) as caught:
        check_emission_classes(schedule(**types))

    text = str(caught.value)
    assert len(caught.value.problems) == 3
    assert all(f"vehicle type {name}" in text for name in ("line_bus", "lorry", "own_bus"))
    assert "emit like a car" in text
