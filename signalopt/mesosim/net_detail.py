"""What the queue model needs of a net file beyond `RawNet`: who yields, and who may use a lane."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from signalopt.files import read_xml
from signalopt.network.sumo_net import WHAT


@dataclass(frozen=True, slots=True)
class LanePermission:
    """SUMO vehicle classes allowed (None: all) less those disallowed."""

    allow: frozenset[str] | None
    disallow: frozenset[str]

    def admits(self, v_class: str) -> bool:
        """Whether a vehicle of this SUMO class may use the lane."""
        if self.allow is not None:
            return v_class in self.allow or "all" in self.allow
        return v_class not in self.disallow and "all" not in self.disallow


@dataclass(frozen=True)
class NetDetail:
    """responses: by junction, for each request index the indices it must give way to; permissions by lane."""

    responses: dict[str, tuple[frozenset[int], ...]]
    permissions: dict[str, LanePermission]


def read_detail(net_file: Path) -> NetDetail:
    """Read the `response` rows of junctions and the permissions of lanes. Raises InputError."""
    root = read_xml(net_file, WHAT).getroot()
    responses = {}
    for junction in root.iter("junction"):
        requests = junction.findall("request")
        rows: list[frozenset[int]] = [frozenset()] * len(requests)
        for request in requests:
            index = int(request.get("index", "0"))
            bits = reversed(request.get("response") or "")
            if index < len(rows):
                rows[index] = frozenset(i for i, bit in enumerate(bits) if bit == "1")
        responses[junction.get("id") or ""] = tuple(rows)
    permissions = {}
    for lane in root.iter("lane"):
        allow = lane.get("allow")
        permissions[lane.get("id") or ""] = LanePermission(
            frozenset(allow.split()) if allow is not None else None,
            frozenset((lane.get("disallow") or "").split()),
        )
    return NetDetail(responses, permissions)
