"""What Prometheus would have scraped of a run: every metric of each life, every fifteen seconds of virtual time."""

from typing import Final

from msgspec import Struct, field

from reconciliation.monitor.alerts import JOB
from reconciliation.monitor.metrics import Metrics
from reconciliation.node.observation import Observation

PERIOD_SECS: Final = 15.0
INSTANCE: Final = "127.0.0.1:9464"

Series = tuple[str, tuple[tuple[str, str], ...]]
"""A metric's name and its labels."""


class Scrapes(Struct):
    """The scrapes of one target.

    Attributes:
        times: of each, seconds since the epoch.
        series: the values of each series by the number of the scrape.
    """

    times: list[float] = field(default_factory=list)
    series: dict[Series, dict[int, float]] = field(default_factory=dict)

    def scrape(self, now: float, observation: Observation | None) -> None:
        """Scrape a node once; None where it does not answer.

        Args:
            now: seconds since the epoch.
            observation: of the node.
        """
        target = {"job": JOB, "instance": INSTANCE}
        number = len(self.times)
        self.times.append(now)
        self._add("up", target, number, float(observation is not None))
        if observation is None:
            return
        for metric in Metrics(lambda: observation.status.picture, observation.identity).collect():
            for sample in metric.samples:
                self._add(sample.name, target | sample.labels, number, sample.value)

    def _add(self, name: str, labels: dict[str, str], number: int, value: float) -> None:
        self.series.setdefault((name, tuple(sorted(labels.items()))), {})[number] = value
