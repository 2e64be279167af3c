"""How far a start is, in words: the same on a terminal, in a status and to a supervisor."""

from collections.abc import Mapping
from typing import Any

from reconciliation.rules.figures import duration


def startup_words(told: Mapping[str, Any]) -> str:
    """Return a line for what the log's `startup_progress` and the status tell, by the same names."""
    done, total = told["done"], told["total"]
    rows = f"{told['orders']:,} orders and {told['fills']:,} fills told"
    match told["step"]:
        case "loading":
            what = f"{done:,} of {total:,} orders loaded from the cache"
        case "asking":
            what = f"{done:,} of {total:,} instruments, {rows}" if total else rows
        case "booking":
            what = f"{done:,} of {total:,} orders booked"
        case _:
            what = f"{rows}, the venue is asked once more"
    left = "" if told["left_secs"] is None else f", about {duration(told['left_secs'])} left of this"
    limit = "" if told["limit_secs"] is None else f" of at most {duration(told['limit_secs'])}"
    return f"{what}; {duration(told['secs'])}{limit}{left}"
