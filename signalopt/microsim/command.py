"""The `sumo` command of the counting protocol: everything that makes two plans comparable.

No vehicle may vanish (no teleports, no maximum departure delay, unfinished and never inserted ones
are written), the step length is fixed, and nobody reroutes unless the case itself says so. Emission
devices (every vehicle has one, or none) are an option: the default emission model does without.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from signalopt.network.tools import find_tool
from signalopt.scenario.case import Case

_OPTION = re.compile(r"--?[A-Za-z]")

# Kinds of warnings are counted by SUMO in the statistic output; three lines of each kind in the log
# are enough to find the place.
_LOGGED_PER_KIND = 3


@dataclass(frozen=True, slots=True)
class SeedFiles:
    """Where one run leaves its outputs."""

    folder: Path

    @property
    def tripinfo(self) -> Path:
        """One entry a vehicle or person."""
        return self.folder / "tripinfo.xml"

    @property
    def statistics(self) -> Path:
        """Counts of the whole run."""
        return self.folder / "statistics.xml"

    @property
    def conduct(self) -> Path:
        """How the controller of a steered run did; see microsim.steering."""
        return self.folder / "conduct.json"

    @property
    def log(self) -> Path:
        """What SUMO said on standard error."""
        return self.folder / "sumo.log"


def seed_command(
    case: Case, seed: int, signals: Sequence[Path], files: SeedFiles, extra: Sequence[str] = ()
) -> tuple[str, ...]:
    """The command of one measured run; `signals` are additional files with signal programs.

    extra: further options, such as those of emission devices. Raises MissingToolError if `sumo` is
    not installed.
    """
    return (
        *_common(case, seed, case.depart_begin_s, case.hard_stop_s, signals, case.route_files),
        "--tripinfo-output", str(files.tripinfo),
        "--tripinfo-output.write-unfinished", "true",
        "--tripinfo-output.write-undeparted", "true",
        "--statistic-output", str(files.statistics),
        *extra,
    )  # fmt: skip


def states_command(
    case: Case, seed: int, begin_s: int, end_s: int, signals: Sequence[Path], *, traffic: bool
) -> tuple[str, ...]:
    """The command of a run that only shows signals, over [begin_s, end_s)."""
    routes = case.route_files if traffic else ()
    return _common(case, seed, begin_s, end_s, signals, routes)


def _common(
    case: Case,
    seed: int,
    begin_s: int,
    end_s: int,
    signals: Sequence[Path],
    routes: Sequence[Path],
) -> tuple[str, ...]:
    additional = [*case.additional_files, *signals]
    protocol = {
        "--net-file": str(case.net_file),
        "--begin": str(begin_s),
        "--end": str(end_s),
        "--seed": str(seed),
        "--step-length": f"{case.step_length_s:g}",
        "--time-to-teleport": "-1",
        "--collision.action": "warn",
        # A collision is contact. SUMO's default also counts standing closer than minGap.
        "--collision.mingap-factor": "0",
        "--max-depart-delay": "-1",
        "--no-step-log": "true",
        "--duration-log.disable": "true",
        "--aggregate-warnings": str(_LOGGED_PER_KIND),
    }
    if routes:
        protocol["--route-files"] = ",".join(str(path) for path in routes)
    if additional:
        protocol["--additional-files"] = ",".join(str(path) for path in additional)
    own = _without(case.sumo_options, protocol)
    return (str(find_tool("sumo")), *own, *(part for pair in protocol.items() for part in pair))


def _without(options: Sequence[str], protocol: dict[str, str]) -> tuple[str, ...]:
    """The case's own options less those that the protocol sets: SUMO refuses an option twice."""
    kept: list[str] = []
    dropping = False
    for token in options:
        if _OPTION.match(token):
            dropping = token.split("=", 1)[0] in protocol
        if not dropping:
            kept.append(token)
    return tuple(kept)
