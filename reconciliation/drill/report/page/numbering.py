"""Where on the page a run stands: what failed first, then known limits, then what passed."""

from collections.abc import Mapping, Sequence

from reconciliation.drill.outcome import Run, Verdict


def ordered(runs: Sequence[Run]) -> tuple[Run, ...]:
    """Return runs in the order of the page."""
    return tuple(sorted(runs, key=lambda run: list(Verdict).index(run.verdict), reverse=True))


def numbered(runs: Sequence[Run]) -> Mapping[int, int]:
    """Return the number of each run, by its identity."""
    return {id(run): number for number, run in enumerate(ordered(runs), start=1)}


def anchor(number: int) -> str:
    """Return what a run is linked by."""
    return f"run-{number}"
