"""What a comparison with a baseline tells CI servers: JUnit XML, a summary in Markdown, JSON."""

from __future__ import annotations

from collections.abc import Sequence

from lxml import etree

from signalopt.measures import MEASURES
from signalopt.study.baseline import Baseline
from signalopt.study.limits import Judgement, Verdict
from signalopt.study.regression import ScenarioVerdict

_MARKS = {Verdict.PASSED: "passed", Verdict.INCONCLUSIVE: "**?**", Verdict.REGRESSION: "**FAIL**"}


def junit_xml(baseline: Baseline, verdicts: Sequence[ScenarioVerdict]) -> bytes:
    """One test case a scenario and limit: a regression is a failure, an undecided one is skipped."""
    cases = [(v, j) for v in verdicts for j in v.judgements]
    suite = etree.Element(
        "testsuite",
        name=f"signalopt baseline {baseline.name}",
        tests=str(len(cases)),
        failures=str(sum(j.verdict is Verdict.REGRESSION for _, j in cases)),
        skipped=str(sum(j.verdict is Verdict.INCONCLUSIVE for _, j in cases)),
        errors=str(sum(bool(v.failures) for v in verdicts)),
    )
    for verdict, judgement in cases:
        case = etree.SubElement(
            suite, "testcase", classname=f"baseline.{verdict.scenario}", name=str(judgement.limit)
        )
        if judgement.verdict is not Verdict.PASSED:
            kind = "failure" if judgement.verdict is Verdict.REGRESSION else "skipped"
            etree.SubElement(case, kind, message=sentence(judgement))
    for verdict in verdicts:
        if verdict.failures:
            case = etree.SubElement(
                suite, "testcase", classname=f"baseline.{verdict.scenario}", name="runs"
            )
            etree.SubElement(case, "error", message="; ".join(verdict.failures))
    root = etree.Element("testsuites")
    root.append(suite)
    text: bytes = etree.tostring(root, xml_declaration=True, encoding="utf-8", pretty_print=True)
    return text


def markdown(baseline: Baseline, verdicts: Sequence[ScenarioVerdict]) -> str:
    """A table for a pull request."""
    lines = [
        f"### Baseline `{baseline.name}` (signalopt {baseline.signalopt}, SUMO {baseline.sumo})",
        "",
        "| scenario | limit | before | now | worse by | interval | seeds | verdict |",
        "|---|---|---:|---:|---:|---|---:|---|",
    ]
    for verdict in verdicts:
        for j in verdict.judgements:
            unit = MEASURES[j.limit.measure].unit
            lines.append(
                f"| {verdict.scenario} | {j.limit} | {j.before:.4g} {unit} | {j.after:.4g} {unit} |"
                f" {amount(j, j.worsening.mean)} | {interval(j)} | {j.worsening.count} |"
                f" {_MARKS[j.verdict]}{_needed(j)} |"
            )
    lines += ["", *(f"- {v.scenario}: changed since: {', '.join(v.causes)}" for v in verdicts)]
    lines += [f"- {v.scenario}: {text}" for v in verdicts for text in v.failures]
    return "\n".join(lines) + "\n"


def as_object(baseline: Baseline, verdicts: Sequence[ScenarioVerdict]) -> dict[str, object]:
    """The comparison as plain data."""
    return {
        "baseline": baseline.name,
        "baseline_signalopt": baseline.signalopt,
        "baseline_sumo": baseline.sumo,
        "verdict": str(overall(verdicts)),
        "scenarios": [
            {
                "scenario": v.scenario,
                "verdict": str(v.verdict),
                "seeds": list(v.seeds),
                "causes": list(v.causes),
                "failures": list(v.failures),
                "limits": [_judgement(j) for j in v.judgements],
            }
            for v in verdicts
        ],
    }


def overall(verdicts: Sequence[ScenarioVerdict]) -> Verdict:
    """The worst verdict of all scenarios."""
    for worst in (Verdict.REGRESSION, Verdict.INCONCLUSIVE):
        if any(v.verdict is worst for v in verdicts):
            return worst
    return Verdict.PASSED


def sentence(j: Judgement) -> str:
    """A judgement in words."""
    unit = MEASURES[j.limit.measure].unit
    text = (
        f"{j.limit.measure}: {j.before:.4g} -> {j.after:.4g} {unit}, worse by"
        f" {amount(j, j.worsening.mean)} {interval(j)} over {j.worsening.count} seeds,"
        f" limit {str(j.limit).partition(':')[2]}: {j.verdict}"
    )
    return text + _needed(j)


def amount(j: Judgement, value: float) -> str:
    """A worsening in the unit of its limit, with sign."""
    return f"{100 * value:+.2f} %" if j.limit.relative else f"{value:+.4g}"


def interval(j: Judgement) -> str:
    """The interval of a worsening."""
    low, high = j.worsening.low, j.worsening.high
    if low is None or high is None:
        return "(one seed: no interval)"
    return f"[{amount(j, low)}, {amount(j, high)}]"


def _needed(j: Judgement) -> str:
    return f" (about {j.seeds_needed} seeds would decide)" if j.seeds_needed else ""


def _judgement(j: Judgement) -> dict[str, object]:
    return {
        "measure": j.limit.measure,
        "limit": str(j.limit),
        "verdict": str(j.verdict),
        "before": j.before,
        "after": j.after,
        "worse_by": j.worsening.mean,
        "interval": j.worsening.ci95,
        "relative": j.limit.relative,
        "seeds_needed": j.seeds_needed,
    }
