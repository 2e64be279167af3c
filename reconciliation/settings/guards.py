"""The names of the guards, which `node.guards` may hold; the engine generations have what they stand for."""

from typing import Final

ENGINE_GUARDS: Final = (
    "bulk_queries",
    "answered_absence",
    "own_counters",
    "confirmed_positions",
    "patient_positions",
    "steady_positions",
    "time_limits",
    "venue_trades",
    "whole_history",
    "matched_histories",
)
"""The guards that work on the engine, whatever the venue."""

BINANCE_GUARDS: Final = (
    "symbols",
    "reports",
    "query_errors",
    "unknown_outcomes",
    "account_positions",
    "history",
    "order_trades",
)
"""The guards of the Binance USD-M futures client; query_errors and unknown_outcomes work in any stock client known."""

GUARDS: Final = (*ENGINE_GUARDS, *BINANCE_GUARDS)
