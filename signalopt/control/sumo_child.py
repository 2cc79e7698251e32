"""The child that runs SUMO and a controller in one process: `python -m signalopt.control.sumo_child`.

It ends with 0 and leaves the conduct of the controller behind, or says on a line that begins with
`Error:` what went wrong, with 3.
"""

from __future__ import annotations

import argparse
import sys
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from signalopt.control.city import City
from signalopt.control.controller import Asks, Controller, Session
from signalopt.control.guard import new_guard
from signalopt.control.loop import drive
from signalopt.control.seen import Seen
from signalopt.control.shown import shown_findings
from signalopt.control.sumo_plant import Client, start_sumo, sumo_errors, usual_client
from signalopt.control.sumo_request import Request, read_request, write_conduct
from signalopt.errors import SignaloptError, SimulationError
from signalopt.microsim.steering import Conduct

FAILED = SimulationError.exit_code
MOST_LETTERS = 500


class ControllerError(SimulationError):
    """The code of a controller failed."""


@dataclass(frozen=True)
class _Told:
    """A controller whose failures are told as its own."""

    controller: Controller

    @property
    def name(self) -> str:
        return self.controller.name

    @property
    def interval_s(self) -> int:
        return self.controller.interval_s

    @property
    def follows(self) -> bool:
        return bool(getattr(self.controller, "follows", False))

    def begin(self, city: City, seed: int = 0) -> Session:
        try:
            return _ToldSession(self.name, self.controller.begin(city, seed))
        except Exception as error:
            raise _controller_error(self.name, error) from error


@dataclass(frozen=True)
class _ToldSession:
    name: str
    session: Session

    def decide(self, seen: Seen) -> Asks:
        try:
            return self.session.decide(seen)
        except Exception as error:
            raise _controller_error(self.name, error) from error


def _controller_error(name: str, error: Exception) -> ControllerError:
    last = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{Path(last.filename).name}:{last.lineno}"
    said = " ".join(str(error).split())
    return ControllerError(f"controller `{name}` failed at {place}: {type(error).__name__}: {said}")


def run(request: Request, command: Sequence[str], seed: int, client: Client) -> Conduct:
    """Run SUMO to its end under the controller and judge the lamps that it showed.

    Raises SimulationError when SUMO or the controller fails, InputError for failures of lanes and sites
    that are not there.
    """
    street = request.street
    try:
        plant = start_sumo(street, command, client)
        guard = new_guard(street.city, now_s=street.begin_s)
        done = drive(
            plant, guard, _Told(request.controller), sensing=street.sensing,
            faults=request.faults, seed=seed,
        )  # fmt: skip
        plant.close()
    except sumo_errors(client) as error:
        raise SimulationError(f"SUMO ended the run: {error}") from error
    return Conduct(shown_findings(street.city, plant.shown, street.begin_s), done.figures())


def main(arguments: Sequence[str]) -> int:
    """Do what the command line says and return the exit code."""
    parser = argparse.ArgumentParser(prog=f"python -m {__spec__.name}", description=__doc__)
    parser.add_argument("request", type=Path, help="file of sumo_request.write_request")
    parser.add_argument("--conduct", type=Path, required=True, help="file to write")
    parser.add_argument("--seed", type=int, required=True, help="of controller and detectors")
    parser.add_argument("--client", type=Client, choices=tuple(Client), default=usual_client())
    parser.add_argument("sumo", nargs="+", help="after --: the command of SUMO")
    asked = parser.parse_args(arguments)
    try:
        conduct = run(read_request(asked.request), asked.sumo, asked.seed, asked.client)
        write_conduct(asked.conduct, conduct)
    except Exception as error:  # noqa: BLE001 - the parent gets one line, the log has everything
        traceback.print_exception(error)
        kind = "" if isinstance(error, SignaloptError) else f"{type(error).__name__}: "
        sys.stderr.write(f"Error: {kind}{' | '.join(str(error).splitlines())[:MOST_LETTERS]}\n")
        return FAILED
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
