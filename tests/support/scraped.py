"""The scrapes of a run in virtual time as series for promtool's tests of rules."""

import json
from collections.abc import Iterator
from typing import Final

from promtool import STEP_SECS

from reconciliation.drill.scrapes import PERIOD_SECS, Scrapes

BEFORE: Final = 4
"""So many steps before the first scrape; promtool's time begins at 0, and a timestamp of 0 is none."""
assert PERIOD_SECS == STEP_SECS


def series_of(scrapes: Scrapes) -> dict[str, str]:
    """Return each series' values in promtool's notation, timestamps in its time."""
    begun = scrapes.times[0] - BEFORE * STEP_SECS
    return {
        f"{name}{{{','.join(f'{label}={json.dumps(value)}' for label, value in labels)}}}": " ".join(
            _values(values, len(scrapes.times), begun if name.endswith("_timestamp_seconds") else 0.0)
        )
        for (name, labels), values in scrapes.series.items()
    }


def end_of(scrapes: Scrapes) -> str:
    """Return when the last scrape was, as promtool has it."""
    return f"{(BEFORE + len(scrapes.times) - 1) * STEP_SECS}s"


def _values(values: dict[int, float], count: int, begun: float) -> Iterator[str]:
    """Yield a value a step; Prometheus notes once that a series has ended when its target is gone."""
    yield f"_x{BEFORE - 1}"
    for number in range(count):
        if number in values:
            yield repr(values[number] - (begun if values[number] else 0.0))
        else:
            yield "stale" if number - 1 in values else "_"
