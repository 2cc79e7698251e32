"""The additional files that put signals under a plan, and those that switch signals off."""

from __future__ import annotations

from pathlib import Path

from signalopt.errors import InputError, Problem
from signalopt.export.sumo import sumo_additional
from signalopt.files import read_xml, write_text
from signalopt.scenario.case import Case
from signalopt.scenario.config import write_signals_off
from signalopt.timing.plan import Plan


def write_signals(case: Case, plan: Plan, folder: Path) -> tuple[Path, ...]:
    """Write the plan, then the signals that the case switches off (SUMO: the last one loaded rules).

    Raises InputError if the plan was made for another network, OutputError if nothing can be written.
    """
    _check_plan(case, plan)
    path = folder / "plan.add.xml"
    write_text(path, sumo_additional(plan, case.network.layouts))
    return (path, *_write_off(case, folder))


def take_signals(case: Case, plan_file: Path, folder: Path) -> tuple[Path, ...]:
    """Use a SUMO additional file as it is, plus the signals that the case switches off.

    Raises InputError if it is not well formed, holds no program or one for an unknown signal.
    """
    tree = read_xml(plan_file, "a SUMO additional file with tlLogic programs")
    known = case.network.intersection
    programs = list(tree.getroot().iter("tlLogic"))
    problems = [
        Problem(
            f"{plan_file}:{element.sourceline or 1}",
            f"a program for `{element.get('id')}`",
            f"a signal of the network ({', '.join(list(known)[:3])}, ...)",
            "the file was made for another network",
        )
        for element in programs
        if element.get("id") not in known
    ]
    if not programs:
        found = f"<{tree.getroot().tag}> without a tlLogic"
        problems.append(Problem(str(plan_file), found, "an additional file with signal programs"))
    if problems:
        raise InputError(*problems)
    return (plan_file.resolve(), *_write_off(case, folder))


def _write_off(case: Case, folder: Path) -> tuple[Path, ...]:
    if not case.signals_off:
        return ()
    path = folder / "off.add.xml"
    write_signals_off(path, case.signals_off)
    return (path,)


def _check_plan(case: Case, plan: Plan) -> None:
    network = case.network
    problems = []
    if plan.network != network.fingerprint:
        problems.append(
            Problem(
                f"plan `{plan.name}`",
                f"network {plan.network or '(none)'}",
                f"network {network.fingerprint} of scenario `{case.name}`",
                "the plan was made for another network",
            )
        )
    problems += [
        Problem(
            f"plan `{plan.name}`: {program.intersection}",
            "an intersection that the network does not have",
            f"one of {len(network.intersections)} intersections of scenario `{case.name}`",
        )
        for program in plan.intersections
        if program.intersection not in network.intersection
    ]
    if problems:
        raise InputError(*problems)
