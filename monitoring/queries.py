"""The PromQL that panels share; all of it is of the nodes that the dashboard's variables choose."""

from typing import Final

from reconciliation.monitor.families import PREFIX

NODE: Final = "{{trader_id}} / {{account}}"
"""How a legend names a node."""
CHECK: Final = f"{NODE}: {{{{check}}}}"
"""How a legend names a check of a node."""

_CHOSEN: Final = 'trader_id=~"$trader",account=~"$account"'


def of(metric: str, labels: str = "") -> str:
    """Return a metric of the chosen nodes.

    Args:
        metric: its name without the prefix.
        labels: matchers of its own labels.
    """
    return f"{PREFIX}{metric}{{{_CHOSEN}{labels and ','}{labels}}}"


def of_process(series: str) -> str:
    """Return a series of the chosen nodes' processes, which knows nothing of traders and accounts."""
    return f"{series} * on (job, instance) group_left (trader_id, account) {of('build_info')}"


def with_labels_of(metric: str, labels: str) -> str:
    """Return what gives a metric labels of another one of the same node, whose value is 1."""
    return f"* on (job, instance, trader_id, account) group_left ({labels}) {metric}"


def since(timestamp: str, labels: str = "") -> str:
    """Return how long ago that was when it was scraped, and nothing where it was not yet."""
    name = of(timestamp, labels)
    return f"timestamp({name}) - ({name} > 0)"


def waiting(timestamp: str) -> str:
    """Return for how long something has waited, and 0 where nothing waits."""
    return f"({since(timestamp)}) or 0 * {of(timestamp)}"


def more(counter: str) -> str:
    """Return how many came since the point before; all of them in a life that is younger."""
    name, before = of(counter), f"{of(counter)} offset $__interval"
    return f"({name} - {before} > 0) or 1 * ({name} unless {name} <= {before}) or 0 * {name}"


def quantile(share: float) -> str:
    """Return within what a share of the runs of each check ended, in ten minutes."""
    each = f"rate({of('check_duration_seconds_bucket')}[10m])"
    return f"histogram_quantile({share:g}, sum by (trader_id, account, check, le) ({each}))"
