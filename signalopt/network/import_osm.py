"""An OpenStreetMap extract as a network: netconvert with stated options, and a note of how it was made."""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from signalopt.errors import InputError, MissingToolError, OutputError, Problem, SimulationError
from signalopt.files import read_xml, write_text
from signalopt.network.read_net import read_network
from signalopt.network.tools import run_tool, sumo_home, sumo_version

BoundingBox = tuple[float, float, float, float]
WHAT = "an OpenStreetMap extract (.osm, .osm.gz or .osm.pbf)"
LARGEST_SPAN_DEG = 2.0
FASTEST_STREET_MPS = 19.5
"""Streets up to 70 km/h get sidewalks and crossings; netconvert's own limit is 50 km/h."""
OPTIONS = (
    "--proj.utm",
    "--geometry.remove",
    "--roundabouts.guess",
    "--ramps.guess",
    "--junctions.join",
    "--junctions.corner-detail", "5",
    "--tls.guess-signals",
    "--tls.discard-simple",
    "--tls.join",
    "--tls.default-type", "static",
    "--tls.yellow.time", "3",
    "--tls.allred.time", "2",
    "--sidewalks.guess",
    "--sidewalks.guess.max-speed", f"{FASTEST_STREET_MPS}",
    "--crossings.guess",
    "--crossings.guess.speed-threshold", f"{FASTEST_STREET_MPS}",
    "--keep-edges.by-vclass", "passenger,bus,delivery,truck",
    "--remove-edges.isolated",
    "--keep-edges.components", "1",
    "--no-turnarounds.except-deadend",
    "--output.street-names",
)  # fmt: skip
TYPE_MAPS = ("osmNetconvert.typ.xml", "osmNetconvertUrbanDe.typ.xml")
"""SUMO's own type maps: the second one sets streets without a speed limit to urban speeds."""

_README = """# {name}

Streets: © OpenStreetMap contributors, available under the Open Database License (ODbL) 1.0,
https://www.openstreetmap.org/copyright. This network is a database derived from it: whoever passes it
on must say so and keep the licence.

Made by `signalopt import osm` from `{source}`, west,south,east,north = {bbox}, by netconvert {version};
`import.json` holds the checksum of the extract and every option.

| what | where it comes from |
|---|---|
| positions, names, connections | OpenStreetMap |
| lanes, speed limits, one-way streets | OpenStreetMap where tagged, else estimated (netconvert's type maps) |
| turning lanes | `turn:lanes` where tagged, else estimated |
| signals | nodes tagged as signals, neighbouring ones joined |
| signal programs | placeholders of netconvert, not what runs on the street |
| sidewalks, crossings | estimated: along all streets up to 70 km/h |

{streets} street sections, {signals} intersections with signals.

To simulate it, write a scenario beside it with `network: {{net: {net}}}` and `demand: {{routes: ...}}`.
"""


@dataclass(frozen=True, slots=True)
class OsmImport:
    """What an import made: the net, its README and the machine-readable note of how it was made."""

    net_file: Path
    readme: Path
    manifest: Path
    streets: int
    signals: int


