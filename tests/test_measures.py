from __future__ import annotations

from signalopt.measures import MEASURES
from signalopt.microsim.sums import Sums, Walks, person_measures


def test_names_carry_their_units() -> None:
    endings = {"_s": ("s/",), "_g": ("g/",), "_mg": ("mg/",), "_kg": ("kg",), "_kph": ("km/h",)}
    for name, measure in MEASURES.items():
        assert name == measure.name
        for ending, units in endings.items():
            if name.endswith(ending):
                assert measure.unit.startswith(units), name


def test_every_measure_says_what_it_is() -> None:
    for measure in MEASURES.values():
        assert measure.label
        assert len(measure.definition) > 20, measure.name
        assert measure.better in {"lower", "higher"}


def test_what_the_simulation_produces_is_defined() -> None:
    sums = Sums(vehicles=2, inserted=1, duration_s=10, distance_m=100, persons=3)
    produced = sums.measures() | person_measures(sums, Walks(1, 5.0), occupancy_known=True)
    assert set(produced) | {"collisions", "teleports"} == set(MEASURES)
