from __future__ import annotations

import pytest

from signalopt.emissions.estimate import Activity, emissions
from signalopt.emissions.fleet import load_fleet
from signalopt.emissions.year import extrapolate, season_temperature_c, year_hours
from signalopt.errors import InputError

FLEET = load_fleet()


def simulated(hours: float = 1.0) -> dict:
    found = {}
    for scenario, scale in (("am", 1.0), ("pm", 1.2), ("midday", 0.6)):
        for season in ("summer", "winter"):
            traffic = Activity("car", 1000, 2000 * scale, 3000 * scale, 40000 * scale)
            temperature = season_temperature_c(season)
            found[scenario, season] = (emissions([traffic], FLEET, temperature), hours)
    return found


def test_the_year_has_all_its_hours() -> None:
    assert sum(row.hours for row in year_hours()) == pytest.approx(365 * 24)
    assert all(row.source and row.scale > 0 for row in year_hours())


def test_a_year_by_hand() -> None:
    hours = simulated()
    found = extrapolate(hours)
    hand = sum(
        row.hours * row.scale * hours[row.scenario, row.season][0].total["co2_g"].central / 1e6
        for row in year_hours()
    )

    assert found.co2_t.central == pytest.approx(hand)
    assert found.co2_t.low < found.co2_t.central < found.co2_t.high
    assert found.soot_kg.central > 0
    assert len(found.assumptions) == len(year_hours()) + 2


def test_a_longer_simulation_of_the_same_traffic_gives_the_same_year() -> None:
    half = extrapolate({key: (result, 2.0) for key, (result, _) in simulated().items()})

    assert half.co2_t.central == pytest.approx(extrapolate(simulated()).co2_t.central / 2)


def test_missing_hours_are_told_at_once() -> None:
    hours = simulated()
    del hours["am", "summer"], hours["pm", "winter"]
    hours["midday", "summer"] = (hours["midday", "summer"][0], 0.0)
    with pytest.raises(InputError) as error:
        extrapolate(hours)

    assert [str(p).split(";")[0] for p in error.value.problems] == [
        "year: found no hour `am` in summer",
        "year: found no hour `pm` in winter",
        "year: midday summer: found 0 simulated hours",
    ]
