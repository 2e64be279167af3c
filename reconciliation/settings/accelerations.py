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
"""What makes a start quicker, or a check a matter of short turns, and changes nothing of what comes of it; each can be
left out."""
