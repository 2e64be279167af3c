"""What a query of PromQL names."""

import re
from functools import cache

from prometheus_client import CollectorRegistry, Metric
from prometheus_client.process_collector import ProcessCollector

from reconciliation.monitor.identity import Identity
from reconciliation.monitor.metrics import Metrics
from reconciliation.monitor.status import Check, Status

_TEXT = re.compile(r'"[^"]*"')
_IN_BRACES = re.compile(r"\{[^}]*\}|\[[^\]]*\]")
_LABEL_LIST = re.compile(r"\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)")
_NAME = re.compile(r"(?<![\w:$])[a-zA-Z_:][\w:]*(?!\w)(?!\s*\()")
_WORDS = {"and", "or", "unless", "offset", "bool"}


def metrics_in(promql: str) -> set[str]:
    """Return the metrics that a query names, `le` and other labels left out."""
    rest = promql
    for left_out in (_TEXT, _IN_BRACES, _LABEL_LIST):
        rest = left_out.sub("", rest)
    return set(_NAME.findall(rest)) - _WORDS


@cache
def exported() -> dict[str, frozenset[str]]:
    """Return the labels of each series that a node with everything on exports, by its name."""
    identity = Identity("T-1", "A-1", "standard", "f", "1", "1", guards={"symbols": True}, planned={"figure": 1.0})
    registry = CollectorRegistry()
    status = Status(lambda: 1.0, dict.fromkeys(Check, 5.0), has_database=True)
    registry.register(Metrics(lambda: status.picture, identity))
    ProcessCollector(registry=registry)
    families: list[Metric] = [*registry.collect()]
    return {sample.name: frozenset(sample.labels) for family in families for sample in family.samples}
