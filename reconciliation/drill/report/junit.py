"""What came of a drill as JUnit XML, which every CI shows: a suite a preset, a test case a run."""

from collections import Counter
from collections.abc import Iterable
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from reconciliation.drill.anomalies import Kind
from reconciliation.drill.outcome import Outcome, Run, Verdict
from reconciliation.layers.problems import printable


def junit(outcome: Outcome) -> str:
    """Return it; a known limit counts as skipped, never as passed."""
    root = Element("testsuites", _counts(outcome.runs) | {"name": "recon drill"})
    for preset in dict.fromkeys(run.preset for run in outcome.runs):
        runs = [run for run in outcome.runs if run.preset == preset]
        suite = SubElement(root, "testsuite", _counts(runs) | {"name": printable(preset)})
        for run in runs:
            _case(suite, run)
    indent(root)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{tostring(root, "unicode")}\n'


def _case(suite: Element, run: Run) -> None:
    title = run.job.title if run.job.is_of_a_seed else f"{run.job.title}, seed {run.job.schedule.seed}"
    told = {"classname": f"drill.{run.preset}", "name": title, "time": f"{run.wall_secs:.3f}"}
    case = SubElement(suite, "testcase", {key: printable(value) for key, value in told.items()})
    if run.verdict is Verdict.KNOWN:
        reasons = "; ".join(f"{kind}: {reason}" for kind, reason in run.job.known.items())
        SubElement(case, "skipped", {"message": printable(f"known limit: {reasons}")})
    elif run.verdict is Verdict.FAIL:
        kinds = ", ".join(dict.fromkeys(anomaly.kind for anomaly in run.unexpected))
        failure = SubElement(case, _tag(run), {"type": kinds, "message": printable(str(run.unexpected[0]))})
        failure.text = "\n".join(printable(str(anomaly)) for anomaly in run.unexpected)


def _tag(run: Run) -> str:
    return "error" if any(anomaly.kind is Kind.DRILL_FAILED for anomaly in run.unexpected) else "failure"


def _counts(runs: Iterable[Run]) -> dict[str, str]:
    counts = Counter(_tag(run) if run.unexpected else run.verdict for run in runs)
    secs = sum(run.wall_secs for run in runs)
    return {
        "tests": str(counts.total()),
        "failures": str(counts["failure"]),
        "errors": str(counts["error"]),
        "skipped": str(counts[Verdict.KNOWN]),
        "time": f"{secs:.3f}",
    }
