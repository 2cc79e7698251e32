from __future__ import annotations

from signalopt.microsim.sums import Sums, Walks, person_measures


def test_measures_by_hand() -> None:
    sums = Sums(
        vehicles=4, inserted=3, arrived=2, time_loss_s=60, depart_delay_s=20, duration_s=300,
        distance_m=2000, stops=6,
    )  # fmt: skip
    found = sums.measures()
    assert found["delay_s"] == 20  # (60 + 20) / 4 scheduled
    assert found["travel_time_s"] == 80
    assert found["stops"] == 1.5
    assert found["speed_kph"] == 24
    assert (found["throughput"], found["unfinished"], found["not_inserted"]) == (2, 1, 1)


def test_without_a_population_a_measure_is_absent() -> None:
    found = Sums(vehicles=1, depart_delay_s=100).measures()
    assert found["delay_s"] == 100
    assert "speed_kph" not in found
    assert "co2_g" not in found
    assert "delay_s" not in Sums().measures()


def test_adding_classes() -> None:
    total = Sums()
    total.add(Sums(vehicles=1, stops=2, distance_m=5))
    total.add(Sums(vehicles=2, stops=3, distance_m=6))
    assert (total.vehicles, total.stops, total.distance_m) == (3, 5, 11)


def test_persons_on_wheels_and_on_foot() -> None:
    total = Sums(persons=8, person_delay_s=100)
    found = person_measures(total, Walks(walkers=2, time_loss_s=20), occupancy_known=True)
    assert found == {"pedestrian_delay_s": 10, "person_delay_s": 12}
    assert person_measures(total, Walks(), occupancy_known=False) == {}