def import_osm(extract: Path, bbox: BoundingBox, output_folder: Path) -> OsmImport:
    """Build `<folder name>.net.xml` in `output_folder` from the part of an extract within `bbox`.

    bbox: west, south, east, north in degrees. Raises InputError (no such file, another kind of file, a
    bad box, no streets or no signals in it), MissingToolError (.pbf without the extra `osm`),
    SimulationError if netconvert fails, OutputError. Nothing is left behind then.
    """
    problems = [*_box_problems(bbox), *_file_problems(extract)]
    if problems:
        raise InputError(*problems)
    box = ",".join(f"{value:g}" for value in bbox)
    name = output_folder.resolve().name
    with tempfile.TemporaryDirectory(prefix="signalopt-osm-") as scratch:
        made = Path(scratch) / f"{name}.net.xml"
        source = extract
        if extract.suffix == ".pbf":
            source = Path(scratch) / "part.osm"
            _cut_pbf(extract, bbox, source)
        types = [str(sumo_home() / "data" / "typemap" / file) for file in TYPE_MAPS]
        options = [*OPTIONS, "--keep-edges.in-geo-boundary", box]
        try:
            run_tool(
                "netconvert",
                ["--osm-files", str(source), "--type-files", ",".join(types),
                 "--output-file", str(made), *options],
            )  # fmt: skip
        except SimulationError as error:
            if "No nodes loaded" in str(error) or "No edges loaded" in str(error):
                raise InputError(_nothing(extract, box)) from None
            raise
        network = read_network(made)
        streets = sum(1 for edge in network.edges if edge.lanes)
        if not streets:
            raise InputError(_nothing(extract, box))
        net_file = output_folder / made.name
        _copy(made, net_file)
    signals = len(network.intersections)
    readme, manifest = output_folder / "README.md", output_folder / "import.json"
    text = _README.format(
        name=name, source=extract.name, bbox=box, version=sumo_version(), streets=streets,
        signals=signals, net=net_file.name,
    )  # fmt: skip
    write_text(readme, text)
    facts = {
        "licence": "© OpenStreetMap contributors, ODbL 1.0",
        "extract": extract.name,
        "sha256": _checksum(extract),
        "bbox": list(bbox),
        "netconvert": sumo_version(),
        "type_maps": list(TYPE_MAPS),
        "options": options,
        "fingerprint": network.fingerprint,
    }
    write_text(manifest, json.dumps(facts, ensure_ascii=False, indent=1) + "\n")
    return OsmImport(net_file, readme, manifest, streets, signals)


def _box_problems(bbox: BoundingBox) -> list[Problem]:
    west, south, east, north = bbox
    expected = "west,south,east,north in degrees, west < east, south < north"
    found = ",".join(f"{value:g}" for value in bbox)
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        return [Problem("bbox", found, expected)]
    if max(east - west, north - south) > LARGEST_SPAN_DEG:
        return [Problem("bbox", found, f"at most {LARGEST_SPAN_DEG:g} degrees wide and high")]
    return []


def _file_problems(extract: Path) -> list[Problem]:
    if not extract.is_file():
        return [Problem(str(extract), "no such file", WHAT)]
    if extract.suffix not in (".osm", ".xml", ".gz", ".pbf"):
        return [Problem(str(extract), f"a file named *{extract.suffix}", WHAT)]
    if extract.suffix == ".pbf":
        return []
    try:
        root = read_xml(extract, WHAT).getroot()
    except InputError as error:
        return list(error.problems)
    if root.tag != "osm":
        return [Problem(f"{extract}:{root.sourceline}", f"<{root.tag}>", WHAT)]
    return []


def _nothing(extract: Path, box: str) -> Problem:
    return Problem(str(extract), f"no streets within {box}", "streets within the box")


def _cut_pbf(extract: Path, bbox: BoundingBox, target: Path) -> None:
    """Write the roads that touch the box, whole, with their nodes and turn restrictions, as .osm."""
    try:
        import osmium  # noqa: PLC0415  the extra `osm` is only needed here
    except ImportError:
        raise MissingToolError(
            "reading .pbf needs the extra `osm`: run `pip install 'signalopt[osm]'`, "
            "or convert the extract to .osm first"
        ) from None
    west, south, east, north = bbox
    ways: set[int] = set()
    relations: set[int] = set()
    try:
        items: Any = osmium.FileProcessor(str(extract)).with_locations()
        for item in items:
            if item.is_way() and "highway" in item.tags:
                places = [node.location for node in item.nodes if node.location.valid()]
                if any(west <= p.lon <= east and south <= p.lat <= north for p in places):
                    ways.add(item.id)
            elif item.is_relation() and item.tags.get("type") == "restriction":
                members = [member.ref for member in item.members if member.type == "w"]
                if members and ways.issuperset(members):
                    relations.add(item.id)
        if not ways:
            raise InputError(_nothing(extract, ",".join(f"{value:g}" for value in bbox)))
        with osmium.BackReferenceWriter(str(target), str(extract), remove_tags=False) as writer:
            items = osmium.FileProcessor(str(extract))
            for item in items:
                if item.id in (ways if item.is_way() else relations if item.is_relation() else ()):
                    writer.add(item)
    except RuntimeError as error:
        raise InputError(Problem(str(extract), str(error), WHAT)) from None


def _copy(made: Path, net_file: Path) -> None:
    partial = net_file.with_name(f".{net_file.name}.partial")
    try:
        net_file.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(made, partial)
        partial.replace(net_file)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise OutputError(f"{net_file}: cannot be written ({error.strerror})") from error


def _checksum(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
