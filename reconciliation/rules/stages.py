"""The stages of a start and of a stop, each with its time limit."""

from reconciliation.settings.node import NodeSettings


def startup_secs(node: NodeSettings, *, reconciles: bool) -> dict[str, float]:
    """Return the time limit of each stage of a start, in seconds and in order.

    Args:
        node: the settings of the node.
        reconciles: whether it reconciles at startup.
    """
    return {
        "connection": node.timeout_connection,
        "reconciliation": node.timeout_reconciliation if reconciles else 0.0,
        "portfolio": node.timeout_portfolio,
    }


def shutdown_secs(node: NodeSettings) -> float:
    """Return how long an orderly stop may take, in seconds; a supervisor must allow more."""
    return node.timeout_post_stop + node.timeout_disconnection + node.timeout_shutdown
