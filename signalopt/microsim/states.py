"""What the lamps really showed in SUMO, second by second: evidence for the safety judge."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from lxml import etree

from signalopt.errors import InputError, Problem, SimulationError
from signalopt.files import write_text
from signalopt.microsim.batch import Job, run_batch
from signalopt.microsim.command import states_command
from signalopt.microsim.signals import write_signals
from signalopt.microsim.stream import required, stream
from signalopt.microsim.workplace import work_folder
from signalopt.progress import ignore
from signalopt.scenario.case import Case
from signalopt.timing.plan import Plan


def realised_states(
    case: Case,
    plan: Plan | None,
    seed: int,
    begin_s: int,
    end_s: int,
    *,
    traffic: bool = True,
    timeout_s: float | None = None,
) -> dict[str, tuple[str, ...]]:
    """Run SUMO and return, by intersection, the state shown in each second of [begin_s, end_s).

    `plan` None: today's plan. `traffic` False runs empty streets from `begin_s` on: enough for
    fixed programs, which do not see vehicles, and much quicker; with traffic the run starts with the
    case. Switched-off signals show SUMO's `o` and `O`.

    Raises InputError for an empty interval or a plan of another network, SimulationError if SUMO fails
    or leaves out a second.
    """
    chosen = case.today if plan is None else plan
    return shown_states(
        case, lambda folder: write_signals(case, chosen, folder), seed, begin_s, end_s,
        traffic=traffic, timeout_s=timeout_s,
    )  # fmt: skip


def shown_states(
    case: Case,
    signals_in: Callable[[Path], tuple[Path, ...]],
    seed: int,
    begin_s: int,
    end_s: int,
    *,
    traffic: bool = True,
    timeout_s: float | None = None,
) -> dict[str, tuple[str, ...]]:
    """Like `realised_states`, with the additional files that `signals_in` writes into a folder."""
    if end_s <= begin_s:
        raise InputError(Problem("states", f"[{begin_s}, {end_s}) s", "an end after the begin"))
    start_s = min(case.depart_begin_s, begin_s) if traffic else begin_s
    with work_folder(None) as folder:
        shown = folder / "states.xml"
        events = folder / "states.add.xml"
        write_text(events, _save_events(tuple(case.network.intersection), shown))
        signals = (*signals_in(folder), events)
        job = Job(
            name=f"states of seed {seed}",
            command=states_command(case, seed, start_s, end_s, signals, traffic=traffic),
            log=folder / "sumo.log",
            read=lambda _wall_s: _read(shown, tuple(case.network.intersection), begin_s, end_s),
        )
        (outcome,) = run_batch(
            [job], workers=1, timeout_s=timeout_s, task=f"states of {case.name}", listener=ignore
        )
    if outcome.result is None:
        raise SimulationError(f"{case.name}, seed {seed}: {outcome.reason}")
    return outcome.result


def _save_events(names: tuple[str, ...], shown: Path) -> str:
    root = etree.Element("additional")
    for name in names:
        etree.SubElement(root, "timedEvent", type="SaveTLSStates", source=name, dest=str(shown))
    text: bytes = etree.tostring(root, pretty_print=True, xml_declaration=True, encoding="UTF-8")
    return text.decode()


def _read(
    path: Path, names: tuple[str, ...], begin_s: int, end_s: int
) -> dict[str, tuple[str, ...]]:
    found: dict[str, dict[int, str]] = {name: {} for name in names}
    known: dict[str, str] = {}  # a day has millions of states, and few different ones
    try:
        for element in stream(path, ("tlsState",)):
            time_s = float(required(element, "time"))
            second = int(time_s)
            if begin_s <= second < end_s and time_s == second:
                state = required(element, "state")
                found[required(element, "id")][second] = known.setdefault(state, state)
    except (etree.XMLSyntaxError, OSError, KeyError, ValueError) as error:
        raise SimulationError(f"SUMO's signal states cannot be read: {error!r}") from error
    short = [name for name in names if len(found[name]) < end_s - begin_s]
    if short:
        lost = ", ".join(f"{name} ({end_s - begin_s - len(found[name])} s)" for name in short[:5])
        raise SimulationError(f"SUMO did not show every second of the states: {lost}")
    return {name: tuple(found[name][second] for second in range(begin_s, end_s)) for name in names}
