"""What exporters are told besides plan and network: avenues, assumptions, findings, sources."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from signalopt.network.model import Confidence
from signalopt.timing.findings import Finding

OSM_ATTRIBUTION = "© OpenStreetMap contributors, ODbL 1.0"


class Remark(Protocol):
    """An assumption with its mark of confidence; a scenario's notes have this form."""

    @property
    def subject(self) -> str:
        """What the remark is about."""
        ...

    @property
    def text(self) -> str:
        """The assumption in words."""
        ...

    @property
    def confidence(self) -> Confidence:
        """How far it can be trusted."""
        ...


@dataclass(frozen=True, slots=True)
class Avenue:
    """A street with a time-space diagram: its intersections in order and the speed to be kept, m/s.

    Forward is the direction in which the intersections are listed.
    """

    name: str
    intersections: tuple[str, ...]
    design_speed_mps: float


@dataclass(frozen=True)
class SheetFacts:
    """Everything printed on sheets that is not in the plan or the network.

    findings: what the safety judge found in the plan; inherited: what it had found before in the
    program in force (only these are allowed to remain). versions: pairs such as ("SUMO", "1.28.0").
    created: a date in words, empty for sheets that must be the same byte for byte. language: of the CIS
    sheets, `ru` or `kk`. warning: printed on sheets of a plan that nobody has confirmed.
    """

    area: str = ""
    scenario: str = ""
    avenues: tuple[Avenue, ...] = ()
    remarks: tuple[Remark, ...] = ()
    findings: tuple[Finding, ...] = ()
    inherited: tuple[Finding, ...] = ()
    sources: tuple[str, ...] = ()
    versions: tuple[tuple[str, str], ...] = ()
    created: str = ""
    language: str = "ru"
    warning: str = ""
