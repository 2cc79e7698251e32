"""From a case and its plans, or from stored results, to the data of a report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import signalopt
from signalopt.errors import InputError, Problem, UnsafePlanError
from signalopt.export.facts import Avenue, SheetFacts
from signalopt.handover import sheet_facts
from signalopt.microsim.compare import compare
from signalopt.microsim.simulate import simulate
from signalopt.network.model import Intersection
from signalopt.network.tools import sumo_version
from signalopt.progress import Listener, Progress, ignore
from signalopt.report.alongside import avenue_line
from signalopt.report.city import grid_of, movements_shown, places_shown, streets_shown
from signalopt.report.data import FrontPoint, Remark, Report, Sweep
from signalopt.report.data_area import AreaShown, Film
from signalopt.report.diagrams import diagram
from signalopt.report.figures import Summary, bands_of, common_seeds, figures_of
from signalopt.report.film import film
from signalopt.report.inputs import Result
from signalopt.report.observed import Observed, observe
from signalopt.report.signals import signals_shown
from signalopt.report.streets import Street, streets_of
from signalopt.scenario.case import Case
from signalopt.scenario.emission_setting import emission_setting
from signalopt.scenario.schema import Scenario
from signalopt.timing.plan import Plan
from signalopt.timing.planfile import plan_hash
from signalopt.verdict import judge_for_case

DIAGRAM_S = 300
"""Seconds of the time-space diagrams: three cycles or so."""
FILM_S = 180
_SHOWN_FINDINGS = 5


@dataclass(frozen=True)
class Extras:
    """Parts of a report that come from elsewhere."""

    front: tuple[FrontPoint, ...] = ()
    sweep: Sweep | None = None


def gather(
    scenario: Scenario,
    case: Case,
    plan: Plan | None,
    *,
    seeds: Sequence[int],
    workers: int = 0,
    known: Result | None = None,
    extras: Extras = Extras(),
    focus: str = "",
    listener: Listener = ignore,
) -> Report:
    """Everything about today's plan and, if given, `plan`: figures over seeds, pictures of one seed.

    known: a result whose simulations are used instead of new ones. focus: intersection at which the
    replay begins. Raises UnsafePlanError for a plan with findings of its own, InputError for a result
    of another case or an unknown intersection, and what `simulate` raises.
    """
    _check(case, plan, known, focus)
    first, second, comparison = _measured(case, plan, seeds, workers, known, listener)
    facts = sheet_facts(scenario, case)
    fleet, temperature_c = emission_setting(case)
    shown_seeds = common_seeds(first, second)
    plans = [case.today] if plan is None else [case.today, plan]
    area = _area(case, plans, facts, shown_seeds[0], focus, listener)
    return Report(
        title=case.title,
        scenario=case.name,
        area_name=facts.area,
        before=case.today.name,
        after="" if plan is None else plan.name,
        window_s=(case.begin_s, case.end_s),
        season=case.season,
        temperature_c=temperature_c,
        seeds=shown_seeds,
        complete=bool(first["complete"]) and bool(second is None or second["complete"]),
        verdict=known.verdict if known is not None else "",
        figures=figures_of(first, second),
        emissions=bands_of(first, second, comparison),
        emissions_label=str(first["emissions"]),
        remarks=tuple(Remark(n.subject, n.text, str(n.confidence)) for n in case.notes),
        area=area,
        objective=known.objective if known is not None else "",
        front=extras.front,
        demand=known.demand if known is not None else (),
        sweep=extras.sweep,
        sources=facts.sources,
        manifest={
            "signalopt": signalopt.__version__,
            "sumo": sumo_version(),
            "case": case.fingerprint,
            "network": case.network.fingerprint,
            "fleet": fleet.name,
            **{f"plan {p.name}": plan_hash(p) for p in plans},
            "seeds": ", ".join(str(seed) for seed in shown_seeds),
            "seed of the pictures": str(shown_seeds[0]),
        },
    )


def gather_stored(name: Path, extras: Extras) -> Report:
    """A report of nothing but a front or a sweep."""
    return Report(
        title=name.resolve().name, scenario="", area_name="", before="", after="", window_s=None,
        season="", temperature_c=None, seeds=(), complete=True, verdict="", figures=(),
        emissions=(), emissions_label="", remarks=(), area=None, objective="", front=extras.front,
        demand=(), sweep=extras.sweep, sources=(),
        manifest={"signalopt": signalopt.__version__, "sumo": sumo_version()},
    )  # fmt: skip


def _check(case: Case, plan: Plan | None, known: Result | None, focus: str) -> None:
    problems = []
    if focus and focus not in case.network.intersection:
        names = ", ".join(list(case.network.intersection)[:6])
        problems.append(Problem("--replay", f"`{focus}`", f"an intersection ({names}, ...)"))
    summary = known.today if known is not None else None
    if summary is not None and summary["manifest"].get("case") != case.fingerprint:
        found = f"results of case {summary['manifest'].get('case')}"
        hint = "the scenario or the program has changed since: optimise again"
        problems.append(Problem("result", found, f"case {case.fingerprint}", hint))
    if problems:
        raise InputError(*problems)
    if plan is not None:
        verdict = judge_for_case(case, plan)
        if not verdict.safe:
            lines = [str(finding) for finding in verdict.findings[:_SHOWN_FINDINGS]]
            more = len(verdict.findings) - len(lines)
            rest = [f"... and {more} more"] if more > 0 else []
            raise UnsafePlanError("\n".join([f"plan `{plan.name}` is not safe:", *lines, *rest]))


def _measured(
    case: Case,
    plan: Plan | None,
    seeds: Sequence[int],
    workers: int,
    known: Result | None,
    listener: Listener,
) -> tuple[Summary, Summary | None, Summary | None]:
    """Summaries of both sides and of their comparison, from a stored result or from SUMO."""
    if known is not None and known.today and known.chosen:
        return known.today, known.chosen, known.comparison
    before = simulate(case, None, seeds, workers=workers, listener=listener)
    if plan is None:
        return before.summary(), None, None
    after = simulate(case, plan, seeds, workers=workers, listener=listener)
    return before.summary(), after.summary(), compare(before, after).summary()


def _area(
    case: Case,
    plans: Sequence[Plan],
    facts: SheetFacts,
    seed: int,
    focus: str,
    listener: Listener,
) -> AreaShown:
    network = case.network
    streets = streets_of(network)
    length_s = min(DIAGRAM_S, case.end_s - case.begin_s)
    begin_s = (case.begin_s + case.end_s - length_s) // 2
    seen = []
    for number, plan in enumerate(plans):
        listener(Progress("run for the pictures", number, len(plans), plan.name))
        seen.append(observe(case, plan, seed, streets, (begin_s, begin_s + length_s)))
    listener(Progress("run for the pictures", len(plans), len(plans)))
    before, after = seen[0], seen[1] if len(seen) > 1 else None
    sides = [(plan, own.tracks) for plan, own in zip(plans, seen, strict=True)]
    drawn = [diagram(a, network, streets, sides, begin_s, length_s) for a in facts.avenues]
    return AreaShown(
        seed=seed,
        streets=streets_shown(network, streets, before, after),
        places=places_shown(network, streets, before, after),
        grid=grid_of(network),
        movements=movements_shown(network, before, after),
        signals=signals_shown(network, plans),
        diagrams=tuple(d for d in drawn if d is not None),
        film=_film(case, facts.avenues, streets, seen, plans, focus, begin_s),
    )


def _film(
    case: Case,
    avenues: Sequence[Avenue],
    streets: Sequence[Street],
    seen: Sequence[Observed],
    plans: Sequence[Plan],
    focus: str,
    begin_s: int,
) -> Film | None:
    """The replay of the avenue with most signals, or of the one that the focus lies on."""
    network = case.network
    chosen = max(
        (a for a in avenues if not focus or focus in a.intersections),
        key=lambda a: len(a.intersections),
        default=None,
    )
    names = chosen.intersections if chosen is not None else (focus,) if focus else ()
    places = [network.intersection[n] for n in names if n in network.intersection]
    places = places or list(network.intersections[:1])
    if not places:
        return None
    line = None
    if chosen is not None and len(places) > 1:
        # only the shape counts here: positions along the avenue are of no interest
        line = avenue_line(network, streets, places, [float(n) for n in range(len(places))])
    first = focus or max(places, key=lambda p: _lost_s(seen[0], p)).id
    ordered: list[Intersection] = sorted(places, key=lambda p: p.id != first)
    title = chosen.name if chosen is not None else ordered[0].name or ordered[0].id
    sides = [(plan, own.tracks) for plan, own in zip(plans, seen, strict=True)]
    length_s = min(FILM_S, seen[0].film_end_s - begin_s)
    return film(title, network, ordered, line, sides, begin_s, length_s)


def _lost_s(seen: Observed, place: Intersection) -> float:
    return seen.passages.of_intersection(place.id).delay_s
