from signalopt.network.refuges import longest_undivided_m

CROSSING = ((0.0, 0.0), (26.0, 0.0))


def lanes(*places_m: float) -> list[tuple[float, float]]:
    return [(place, 8.0) for place in places_m]


def test_a_median_of_three_metres_divides_the_crossing():
    # Three lanes of 3.5 m, 3 m median, three lanes: 10.5 m a side.
    ends = lanes(2, 5.5, 9, 15.5, 19, 22.5)
    assert longest_undivided_m(CROSSING, ends, 26) == 10.5


def test_the_wider_carriageway_decides():
    ends = lanes(2, 5.5, 9, 12.5, 19, 22.5)
    assert longest_undivided_m(CROSSING, ends, 26) == 14


def test_a_painted_median_is_no_refuge():
    assert longest_undivided_m(CROSSING, lanes(2, 5.5, 9, 13.5, 17, 20.5), 26) is None


def test_one_lane_or_no_path_cannot_be_divided():
    assert longest_undivided_m(CROSSING, lanes(5), 26) is None
    assert longest_undivided_m(((1.0, 1.0),), lanes(2, 9), 3) is None
    assert longest_undivided_m(((1.0, 1.0), (1.0, 1.0)), lanes(2, 9), 3) is None
