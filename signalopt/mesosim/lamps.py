"""What the lamps show, as arrays: cheap to put together for a plan that differs in one intersection."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from signalopt.mesosim.compiling import compiled
from signalopt.mesosim.records import LAMP, SHOWN, Records, records
from signalopt.timing.plan import AnyProgram, FixedProgram, Plan
from signalopt.timing.program import cycle_states, phases
from signalopt.timing.signals import SignalLayout

RED, AMBER, YIELD, GREEN = 0, 1, 2, 3
NEVER = 30000
"""Seconds that stand for `never` in the lamp arrays."""
CODE = np.zeros(128, np.uint8)
_CODES = {"y": AMBER, "Y": AMBER, "g": YIELD, "o": YIELD, "O": YIELD, "s": YIELD, "G": GREEN}
for _letter, _code in _CODES.items():
    CODE[ord(_letter)] = _code


class Lamps(NamedTuple):
    """Lamps of all links. What link k shows in second t: shown[first + (t + shift) % cycle].

    shown: letter RED, AMBER, YIELD (green that gives way) or GREEN; age: seconds since red, amber or
    green began; wait: seconds to the next green, 0 in green, NEVER where there is none.
    """

    lamps: Records
    shown: Records


@dataclass(frozen=True, slots=True)
class Program:
    """The lamps of one intersection over one cycle, link by link, from its offset on."""

    cycle_s: int
    shown: Records


@dataclass(frozen=True, slots=True)
class SignalPlace:
    """Where the links of a signal lie in the lamp arrays."""

    id: str
    first_lamp: int
    links: int


def compile_program(states: Sequence[str]) -> Program:
    """Lamp arrays of one intersection from its states, one string a second."""
    text = np.frombuffer("".join(states).encode("ascii"), np.uint8).reshape(len(states), -1)
    letters = np.ascontiguousarray(CODE[text].T)
    age, wait = np.zeros(letters.shape, np.int16), np.zeros(letters.shape, np.int16)
    _ages(letters, age, wait)
    shown = records(letters.size, SHOWN, letter=letters.ravel(), age=age.ravel(), wait=wait.ravel())
    return Program(len(states), shown)


@compiled
def _ages(letters, age, wait):  # type: ignore[no-untyped-def]
    links, cycle = letters.shape
    for k in range(links):
        run = 20000
        for n in range(2 * cycle):
            s = n % cycle
            before = letters[k, (s - 1) % cycle]
            now = letters[k, s]
            if (before >= 2) != (now >= 2) or (before == 1) != (now == 1):
                run = 0
            age[k, s] = min(run, 20000)
            run += 1
        left = NEVER
        for n in range(2 * cycle - 1, -1, -1):
            s = n % cycle
            if letters[k, s] >= 2:
                left = 0
            elif left < NEVER:
                left += 1
            wait[k, s] = left


def whole_second_states(layout: SignalLayout, program: AnyProgram) -> tuple[str, ...]:
    """States of one cycle second by second; fractional phases are shown at their nearest second."""
    if isinstance(program, FixedProgram):
        shown: list[str] = []
        end = 0.0
        for phase in phases(layout, program):
            end += phase.duration_s
            shown += [phase.state] * max(0, round(end) - len(shown))
        return tuple(shown) or (program.phases[0].state,)
    return cycle_states(layout, program)


def assemble(
    places: Sequence[SignalPlace], programs: Mapping[str, tuple[Program, float]], begin_s: int
) -> Lamps:
    """Lamps of a plan. programs: by signal id, each with its offset on the common clock.

    begin_s: second of the day that is second 0 of the model.
    """
    first, cycle, shift = [], [], []
    position = 0
    for place in places:
        part, offset = programs[place.id]
        turn = round(begin_s - offset) % part.cycle_s
        first += [position + part.cycle_s * n for n in range(place.links)]
        cycle += [part.cycle_s] * place.links
        shift += [turn] * place.links
        position += part.cycle_s * place.links
    shown = [programs[place.id][0].shown for place in places]
    return Lamps(
        records(len(first), LAMP, first=first, cycle=cycle, shift=shift),
        np.concatenate(shown).view(np.recarray) if shown else records(0, SHOWN),
    )


class LampBook:
    """Compiles programs once each: the offset is not part of what is compiled."""

    def __init__(
        self, places: Sequence[SignalPlace], layouts: Mapping[str, SignalLayout],
        fallback: Mapping[str, AnyProgram], dark: Sequence[str], begin_s: int,
    ) -> None:  # fmt: skip
        self._places, self._layouts, self._fallback = tuple(places), layouts, fallback
        self._dark, self._begin_s = frozenset(dark), begin_s
        self._known: dict[tuple[object, ...], Program] = {}

    def of_layouts(self, layouts: Mapping[str, SignalLayout]) -> LampBook:
        """The book of the same signals with other stages."""
        return LampBook(self._places, layouts, self._fallback, tuple(self._dark), self._begin_s)

    def lamps(self, plan: Plan) -> Lamps:
        """The lamps that a plan shows; signals that it leaves out keep their present program."""
        chosen = {}
        for place in self._places:
            program = plan.by_id.get(place.id) or self._fallback.get(place.id)
            if program is None or place.id in self._dark:
                chosen[place.id] = (self._dark_program(place), 0.0)
            else:
                chosen[place.id] = (self._compiled(place.id, program), float(program.offset_s))
        return assemble(self._places, chosen, self._begin_s)

    def _dark_program(self, place: SignalPlace) -> Program:
        key = (place.id, "dark")
        if key not in self._known:
            self._known[key] = compile_program(["o" * place.links])
        return self._known[key]

    def _compiled(self, signal: str, program: AnyProgram) -> Program:
        if isinstance(program, FixedProgram):
            key: tuple[object, ...] = (signal, program.phases)
        else:
            key = (signal, program.stages)
        found = self._known.get(key)
        if found is None:
            states = whole_second_states(self._layouts[signal], program)
            if len(self._known) > 20000:
                self._known.clear()
            found = self._known[key] = compile_program(states)
        return found
