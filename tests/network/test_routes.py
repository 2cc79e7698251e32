import gzip
from pathlib import Path

import pytest

from signalopt.errors import InputError
from signalopt.network.routes import parse_seconds, summarise_routes

ROUTES = """<routes>
  <vType id="car"/>
  <vehicle id="a" depart="10"><route edges="e1 e2"/></vehicle>
  <trip id="b" depart="00:01:00.5" from="e1" to="e2" via="e3"/>
  <flow id="c" begin="0" end="900" number="3" from="e1" to="e2"/>
  <person id="d" depart="triggered"><walk edges="e1 e3"/></person>
</routes>"""


@pytest.mark.parametrize(
    ("text", "seconds"), [("12.5", 12.5), ("07:30:00", 27000), ("1:00:00:01", 86401), ("-1", -1)]
)
def test_times_as_sumo_writes_them(text: str, seconds: float) -> None:
    assert parse_seconds(text) == seconds


@pytest.mark.parametrize("text", ["", "noon", "7:30", "nan", "inf", "1:2:3:4:5"])
def test_what_is_no_time(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        parse_seconds(text)


@pytest.mark.parametrize("packed", [False, True])
def test_counts(tmp_path: Path, packed: bool) -> None:
    file = tmp_path / ("r.rou.xml.gz" if packed else "r.rou.xml")
    file.write_bytes(gzip.compress(ROUTES.encode()) if packed else ROUTES.encode())
    found = summarise_routes(file, {"e1", "e2", "e3"})
    assert (found.trips, found.elements, found.signals) == (4, 5, ())
    assert (found.first_depart_s, found.last_depart_s) == (0, 900)


def test_each_missing_edge_is_named_once_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "r.rou.xml"
    file.write_text(ROUTES)
    with pytest.raises(InputError) as caught:
        summarise_routes(file, {"e1"})
    assert [(p.where, p.found) for p in caught.value.problems] == [
        (f"{file}:3", "edge 'e2'"),
        (f"{file}:4", "edge 'e3'"),
    ]


def test_broken_and_truncated_files(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_text("<routes>\n<trip>\n</routes>")
    (tmp_path / "b.xml").write_text("")
    (tmp_path / "c.xml.gz").write_bytes(gzip.compress(ROUTES.encode())[:60])
    for name in ("a.xml", "b.xml", "c.xml.gz"):
        with pytest.raises(InputError, match=name):
            summarise_routes(tmp_path / name, None)


def test_signal_programs_are_counted_apart(tmp_path: Path) -> None:
    file = tmp_path / "a.add.xml"
    file.write_text(
        '<additional><tlLogic id="C"><phase duration="9" state="G"/></tlLogic></additional>'
    )
    found = summarise_routes(file, None)
    assert (found.signals, found.elements) == (("C",), 0)
