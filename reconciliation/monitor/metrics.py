"""The metrics of a node as Prometheus scrapes them."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from reconciliation.monitor.durations import Durations
from reconciliation.monitor.families import FAMILIES, PREFIX, Family
from reconciliation.monitor.identity import Identity
from reconciliation.monitor.status import Picture

_FAMILIES: Final = {"gauge": GaugeMetricFamily, "counter": CounterMetricFamily, "histogram": HistogramMetricFamily}

NODE_LABELS: Final = ("trader_id", "account")
"""What every metric of a node carries before its own labels."""


class Metrics(Collector):
    """Reads the picture of one node at each scrape.

    Args:
        look: returns the node's picture.
        identity: of the node.
    """

    def __init__(self, look: Callable[[], Picture], identity: Identity) -> None:
        self._look = look
        self._identity = identity

    def describe(self) -> Iterable[Metric]:
        """Return what there is to collect; a registry refuses a second one of the same names."""
        return self.collect()

    def collect(self) -> Iterator[Metric]:
        """Yield every metric, all of one moment."""
        picture = self._look()
        for family in FAMILIES:
            metric = _metric(family)
            for labels, value in family.read(picture, self._identity).items():
                _add(metric, (self._identity.trader_id, self._identity.account, *labels), value)
            yield metric


def _metric(family: Family) -> Metric:
    metric: Metric = _FAMILIES[family.kind](PREFIX + family.name, family.text, labels=(*NODE_LABELS, *family.labels))
    return metric


def _add(metric: Any, labels: tuple[str, ...], value: float | Durations) -> None:
    if isinstance(value, Durations):
        metric.add_metric(labels, list(value.buckets()), value.total_secs)
    else:
        metric.add_metric(labels, value)
