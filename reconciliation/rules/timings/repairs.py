"""How soon what the stream lost is repaired."""

from reconciliation.config import ReconciliationConfig
from reconciliation.rules.timings.loop import NS, ns_of_millis, periods


def lost_fill_secs(r: ReconciliationConfig) -> float | None:
    """Return the longest until a fill that the stream lost is booked, counted from the fill; None is never.

    The open check finds it, as an inferred fill, unless it asks for open orders only: then a full fill vanishes with
    its order, and the position check alone finds it.
    """
    found = [_lost_close_secs(r), _by_position_check(r)]
    return min((secs for secs in found if secs is not None), default=None)


def lost_cancel_secs(r: ReconciliationConfig) -> float | None:
    """Return the longest until a cancel that the stream lost is noticed; None is never: under open-only it is not."""
    return _lost_close_secs(r)


def lost_ack_secs(r: ReconciliationConfig) -> float | None:
    """Return the longest until an order of which the stream lost the acknowledgement is known to live; None is never.

    The in-flight check asks for it; the open check finds it among the open orders.
    """
    rhythm = periods(r)
    found = [
        _after(r.inflight_check_threshold_ms, rhythm.inflight_secs) if r.inflight_check_retries > 0 else None,
        _after(r.open_check_threshold_ms, rhythm.open_secs),
    ]
    return min((secs for secs in found if secs is not None), default=None)


def _lost_close_secs(r: ReconciliationConfig) -> float | None:
    return None if r.open_check_open_only else _after(r.open_check_threshold_ms, periods(r).open_secs)


def _by_position_check(r: ReconciliationConfig) -> float | None:
    if r.position_check_retries <= 0:
        return None
    return _after(r.position_check_threshold_ms, periods(r).position_secs)


def _after(threshold_ms: float, period_secs: float | None) -> float | None:
    """Return the latest first check at which something is as old as a threshold."""
    return None if period_secs is None else ns_of_millis(threshold_ms) / NS + period_secs
