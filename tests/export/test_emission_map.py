"""The map of emissions: every street and place is drawn, the dirtiest in the last colour."""

from __future__ import annotations

from pathlib import Path

from lxml import etree

from signalopt.export.emission_map import _SCALE, emission_map_svg
from signalopt.network.model import Edge, Intersection, Network
from signalopt.timing.signals import SignalLayout

NOTHING = SignalLayout("A", 0, (), (), frozenset(), frozenset(), ())
EDGES = tuple(
    Edge(f"e{i}", "a", "b", 100.0, 2, 13.9, ((0.0, 50.0 * i), (100.0, 50.0 * i)), f"Street & {i}")
    for i in range(6)
)
PLACE = Intersection("A", "Abai / Dostyk", ("A",), 50.0, 50.0, None, None, (), NOTHING, None)
NETWORK = Network(Path("net.net.xml"), "f", EDGES, (PLACE,))
SVG = "{http://www.w3.org/2000/svg}"


def test_streets_and_places_are_drawn_from_clean_to_dirty() -> None:
    per_km = {edge.id: float(i) for i, edge in enumerate(EDGES)}
    picture = emission_map_svg(NETWORK, per_km, {"A": 3.0}, "soot <today>", "g")
    root = etree.fromstring(str(picture))
    streets = [p for p in root.iter(f"{SVG}path") if "Street" in (p.findtext(f"{SVG}title") or "")]
    titles = [p.findtext(f"{SVG}title") for p in streets]

    assert len(streets) == len(EDGES)
    assert titles[-1] == "Street & 5: 5 g/h/km", "the dirtiest lies on top"
    assert streets[-1].get("stroke") == _SCALE[-1]
    discs = [c for c in root.iter(f"{SVG}circle") if c.find(f"{SVG}title") is not None]
    assert [c.findtext(f"{SVG}title") for c in discs] == ["Abai / Dostyk: 3 g/h"]


def test_nothing_emitted_is_still_a_map() -> None:
    root = etree.fromstring(str(emission_map_svg(NETWORK, {}, {}, "nothing", "g")))
    assert root.tag == f"{SVG}svg"
