"""What a real Prometheus answers about scrapes that are written into its database."""

import json
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode

from monitoring import servers
from monitoring.panels import Panel
from reconciliation.drill.scrapes import PERIOD_SECS, Scrapes
from reconciliation.embedded.failures import ProcessFailedError

STEP_SECS: Final = PERIOD_SECS
BAR_SECS: Final = 60.0
"""From one bar to the next, as `monitoring.panels` has it."""
VARIABLES: Final[Mapping[str, str]] = {
    "$trader": ".*",
    "$account": ".*",
    # A little more than four scrapes, so that five are in it whether or not a version counts one at its very beginning.
    "$__rate_interval": "61s",
    "$__interval": "1m",
}
"""What is put in place of Grafana's variables."""


class Series(NamedTuple):
    """One series of an answer.

    Attributes:
        labels: of it.
        values: by the time, seconds since the epoch.
    """

    labels: Mapping[str, str]
    values: Mapping[float, float]


class Results:
    """Asks a Prometheus about one run.

    Args:
        address: host and port.
        begin: of the run, seconds since the epoch.
        end: of the run.
    """

    def __init__(self, address: str, begin: float, end: float) -> None:
        self._address = address
        self.begin = begin
        self.end = end

    def of(self, panel: Panel) -> list[list[Series]]:
        """Return the answers to a panel's queries, as Grafana would ask: over time, or at the end."""
        over_time = panel.draw in {"lines", "bars", "states"}
        step = BAR_SECS if panel.draw == "bars" else STEP_SECS
        return [self.over_time(query.promql, step) if over_time else self.last(query.promql) for query in panel.queries]

    def over_time(self, query: str, step: float) -> list[Series]:
        """Return what a query comes to from the beginning to the end."""
        told = self._asked("query_range", query, start=self.begin, end=self.end, step=step)
        return [Series(each["metric"], {at: float(value) for at, value in each["values"]}) for each in told]

    def last(self, query: str) -> list[Series]:
        """Return what a query comes to at the end."""
        told = self._asked("query", query, time=self.end)
        return [Series(each["metric"], {each["value"][0]: float(each["value"][1])}) for each in told]

    def _asked(self, what: str, query: str, **given: float) -> list[Any]:
        for variable, value in VARIABLES.items():
            query = query.replace(variable, value)
        status, body = servers.get(self._address, f"/api/v1/{what}?{urlencode({'query': query, **given})}")
        if status != 200:  # noqa: PLR2004 - of HTTP
            raise ProcessFailedError(f"Prometheus refuses {query}: {body.decode(errors='replace')}")
        found: list[Any] = json.loads(body)["data"]["result"]
        return found


@contextmanager
def results(scrapes: Scrapes) -> Iterator[Results]:
    """Write scrapes into the database of a Prometheus, and run it until the end of the block.

    Raises:
        ProcessFailedError: one of its programs is not there or fails.
    """
    with TemporaryDirectory() as name:
        folder = Path(name)
        text = folder / "scrapes.txt"
        text.write_text("".join(_lines(scrapes)), "utf-8")
        database = folder / "database"
        promtool, prometheus = servers.program("promtool"), servers.program("prometheus")
        _run(promtool, "tsdb", "create-blocks-from", "openmetrics", str(text), str(database))
        options = (
            f"--storage.tsdb.path={database}",
            # A Prometheus that scrapes marks the end of a series whose target is gone. What is written into its
            # database afterwards has no such marks, and would last for five minutes more.
            f"--query.lookback-delta={STEP_SECS - 1:g}s",
        )
        with servers.running(prometheus, folder, "prometheus", {"global": {}}, *options) as address:
            yield Results(address, scrapes.times[0], scrapes.times[-1])


def _lines(scrapes: Scrapes) -> Iterator[str]:
    """Yield scrapes as OpenMetrics text, each sample with its time."""
    for (name, labels), values in scrapes.series.items():
        series = f"{name}{{{','.join(f'{label}={json.dumps(value)}' for label, value in labels)}}}"
        for number, value in values.items():
            yield f"{series} {value!r} {scrapes.times[number]!r}\n"
    yield "# EOF\n"


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - all of it is ours
    if done.returncode:
        raise ProcessFailedError(f"{command[0]} has failed: {done.stderr}")
