"""What came of a drill in lines."""

from collections.abc import Iterator, Sequence
from typing import Final

from reconciliation.drill.outcome import Outcome, Row, Run, Verdict
from reconciliation.rules.figures import duration, number, several

HEAD: Final = ("scenario", "verdict", "agreed p50", "p95", "max", "anomalies")
MOST_NAMED: Final = 10
"""How many failed runs are told of one by one; all of them stand in the data."""
MOST_ANOMALIES: Final = 4
"""How many anomalies of one run are told."""


def cells(row: Row, *, with_preset: bool) -> Sequence[str]:
    """Return a row as the cells of a table."""
    title = f"{row.preset}: {row.title}" if with_preset else row.title
    counts = len(row.runs) > 1
    verdict = f"{row.verdict} {len(row.failed)} of {len(row.runs)}" if counts and row.failed else str(row.verdict)
    secs = (row.agreed(share) for share in (0.5, 0.95, 1.0))
    return (title, verdict, *("" if each is None else f"{each:.1f} s" for each in secs), _kinds(row, counts=counts))


def _kinds(row: Row, *, counts: bool) -> str:
    return ", ".join(
        f"{kind}{' (known)' if kind in row.known else ''}{f' {count}' if counts else ''}"
        for kind, count in sorted(row.kinds.items(), key=lambda item: -item[1])
    )


def remarks(outcome: Outcome) -> Iterator[str]:
    """Yield what there is to say beside the table: known limits, failed runs by name, what the plans leave open."""
    yield from dict.fromkeys(line for row in outcome.rows for line in _known(row))
    failed = [run for run in outcome.runs if run.unexpected]
    for run in failed[:MOST_NAMED]:
        yield from _told(run)
    if len(failed) > MOST_NAMED:
        yield f"and {len(failed) - MOST_NAMED} more failed"
    yield from dict.fromkeys(left_open(run) for run in outcome.runs if run.job.never)


def _known(row: Row) -> Iterator[str]:
    for reason in dict.fromkeys(row.known.values()):
        kinds = ", ".join(kind for kind, why in row.known.items() if why == reason)
        yield f"known limit: {row.title}: {kinds}: {reason}"


def left_open(run: Run) -> str:
    """Return what the settings of a run never repair by their plan."""
    whose = f"{run.preset}, {run.job.title}" if run.job.chosen.needs else run.preset
    return f"{whose}: these settings never repair {several(list(run.job.never))}; the longest time that is known counts"


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
