from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signalopt.demand.day_profile import DayProfile, built_in_profiles, read_profiles
from signalopt.errors import InputError

RAMP = DayProfile("ramp", tuple(float(hour + 1) for hour in range(24)))

GOOD = """
[[day_type]]
name = "workday"
levels = [{levels}]
scenarios = ["am"]
calendar = [{{ weekdays = [1, 2, 3, 4, 5] }}]
source = "counted"

[[day_type]]
name = "fair"
like = "workday"
calendar = [{{ dates = ["2027-06-05"] }}]
source = "guessed"
"""


def text(levels: str = ", ".join(["0.5"] * 24)) -> str:
    return GOOD.format(levels=levels)


def refused(tmp_path: Path, content: str) -> str:
    (tmp_path / "days.toml").write_text(content, encoding="utf-8")
    with pytest.raises(InputError) as error:
        read_profiles(tmp_path / "days.toml")
    return str(error.value)


def test_levels_hold_in_the_middle_of_the_hour_and_run_straight_between():
    assert RAMP.level_at(0.5 * 3600) == 1
    assert RAMP.level_at(8.5 * 3600) == 9
    assert RAMP.level_at(9 * 3600) == 9.5
    assert RAMP.level_at(0) == pytest.approx((24 + 1) / 2)  # midnight lies between the ends


@given(st.floats(0, 86399))
def test_levels_stay_within_their_neighbours(second):
    for profile in built_in_profiles():
        assert min(profile.levels) <= profile.level_at(second) <= max(profile.levels)


def test_built_in_day_types_have_a_source_and_the_levels_that_are_known():
    found = {profile.name: profile for profile in built_in_profiles()}
    weekday = found["weekday"]
    assert all(profile.source for profile in found.values())
    assert weekday.level_at(11.5 * 3600) == pytest.approx(0.62)
    assert weekday.level_at(18.5 * 3600) == pytest.approx(0.97)
    assert found["snow"].levels == weekday.levels
    assert found["snow"].calendar == ()


def test_own_day_types(tmp_path):
    (tmp_path / "days.toml").write_text(text(), encoding="utf-8")
    workday, fair = read_profiles(tmp_path / "days.toml")
    assert workday.scenarios == ("am",)
    assert fair.levels == workday.levels
    assert fair.like == "workday"


def test_every_problem_is_told(tmp_path):
    assert "24 levels above 0" in refused(tmp_path, text("0.5, 0.5"))
    both = text().replace('like = "workday"', 'colour = "red"')
    assert "colour" in refused(tmp_path, both)
    lost = refused(tmp_path, text().replace('like = "workday"', 'like = "wrokday"'))
    assert "a day type with levels" in lost
    neither = refused(tmp_path, text().replace('like = "workday"', ""))
    assert "neither levels nor like" in neither
    bad_date = refused(tmp_path, text().replace("2027-06-05", "05.06.2027"))
    assert "YYYY-MM-DD" in bad_date
    twice = refused(tmp_path, text().replace('"fair"', '"workday"'))
    assert "each name once" in twice
    assert "[[day_type]]" in refused(tmp_path, "days = 3\n")
    assert "days.toml" in refused(tmp_path, "= broken")
