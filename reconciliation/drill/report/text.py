"""What came of a drill in lines."""

from collections.abc import Iterator, Sequence
from typing import Final

from reconciliation.drill.outcome import Outcome, Row, Run, Verdict
from reconciliation.rules.figures import duration, number

HEAD: Final = ("scenario", "verdict", "agreed p50", "p95", "max", "anomalies")
MOST_NAMED: Final = 10
"""How many failed runs are told of one by one; all of them stand in the data."""
MOST_ANOMALIES: Final = 4
"""How many anomalies of one run are told."""


def cells(row: Row, *, with_preset: bool) -> Sequence[str]:
    """Return a row as the cells of a table."""
    title = f"{row.preset}: {row.title}" if with_preset else row.title
    several = len(row.runs) > 1
    verdict = f"{row.verdict} {len(row.failed)} of {len(row.runs)}" if several and row.failed else str(row.verdict)
    secs = (row.settled(share) for share in (0.5, 0.95, 1.0))
    return (title, verdict, *("" if each is None else f"{each:.1f} s" for each in secs), _kinds(row, several=several))


def _kinds(row: Row, *, several: bool) -> str:
    return ", ".join(
        f"{kind}{' (known)' if kind in row.known else ''}{f' {count}' if several else ''}"
        for kind, count in sorted(row.kinds.items(), key=lambda item: -item[1])
    )


def remarks(outcome: Outcome) -> Iterator[str]:
    """Yield what there is to say beside the table: known limits, failed runs by name, what the plan does not know."""
    for row in outcome.rows:
        for kind, reason in row.known.items():
            yield f"known limit: {row.title}: {kind}: {reason}"
    failed = [run for run in outcome.runs if run.unexpected]
    for run in failed[:MOST_NAMED]:
        yield from _told(run)
    if len(failed) > MOST_NAMED:
        yield f"and {len(failed) - MOST_NAMED} more failed"
    never = {run.preset: run.job.never for run in outcome.runs if run.job.never}
    for preset, what in never.items():
        yield f"{preset}: never repaired by these settings, says their plan: {', '.join(what)}"


def _told(run: Run) -> Iterator[str]:
    seed = "" if run.job.is_of_a_seed else f", seed {run.job.schedule.seed}"
    yield f"{run.preset}: {run.job.title}{seed}:"
    for anomaly in run.unexpected[:MOST_ANOMALIES]:
        yield f"  {anomaly}"
    if len(run.unexpected) > MOST_ANOMALIES:
        yield f"  and {len(run.unexpected) - MOST_ANOMALIES} more"


def closing(outcome: Outcome) -> str:
    """Return how many runs ended how, and how fast they were."""
    verdicts = [run.verdict for run in outcome.runs]
    counts = {
        "passed": verdicts.count(Verdict.PASS),
        "at a known limit": verdicts.count(Verdict.KNOWN),
        "FAILED": verdicts.count(Verdict.FAIL),
    }
    ended = ", ".join(f"{count} {what}" for what, count in counts.items() if count)
    stopped = f", stopped by {outcome.stopped_by} before the rest" if outcome.stopped_by else ""
    played = f"{len(outcome.runs)} of {outcome.wanted} runs{stopped}"
    if not ended:
        return played
    return (
        f"{played}: {ended}; {duration(outcome.virtual_secs)} of market time in {duration(outcome.wall_secs)},"
        f" {number(round(outcome.speed))} times real time"
    )
