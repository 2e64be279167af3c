"""The stages of a start and of a stop, each with its time limit."""

from math import ceil, log10
from typing import Final

from reconciliation.settings.node import NodeSettings

SPARE: Final = 2.0
"""A limit should allow so many times what a start takes: the next one may have more to do, or a busy machine."""
LONGEST_SECS: Final = 3_600.0
"""What a limit of a start may be at the most."""
MINUTES_FROM_SECS: Final = 1_000
"""From here on a pause or a time limit is whole minutes, or was given in milliseconds."""
COMPARED_WITHIN_SECS: Final = 15.0
"""How long a stop waits at most for the cache's database to be compared and completed, where it was away before."""


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


def ample_secs(secs: float) -> float:
    """Return the limit, in seconds, for what takes so long: a multiple of it in two digits, or the most there is.

    A long one is in whole minutes.
    """
    wanted = secs * SPARE
    digit = 60.0 if wanted >= MINUTES_FROM_SECS else 10.0 ** (int(log10(max(wanted, 10.0))) - 1)
    return min(ceil(wanted / digit) * digit, LONGEST_SECS)


def shutdown_secs(node: NodeSettings, *, by_recon: bool = True) -> float:
    """Return how long an orderly stop may take, in seconds; a supervisor must allow more.

    Args:
        node: the settings of the node.
        by_recon: whether recon builds it; any other has its own stages and compares nothing.
    """
    stages = node.timeout_post_stop + node.timeout_disconnection + node.timeout_shutdown
    return stages + COMPARED_WITHIN_SECS if by_recon else stages
