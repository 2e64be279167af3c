"""The names of the accelerations, which `node.accelerate` may hold; the engine generations have what they stand for."""

from typing import Final

ACCELERATIONS: Final = (
    "report_copies",
    "adjusted_parts",
    "matched_instruments",
    "event_fields",
    "paused_collector",
    "concurrent_queries",
    "bulk_reads",
    "linear_positions",
    "batched_writes",
    "yielding_checks",
    "settled_heap",
)
"""What makes a start quicker, or a check a matter of short turns; each can be left out."""

DEFAULT: Final = tuple(name for name in ACCELERATIONS if name != "matched_instruments")
"""All but the one that changes what comes of a start: where the engine's adjustment makes up orders, it keeps it from
that. The guard `whole_history` does without the adjustment."""
