"""`signalopt baseline`: save measures of scenarios, and fail when a later version is really worse."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from signalopt.cli.guard import GuardedCommand
from signalopt.cli.options import Json, Seeds, Workers, parse_seeds

if TYPE_CHECKING:
    from signalopt.progress import Listener
    from signalopt.scenario.case import Case
    from signalopt.scenario.schema import Scenario
    from signalopt.study.baseline import Baseline
    from signalopt.study.limits import Limit
    from signalopt.study.regression import ScenarioVerdict
    from signalopt.timing.plan import Plan

SUFFIX = ".json"
REGRESSION = 1
STDOUT = Path("-")

app = typer.Typer(
    help="Baselines: save measures, compare later versions with them.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
)
Name = Annotated[str, typer.Argument(metavar="NAME", help="Name of the baseline, or its file.")]
Home = Annotated[Path, typer.Option("--folder", metavar="DIR", help="Where baselines are kept.")]
PlanOption = Annotated[
    Path | None,
    typer.Option("--plan", metavar="PLAN", help="Plan to run.  [default: today's plan]"),
]


@app.command(cls=GuardedCommand)
def save(
    name: Name,
    scenarios: Annotated[list[str], typer.Argument(metavar="SCENARIO...")],
    seeds: Seeds = "1-20",
    plan: PlanOption = None,
    folder: Home = Path("baselines"),
    workers: Workers = 0,
    as_json: Json = False,
) -> None:
    """Simulate scenarios and keep every measure of every seed in DIR/NAME.json, to be committed.

    Example: `signalopt baseline save main smoke mangilik_el_am --seeds 1-20`
    """
    from signalopt.cli.progress_view import shown_progress
    from signalopt.cli.show import print_json, say
    from signalopt.microsim.simulate import simulate
    from signalopt.study.baseline import entry_of, make_baseline, write_baseline

    chosen = parse_seeds(seeds)
    entries = []
    with shown_progress() as listener:
        for text in scenarios:
            scenario, case, run = _prepared(text, plan, listener)
            result = simulate(case, run, chosen, workers=workers, listener=listener)
            _refuse_failures(result.failures)
            entries.append(entry_of(scenario, case, run, result))
    path = _file(name, folder)
    baseline = make_baseline(path.stem, tuple(entries))
    write_baseline(path, baseline)
    if as_json:
        print_json({"file": str(path), "scenarios": scenarios, "seeds": list(chosen)})
    else:
        say(f"baseline `{baseline.name}`: {len(entries)} scenarios, {len(chosen)} seeds, in {path}")


@app.command(cls=GuardedCommand)
def compare(
    name: Name,
    fail: Annotated[
        list[str],
        typer.Option(
            metavar="LIMIT",
            help="`co2_g:1%` or `delay_s:0.5`: how much worse a measure may get. Can be repeated.",
        ),
    ],
    scenario: Annotated[
        list[str] | None,
        typer.Option(metavar="SCENARIO", help="Only these of the baseline. Can be repeated."),
    ] = None,
    plan: PlanOption = None,
    first: Annotated[int, typer.Option(min=2, metavar="N", help="Seeds of the first look.")] = 5,
    most: Annotated[
        int | None,
        typer.Option(min=2, metavar="N", help="At most so many seeds.  [default: all saved]"),
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="End with 1 also where a limit stays undecided.")
    ] = False,
    folder: Home = Path("baselines"),
    workers: Workers = 0,
    junit: Annotated[Path | None, typer.Option(metavar="FILE", help="JUnit XML.")] = None,
    summary: Annotated[Path | None, typer.Option(metavar="FILE", help="Markdown.")] = None,
    json_file: Annotated[
        Path | None,
        typer.Option("--json", metavar="FILE", help="The result as JSON; `-` prints it."),
    ] = None,
) -> None:
    """Simulate the baseline's scenarios on its seeds and compare pair by pair.

    A limit fails (exit code 1) only if it is passed and the whole 95 % interval lies beyond it; where
    the interval does not decide, seeds are added up to all that were saved, else it is `inconclusive`.

    Example: `signalopt baseline compare main --fail co2_g:1% --fail delay_s:2% --junit junit.xml`
    """
    from signalopt.cli.progress_view import shown_progress
    from signalopt.cli.show import print_json, say
    from signalopt.files import atomic_path, write_text
    from signalopt.study import verdict_files as files
    from signalopt.study.baseline import read_baseline
    from signalopt.study.limits import Verdict, parse_limits

    limits = parse_limits(fail)
    baseline = read_baseline(_file(name, folder))
    with shown_progress() as listener:
        verdicts = _compare(baseline, scenario, plan, limits, (first, most, workers), listener)
    content = files.as_object(baseline, verdicts)
    if junit is not None:
        with atomic_path(junit) as temporary:
            temporary.write_bytes(files.junit_xml(baseline, verdicts))
    if summary is not None:
        write_text(summary, files.markdown(baseline, verdicts))
    if json_file == STDOUT:
        print_json(content)
    else:
        if json_file is not None:
            write_text(json_file, json.dumps(content, ensure_ascii=False, indent=1) + "\n")
        for verdict in verdicts:
            say(
                f"{verdict.scenario}: {verdict.verdict} (changed since: {', '.join(verdict.causes)})"
            )
            for judgement in verdict.judgements:
                say(f"  {files.sentence(judgement)}")
    for verdict in verdicts:
        _refuse_failures(verdict.failures)
    found = files.overall(verdicts)
    if found is Verdict.REGRESSION or (strict and found is Verdict.INCONCLUSIVE):
        raise typer.Exit(REGRESSION)


def _compare(
    baseline: Baseline, names: list[str] | None, plan: Path | None, limits: tuple[Limit, ...],
    how: tuple[int, int | None, int], listener: Listener,
) -> list[ScenarioVerdict]:  # fmt: skip
    from signalopt.errors import InputError, Problem
    from signalopt.microsim.simulate import simulate
    from signalopt.study.regression import check_entry, compare_entry

    first, most, workers = how
    unknown = [n for n in names or () if n not in baseline.by_scenario]
    if unknown:
        known = ", ".join(baseline.by_scenario)
        raise InputError(*(Problem("--scenario", f"`{n}`", f"one of {known}") for n in unknown))
    entries = [e for e in baseline.entries if not names or e.scenario in names]
    prepared = [_prepared(e.scenario, plan, listener) for e in entries]
    problems: list[Problem] = []
    for entry, (scenario, _, _) in zip(entries, prepared, strict=True):
        try:
            check_entry(baseline, entry, scenario, limits)
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(*problems)
    return [
        compare_entry(
            baseline, entry, case, run, limits,
            lambda seeds, case=case, run=run: simulate(  # type: ignore[misc]
                case, run, seeds, workers=workers, listener=listener
            ),
            first=first, most=most,
        )
        for entry, (_, case, run) in zip(entries, prepared, strict=True)
    ]  # fmt: skip


def _prepared(text: str, plan: Path | None, listener: Listener) -> tuple[Scenario, Case, Plan]:
    from signalopt.cli.cases import make_case
    from signalopt.cli.plans import read_plan_for
    from signalopt.scenario.load import load_scenario

    scenario = load_scenario(text)
    case = make_case(text, listener)
    return scenario, case, case.today if plan is None else read_plan_for(case, plan)


def _file(name: str, folder: Path) -> Path:
    path = Path(name)
    return path if path.suffix == SUFFIX else folder / f"{name}{SUFFIX}"


def _refuse_failures(failures: object) -> None:
    from signalopt.errors import SimulationError
    from signalopt.microsim.result import SeedFailure

    assert isinstance(failures, tuple)
    texts = [
        f"seed {f.seed}: {f.reason}; repeat: {f.command}" if isinstance(f, SeedFailure) else str(f)
        for f in failures
    ]
    if texts:
        raise SimulationError("\n".join(texts))
