from __future__ import annotations

from pathlib import Path

import pytest

from signalopt.emissions.fleet import DEFAULT_FLEET, list_fleets, load_fleet
from signalopt.emissions.mix import CONFIDENCES, DECLARED
from signalopt.errors import InputError


@pytest.mark.parametrize("name", list_fleets())
def test_shipped_fleets_are_whole(name: str) -> None:
    fleet = load_fleet(name)

    assert fleet.title and fleet.description and fleet.sources
    assert len(fleet.kinematic_classes) == 5
    for c in fleet.kinematic_classes:
        assert sum(s.share for s in fleet.of_class(c)) == pytest.approx(1)
        assert all(s.confidence in (*CONFIDENCES, DECLARED) and s.source for s in fleet.of_class(c))


def stock_share_of_euro_4(name: str) -> float:
    fleet = load_fleet(name)
    cars = [s for s in fleet.shares if s.kinematic_class == "car" and s.fuel != "electric"]
    return sum(s.share for s in cars if s.euro in set("456")) / sum(s.share for s in cars)


def test_the_default_fleet_meets_the_official_figure_and_the_prior_does_not() -> None:
    assert stock_share_of_euro_4(DEFAULT_FLEET) == pytest.approx(0.28)
    assert stock_share_of_euro_4("astana_2025_prior") == pytest.approx(0.47)


def test_variants_do_what_their_names_say() -> None:
    cng = load_fleet("astana_2025_buses_cng")
    electric = load_fleet("astana_2025_buses_electric_30")

    assert cng.share_where("bus", lambda s: s.fuel == "cng") == pytest.approx(1)
    assert electric.share_where("articulated_bus", lambda s: s.fuel == "electric") == pytest.approx(
        0.3
    )
    assert load_fleet("astana_2025_dead_catalysts_30").dead_catalyst_share == 0.30


def test_an_unknown_fleet_names_the_nearest() -> None:
    with pytest.raises(InputError, match="did you mean astana_2025"):
        load_fleet("astana2025")


def test_a_depot_list_replaces_its_class_only(tmp_path: Path) -> None:
    file = tmp_path / "depot.csv"
    file.write_text("kinematic_class,fuel,euro,count\nbus,diesel,Euro V,30\nbus,CNG,EEV,10\n")
    fleet = load_fleet(file)

    shares = {s.key: (s.share, s.confidence) for s in fleet.of_class("bus")}
    assert shares == {
        ("bus", "diesel", "5"): (0.75, "measured"),
        ("bus", "cng", "eev"): (0.25, "measured"),
    }
    assert fleet.of_class("car") == load_fleet().of_class("car")
    assert any("car, lcv, truck, articulated_bus: taken from" in note for note in fleet.notes)


def test_a_users_fleet_file(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(
        'title = "mine"\nbase = "astana_2025"\ntrip_km = 6\n'
        '[[change]]\nkinematic_class = "bus"\nfuel = "BEV"\nshare = 0.5\n'
    )
    fleet = load_fleet(str(file))

    assert (fleet.name, fleet.title, fleet.trip_km) == ("mine", "mine", 6.0)
    assert fleet.share_where("bus", lambda s: s.fuel == "electric") == pytest.approx(0.5)


def test_a_bad_fleet_file_tells_all_at_once(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(
        'titel = "x"\ntrip_km = 0\ndead_catalyst_share = 2\n[[change]]\nfuel = 3\nshare = 0.5\n'
    )
    with pytest.raises(InputError) as error:
        load_fleet(file)

    text = str(error.value)
    for part in ("titel", "did you mean title", "trip_km", "dead_catalyst_share", "both or none",
                 "no kinematic_class", "change 1: fuel"):  # fmt: skip
        assert part in text
    file.write_text("title = = 3")
    with pytest.raises(InputError, match="broken TOML"):
        load_fleet(file)
    with pytest.raises(InputError, match="no such file"):
        load_fleet(tmp_path / "none.csv")
