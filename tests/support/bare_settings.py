"""Settings as a hand-written engine configuration may hold them: any numbers, unchecked."""

from collections.abc import Collection
from typing import Any

from hypothesis import strategies as st

from reconciliation.config import ReconciliationConfig
from reconciliation.rules.client import STOCK_BINANCE_ERRORS, ClientTraits
from reconciliation.rules.timings import Conditions


def bare(**values: Any) -> ReconciliationConfig:
    """The standard values with some replaced, whatever the model says to them."""
    return ReconciliationConfig.model_construct(**{**ReconciliationConfig().model_dump(), **values})


def binance(
    r: ReconciliationConfig, guards: Collection[str] = (), *, guarded: bool = False, outage_secs: float = 0.0
) -> Conditions:
    """These settings with a Binance client, stock unless it is said to be guarded."""
    client = ClientTraits("BINANCE", guarded=guarded, rejects_after=STOCK_BINANCE_ERRORS)
    return Conditions(r, frozenset(guards), client, outage_secs)


def off_or[T](values: st.SearchStrategy[T]) -> st.SearchStrategy[T | None]:
    return st.none() | values


SECS = st.integers(1, 120).map(lambda tenths: tenths / 10)
MILLIS = st.integers(0, 80).map(lambda hundreds: hundreds * 100)

SMALL = st.builds(
    bare,
    inflight_check_interval_ms=off_or(MILLIS),
    inflight_check_threshold_ms=MILLIS,
    inflight_check_retries=st.integers(0, 6),
    open_check_interval_secs=off_or(SECS),
    open_check_open_only=st.booleans(),
    open_check_threshold_ms=MILLIS,
    open_check_missing_retries=st.integers(0, 6),
    position_check_interval_secs=off_or(SECS),
    position_check_threshold_ms=MILLIS,
    position_check_retries=st.integers(0, 6),
)
"""Intervals of at most some seconds, so that a whole life can be played through."""

ODD = st.builds(
    bare,
    enabled=st.booleans(),
    inflight_check_interval_ms=off_or(st.integers(-1, 3_600_000)),
    inflight_check_threshold_ms=st.integers(0, 3_600_000),
    inflight_check_retries=st.integers(0, 1_000),
    open_check_interval_secs=off_or(st.floats(0.0, 86_400.0)),
    open_check_open_only=st.booleans(),
    open_check_threshold_ms=st.integers(0, 3_600_000),
    open_check_missing_retries=st.integers(0, 1_000),
    position_check_interval_secs=off_or(st.floats(0.0, 86_400.0)),
    position_check_retries=st.integers(0, 1_000),
    max_single_order_queries_per_cycle=st.integers(0, 1_000),
    open_check_lookback_mins=st.integers(0, 5_256_000),
    position_check_lookback_mins=st.integers(0, 5_256_000),
)
"""Whatever can be written."""
