"""Build an area: sources -> plain XML -> netconvert -> `<area>.net.xml` in the cache, with its rules.

The cache is keyed by the content of the sources, SUMO's version and this package's own network code, so
a changed lane count, SUMO or builder never meets an old network. Two processes may build the same area
at once: each works in a folder of its own and the finished folder is moved into place in one step.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import tempfile
from pathlib import Path

from signalopt.assets import cache_folder
from signalopt.errors import InputError, OutputError, Problem, SimulationError
from signalopt.files import make_folder, move_into_place
from signalopt.network.area import source_files
from signalopt.network.area_model import ARMS, Area
from signalopt.network.plain_xml import plain_xml, stop_edge
from signalopt.network.rules import IntersectionRules, SignalRules, rules_path, write_rules
from signalopt.network.tools import run_tool, sumo_version

BUILDER_MODULES = (
    "approach_lanes", "area", "area_model", "area_problems", "area_tables", "build_area",
    "plain_xml", "polyline", "rules",
)  # fmt: skip
NETCONVERT_OPTIONS = (
    "--no-turnarounds", "true",
    "--offset.disable-normalization", "true",
    "--default.junctions.keep-clear", "true",
    "--junctions.limit-turn-speed", "5.5",
    "--tls.default-type", "static",
    "--junctions.internal-link-detail", "15",
    "--walkingareas", "true",
    "--output.street-names", "true",
    "--precision", "2",
)  # fmt: skip
# what netconvert says although nothing is wrong with the source
HARMLESS = (
    re.compile(r"Speed of .*connection .* reduced"),
    re.compile(r"Found sharp turn"),
)


def build_area(area: Area, folder: Path | None = None) -> Path:
    """Path of the area's `.net.xml` (and `.rules.json` beside it), built if it is not there yet.

    folder: where to put it instead of the cache (always built anew).
    Raises InputError where netconvert objects to the source, SimulationError if it fails,
    OutputError if the folder cannot be written, MissingToolError without SUMO.
    """
    if folder is not None:
        make_folder(folder)
        return _build_into(area, folder)
    target = cache_folder() / "networks" / f"{area.id}-{area_key(area)}"
    net_file = target / f"{area.id}.net.xml"
    if net_file.is_file() and rules_path(net_file).is_file():
        return net_file
    make_folder(target.parent)
    scratch = Path(tempfile.mkdtemp(prefix=f".{area.id}-", dir=target.parent))
    try:
        _build_into(area, scratch)
        scratch.chmod(0o755)
        move_into_place(scratch, target, "*.net.xml")
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return net_file


def area_key(area: Area) -> str:
    """Sixteen hex digits that change with the sources, SUMO's version or the builder."""
    digest = hashlib.sha256(sumo_version().encode())
    own_folder = Path(__file__).parent
    modules = [own_folder / f"{name}.py" for name in BUILDER_MODULES]
    for path in (*source_files(area.folder), *modules):
        content = path.read_bytes()
        digest.update(f"{path.name} {len(content)}\n".encode() + content)
    return digest.hexdigest()[:16]


def area_rules(area: Area) -> SignalRules:
    """What signal design needs from the sources and cannot read from the net."""
    places = {}
    for place in area.intersections:
        arms = [area.arms[place.id][x] for x in ARMS if x in area.arms[place.id]]
        incoming = [arm for arm in arms if arm.lanes_in]
        letters = {stop_edge(area, arm): arm.letter for arm in incoming}
        letters |= {arm.edge_out: arm.letter for arm in arms if arm.lanes_out}
        places[place.id] = IntersectionRules(
            name=place.name,
            all_red_s=place.all_red_s,
            left_policy=place.left_policy,
            arms=letters,
            streets={stop_edge(area, a): area.street_name[a.section.street] for a in incoming},
        )
    return SignalRules(places)


def _build_into(area: Area, folder: Path) -> Path:
    texts = plain_xml(area)
    net_file = folder / f"{area.id}.net.xml"
    with tempfile.TemporaryDirectory(prefix="signalopt-plain-") as plain_name:
        plain = Path(plain_name)
        files = {"nod": texts.nodes, "edg": texts.edges, "con": texts.connections}
        for kind, text in files.items():
            (plain / f"area.{kind}.xml").write_text(text, encoding="utf-8")
        made = plain / "area.net.xml"
        said = run_tool("netconvert", [
            "--node-files", str(plain / "area.nod.xml"),
            "--edge-files", str(plain / "area.edg.xml"),
            "--connection-files", str(plain / "area.con.xml"),
            "--output-file", str(made),
            *NETCONVERT_OPTIONS,
        ])  # fmt: skip
        problems = warnings_as_problems(area, said)
        if problems:
            raise InputError(*problems)
        if not made.is_file():
            raise SimulationError(
                f"netconvert ended without writing {made.name}: {said.strip()[-300:]}"
            )
        try:
            shutil.copyfile(made, partial := net_file.with_name(f".{net_file.name}.{os.getpid()}"))
            write_rules(rules_path(net_file), area_rules(area))
            partial.replace(net_file)
        except OSError as error:
            raise OutputError(f"{net_file}: cannot be written ({error.strerror})") from error
    return net_file


def warnings_as_problems(area: Area, said: str) -> list[Problem]:
    """Netconvert's warnings as problems of the source, harmless ones left out."""
    warnings = [
        line.removeprefix("Warning: ") for line in said.splitlines() if line.startswith("Warning")
    ]
    hint = "see lanes, bays and coordinates of the streets named"
    return [
        Problem(str(area.folder), f"netconvert: {text}", "a source without warnings", hint)
        for text in warnings
        if not any(pattern.search(text) for pattern in HARMLESS)
    ]
