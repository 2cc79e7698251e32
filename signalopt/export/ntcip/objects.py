"""The objects of NTCIP 1202 v02 and 1201 that a fixed-time plan needs: OID, syntax and range.

NEMA's branch is 1.3.6.1.4.1.1206.4.2; `ASC` is its signal controller (1202), `GLOBAL` its common objects
(1201). Indices follow the column's OID.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

DEVICES = "1.3.6.1.4.1.1206.4.2"
ASC = f"{DEVICES}.1"
GLOBAL = f"{DEVICES}.6"
INTEGER, OCTETS, OID = "INTEGER", "OCTET STRING", "OBJECT IDENTIFIER"
MOST_PHASES = 16
MOST_RINGS = 4
MOST_PATTERNS = 48
"""What ordinary controllers hold; the standard leaves it to the device (maxPhases, maxPatterns)."""
MOST_SPLITS = 20
MOST_DAY_PLANS = 16
MOST_EVENTS = 16
LONGEST_CYCLE_S = 255
"""patternCycleTime is one byte."""
MAX_RECALL, CLEARED, WALK_RECALL = 4, 2, 6
NORMAL, TRANSACTION, VERIFY = 1, 2, 3
FIXED_FORCE_OFF = 3


@dataclass(frozen=True, slots=True)
class Object:
    """One object: column OID without index, syntax, range of an INTEGER, number of indices."""

    oid: str
    syntax: str = INTEGER
    low: int = 0
    high: int = 255
    indices: int = 1


_PHASE = f"{ASC}.1.2.1"
_COORD = f"{ASC}.4"
_DAY = f"{GLOBAL}.3.3"
OBJECTS: Mapping[str, Object] = {
    "dbCreateTransaction": Object(f"{GLOBAL}.2.1.0", low=1, high=6, indices=0),
    "phaseWalk": Object(f"{_PHASE}.2"),
    "phasePedestrianClear": Object(f"{_PHASE}.3"),
    "phaseMinimumGreen": Object(f"{_PHASE}.4"),
    "phasePassage": Object(f"{_PHASE}.5"),
    "phaseMaximum1": Object(f"{_PHASE}.6"),
    "phaseYellowChange": Object(f"{_PHASE}.8"),
    "phaseRedClear": Object(f"{_PHASE}.9"),
    "phaseOptions": Object(f"{_PHASE}.21", high=65535),
    "phaseRing": Object(f"{_PHASE}.22"),
    "phaseConcurrency": Object(f"{_PHASE}.23", OCTETS),
    "coordOperationalMode": Object(f"{_COORD}.1.0", indices=0),
    "coordCorrectionMode": Object(f"{_COORD}.2.0", low=1, high=4, indices=0),
    "coordForceMode": Object(f"{_COORD}.4.0", low=1, high=3, indices=0),
    "patternCycleTime": Object(f"{_COORD}.7.1.2"),
    "patternOffsetTime": Object(f"{_COORD}.7.1.3"),
    "patternSplitNumber": Object(f"{_COORD}.7.1.4"),
    "patternSequenceNumber": Object(f"{_COORD}.7.1.5"),
    "splitTime": Object(f"{_COORD}.9.1.3", indices=2),
    "splitMode": Object(f"{_COORD}.9.1.4", low=1, high=7, indices=2),
    "splitCoordPhase": Object(f"{_COORD}.9.1.5", high=1, indices=2),
    "timebaseAscPatternSync": Object(f"{ASC}.5.1.0", high=65535, indices=0),
    "timebaseAscPattern": Object(f"{ASC}.5.3.1.2"),
    "sequenceData": Object(f"{ASC}.7.3.1.3", OCTETS, indices=2),
    "timeBaseScheduleMonth": Object(f"{_DAY}.2.1.2", high=65535),
    "timeBaseScheduleDay": Object(f"{_DAY}.2.1.3"),
    "timeBaseScheduleDate": Object(f"{_DAY}.2.1.4", high=2**32 - 1),
    "timeBaseScheduleDayPlan": Object(f"{_DAY}.2.1.5"),
    "dayPlanHour": Object(f"{_DAY}.5.1.3", high=23, indices=2),
    "dayPlanMinute": Object(f"{_DAY}.5.1.4", high=59, indices=2),
    "dayPlanActionNumberOID": Object(f"{_DAY}.5.1.5", OID, indices=2),
}
ACTION_OID = f"{ASC}.5.3.1.1"
"""timebaseAscActionNumber: what dayPlanActionNumberOID points to, with the action's number."""

PHASE_ENABLED = 1 << 0
NON_ACTUATED_1 = 1 << 3
MAX_VEHICLE_RECALL = 1 << 7
PED_RECALL = 1 << 8
DUAL_ENTRY = 1 << 10
REST_IN_WALK = 1 << 13
"""Bits of phaseOptions."""


def full_oid(name: str, *indices: int) -> str:
    """OID of an object with its indices. Raises ValueError for a wrong number of them."""
    found = OBJECTS[name]
    if len(indices) != found.indices:
        raise ValueError(f"{name}: {len(indices)} indices, needs {found.indices}")
    return ".".join((found.oid, *map(str, indices)))
