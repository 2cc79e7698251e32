from __future__ import annotations

import pytest

from signalopt.emissions.estimate import Activity, emissions
from signalopt.emissions.figures import measures
from signalopt.emissions.fleet import load_fleet
from signalopt.measures import MEASURES

FLEET = load_fleet()


def test_totals_per_km_and_driven_belong_together() -> None:
    result = emissions([Activity("car", 10, 20, 30, 400, entry_idle_s=100)], FLEET, 20)
    found = measures(result)

    assert set(found) <= set(MEASURES)
    assert found["co2_total_kg"].central == pytest.approx(20 * found["co2_g"].central / 1000)
    assert found["soot_total_g"].central == pytest.approx(20 * found["soot_mg"].central / 1000)
    assert found["co2_driven_g"].central < found["co2_g"].central
    assert found["soot_mg"].low < found["soot_mg"].central < found["soot_mg"].high


def test_nothing_driven_has_totals_only() -> None:
    found = measures(emissions([Activity("car", 1, 0, 0, 0, entry_idle_s=60)], FLEET, 20))

    assert found["co2_total_kg"].central > 0
    assert "co2_g" not in found
