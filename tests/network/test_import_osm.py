import gzip
import json
import math
import sys
from pathlib import Path

import pytest

from signalopt.errors import InputError, MissingToolError
from signalopt.network.import_osm import import_osm
from signalopt.network.model import Turn
from signalopt.network.read_net import read_network

LAT, LON = 51.10, 71.42
BOX = (71.41, 51.09, 71.43, 51.11)
NODES = {
    1: (0, 0),
    2: (300, 0),
    3: (-300, 0),
    4: (0, 300),
    5: (0, -300),
    6: (90_000, 0),
    7: (90_300, 0),
}
WAYS = (
    ((3, 1, 2), {"highway": "primary", "lanes": "4", "name": "Abay", "maxspeed": "60"}),
    ((4, 1, 5), {"highway": "secondary", "lanes": "2", "name": "Auezov"}),
    ((6, 7), {"highway": "primary", "name": "Far away"}),
)


def osm_text(*, signals: bool = True) -> str:
    """Two crossing streets with a signal, and a street far outside the box."""
    metre_lat, metre_lon = 1 / 111_320, 1 / (111_320 * math.cos(math.radians(LAT)))
    text = '<?xml version="1.0" encoding="UTF-8"?>\n<osm version="0.6">\n'
    for node, (x, y) in NODES.items():
        tag = '<tag k="highway" v="traffic_signals"/>' if node == 1 and signals else ""
        text += f'<node id="{node}" version="1" lat="{LAT + y * metre_lat:.7f}"'
        text += f' lon="{LON + x * metre_lon:.7f}">{tag}</node>\n'
    for number, (nodes, tags) in enumerate(WAYS, start=1):
        refs = "".join(f'<nd ref="{n}"/>' for n in nodes)
        pairs = "".join(f'<tag k="{k}" v="{v}"/>' for k, v in tags.items())
        text += f'<way id="{number}" version="1">{refs}{pairs}</way>\n'
    return text + "</osm>\n"


@pytest.fixture
def extract(tmp_path: Path) -> Path:
    file = tmp_path / "part.osm"
    file.write_text(osm_text())
    return file


def test_a_net_with_its_origin_is_left_behind(extract: Path, tmp_path: Path) -> None:
    made = import_osm(extract, BOX, tmp_path / "mine")
    network = read_network(made.net_file)
    assert made.net_file.name == "mine.net.xml"
    (place,) = network.intersections
    assert "Abay" in place.name
    assert (place.lat, place.lon) == pytest.approx((LAT, LON), abs=2e-4)
    assert {m.turn for m in place.movements} >= {Turn.THROUGH, Turn.LEFT, Turn.CROSSING}
    assert made.streets == len(network.edges) == 8
    readme = made.readme.read_text()
    assert "© OpenStreetMap contributors" in readme
    assert "ODbL" in readme
    facts = json.loads(made.manifest.read_text())
    assert facts["fingerprint"] == network.fingerprint
    assert facts["bbox"] == list(BOX)
    assert {p.name for p in (tmp_path / "mine").iterdir()} == {
        "mine.net.xml", "README.md", "import.json"
    }  # fmt: skip


def test_gzipped_extract_gives_the_same_network(extract: Path, tmp_path: Path) -> None:
    packed = tmp_path / "part.osm.gz"
    packed.write_bytes(gzip.compress(extract.read_bytes()))
    plain = import_osm(extract, BOX, tmp_path / "a")
    zipped = import_osm(packed, BOX, tmp_path / "b")
    assert read_network(plain.net_file).fingerprint == read_network(zipped.net_file).fingerprint


def test_pbf_gives_the_same_network(extract: Path, tmp_path: Path) -> None:
    osmium = pytest.importorskip("osmium", reason="the extra `osm` is not installed")
    packed = tmp_path / "part.osm.pbf"
    with osmium.SimpleWriter(str(packed)) as writer:
        for item in osmium.FileProcessor(str(extract)):
            writer.add(item)
    plain = import_osm(extract, BOX, tmp_path / "a")
    binary = import_osm(packed, BOX, tmp_path / "b")
    assert read_network(plain.net_file).fingerprint == read_network(binary.net_file).fingerprint
    with pytest.raises(InputError, match="no streets within"):
        import_osm(packed, (0, 0, 1, 1), tmp_path / "c")


def test_pbf_without_its_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "osmium", None)
    (tmp_path / "x.osm.pbf").write_bytes(b"")
    with pytest.raises(MissingToolError, match=r"signalopt\[osm\]"):
        import_osm(tmp_path / "x.osm.pbf", BOX, tmp_path / "out")


def test_a_broken_pbf(tmp_path: Path) -> None:
    pytest.importorskip("osmium", reason="the extra `osm` is not installed")
    (tmp_path / "x.osm.pbf").write_bytes(b"not a pbf at all")
    with pytest.raises(InputError, match=r"x\.osm\.pbf"):
        import_osm(tmp_path / "x.osm.pbf", BOX, tmp_path / "out")


@pytest.mark.parametrize(
    "box",
    [(71.43, 51.09, 71.41, 51.11), (71.41, 51.11, 71.43, 51.09), (-181, 0, 0, 1), (0, 0, 9, 9)],
)
def test_bad_boxes(extract: Path, tmp_path: Path, box: tuple[float, float, float, float]) -> None:
    with pytest.raises(InputError, match="bbox"):
        import_osm(extract, box, tmp_path / "out")


def test_bad_extracts_leave_nothing_behind(extract: Path, tmp_path: Path) -> None:
    (tmp_path / "broken.osm").write_text(osm_text()[:900])
    (tmp_path / "other.osm").write_text("<net/>")
    (tmp_path / "x.shp").write_text("")
    (tmp_path / "dark.osm").write_text(osm_text(signals=False))
    expected = {
        "broken.osm": r"broken\.osm:\d+", "other.osm": "<net>", "x.shp": r"\*\.shp",
        "none.osm": "no such file", "dark.osm": "no signals",
    }  # fmt: skip
    for name, text in expected.items():
        with pytest.raises(InputError, match=text):
            import_osm(tmp_path / name, BOX, tmp_path / "out")
    with pytest.raises(InputError, match="no streets within"):
        import_osm(extract, (0, 0, 1, 1), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_wrong_box_and_a_missing_file_come_together(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        import_osm(tmp_path / "none.osm", (1, 1, 0, 0), tmp_path / "out")
    assert len(caught.value.problems) == 2
