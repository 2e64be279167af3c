"""The engine's check loop: what it sleeps, and how often each check runs in it.

The continuous checks are one serial loop that sleeps `tick = min(enabled intervals)` and runs a check when its interval
has passed; read in `_continuous_reconciliation_loop` of `nautilus_trader/live/execution_engine.py` 1.231, and measured.
"""

from typing import Final

from msgspec import Struct

from reconciliation.config import ReconciliationConfig

NS: Final = 1_000_000_000
"""Nanoseconds in a second."""
LEAST_SLEEP: Final = 1_000_000
"""Nanoseconds that the engine's event loop sleeps at the least: its timers count milliseconds (libuv's)."""


class Periods(Struct, frozen=True):
    """How often each check runs, in seconds; None where it is off."""

    tick_secs: float | None
    inflight_secs: float | None
    open_secs: float | None
    position_secs: float | None


class Loop(Struct, frozen=True):
    """The check loop: the tick in nanoseconds and each check in ticks; a check that is off has none."""

    tick: int
    inflight: int
    open: int
    position: int


def loop_of(r: ReconciliationConfig) -> Loop:
    """Return the loop that runs under given settings."""
    intervals = (0, 0, 0)
    if r.enabled:
        intervals = (
            ns_of_millis(r.inflight_check_interval_ms),
            _ns(r.open_check_interval_secs),
            _ns(r.position_check_interval_secs),
        )
    shortest = min((interval for interval in intervals if interval), default=0)
    tick = max(shortest, LEAST_SLEEP) if shortest else 0
    return Loop(tick, *(-(-interval // tick) if interval else 0 for interval in intervals))


def periods(r: ReconciliationConfig) -> Periods:
    """Return how often each check runs: its interval rounded up to whole ticks."""
    loop = loop_of(r)
    return Periods(*(ticks * loop.tick / NS or None for ticks in (1, loop.inflight, loop.open, loop.position)))


def ns_of_millis(millis: float | None) -> int:
    """Return whole nanoseconds; 0 for nothing, for what is not above zero, and for NaN and infinity."""
    return _ns(None if millis is None else millis / 1_000)


def _ns(secs: float | None) -> int:
    return round(secs * NS) if secs is not None and 0 < secs < float("inf") else 0
