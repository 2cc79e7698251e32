from __future__ import annotations

from signalopt.emissions.estimate import Activity, emissions
from signalopt.emissions.figures import measures
from signalopt.emissions.fleet import load_fleet
from signalopt.measures import MEASURES
from signalopt.microsim.sums import Sums, Walks, person_measures


def test_names_carry_their_units() -> None:
    per_vehicle = {"_s": "s/", "_g": "g/", "_mg": "mg/", "_kwh": "kWh/", "_kph": "km/h"}
    totals = {"_kg": "kg", "_g": "g", "_kwh": "kWh", "_eur": "EUR"}
    for name, measure in MEASURES.items():
        assert name == measure.name
        total = "_total_" in name or name.endswith("_eur")
        for ending, unit in (totals if total else per_vehicle).items():
            if name.endswith(ending):
                assert measure.unit == unit if total else measure.unit.startswith(unit), name


def test_every_measure_says_what_it_is() -> None:
    for measure in MEASURES.values():
        assert measure.label
        assert len(measure.definition) > 20, measure.name
        assert measure.better in {"lower", "higher"}


def test_what_the_simulation_produces_is_defined() -> None:
    sums = Sums(vehicles=2, inserted=1, duration_s=10, distance_m=100, persons=3)
    produced = sums.measures() | person_measures(sums, Walks(1, 5.0), occupancy_known=True)
    emitted = measures(emissions([Activity("car", 1, 1.0, 1, 10)], load_fleet(), 20.0))
    others = {"collisions", "teleports", "money_eur"}
    assert set(produced) | set(emitted) | others == set(MEASURES)
