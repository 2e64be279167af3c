"""What of upstream is overridden, wrapped or called inside, as it was read when the guards were written.

A change here is no fault: read the new code, see whether the guard is still right and still needed (the tests with a
guard left out say what it is for), then write the new pin down.
"""

import hashlib
import inspect
from collections.abc import Callable
from typing import Any

import pytest
from arena import OFF, node_on
from nautilus_trader.adapters.binance.execution import BinanceCommonExecutionClient
from nautilus_trader.adapters.binance.futures.execution import BinanceFuturesExecutionClient
from nautilus_trader.adapters.binance.futures.http.account import BinanceFuturesAccountHttpAPI
from nautilus_trader.adapters.binance.http.account import BinanceAccountHttpAPI
from nautilus_trader.adapters.binance.http.client import BinanceHttpClient
from nautilus_trader.live.execution_client import LiveExecutionClient
from nautilus_trader.live.execution_engine import LiveExecutionEngine
from nautilus_trader.system.kernel import NautilusKernel

from reconciliation.embedded.venue import VenueProcess
from reconciliation.engine.v1.adapters.binance.factory import guarded_client
from reconciliation.settings.guards import BINANCE_GUARDS, GUARDS

ENGINE, CLIENT, COMMON = LiveExecutionEngine, BinanceFuturesExecutionClient, BinanceCommonExecutionClient
PINNED: dict[Callable[..., Any], str] = {
    ENGINE._check_inflight_orders: "(self) 45eb785fcf10",
    ENGINE._resolve_inflight_order: "(self, order) 61e601e15233",
    ENGINE._handle_missing_orders_at_venue: "(self, open_order_ids, venue_reported_ids) 061f859f9b69",
    ENGINE._resolve_order_not_found_at_venue: "(self, order) 36fd55261bbb",
    ENGINE._query_order_status_reports: "(self) 0fb097e576a0",
    ENGINE._check_positions_consistency: "(self) fca4d39556c9",
    ENGINE._process_cached_position_discrepancies: "(self, positions_by_key, venue_positions, failed_position_report_venues) cb1a8a5af76f",
    ENGINE._query_position_status_reports: "(self) bfcaae0489d5",
    ENGINE._query_and_find_missing_fills: "(self, instrument_id, clients) 0aa152711c69",
    ENGINE._reconcile_position_report: "(self, report) e42153905b98",
    ENGINE._reconcile_order_report: "(self, report, trades, is_external) f749d298ad8a",
    ENGINE._clear_recon_tracking: "(self, client_order_id, drop_last_query) 8463ad677661",
    ENGINE.reconcile_execution_state: "(self, timeout_secs) be1c31d4fb4f",
    ENGINE._continuous_reconciliation_loop: "(self) b62ea4b5bc40",
    COMMON._get_cache_active_symbols: "(self) 8ad8d253baa5",
    COMMON._build_active_symbols: "(self, symbol) 7655ded84ca7",
    COMMON._parse_order_status_reports: "(self, binance_orders, start_ms, end_ms) 80313aed5ff0",
    COMMON.generate_order_status_report: "(self, command) 446dd7a2a965",
    COMMON.generate_order_status_reports: "(self, command) 7820c0e238b2",
    COMMON.generate_fill_reports: "(self, command) c36e6f16f7a7",
    COMMON.generate_position_status_reports: "(self, command) e9ced896e4b7",
    COMMON._submit_order_inner: "(self, order, position_side, params) ebfeb4c0e6cf",
    COMMON._reconcile_after_resubscribe: "(self) e633c64cc004",
    CLIENT.generate_order_status_report: "(self, command) 5e3b6de810b3",
    CLIENT.generate_order_status_reports: "(self, command) 93587c01085a",
    CLIENT._get_binance_position_status_reports: "(self, symbol) 36419e341740",
    CLIENT._generate_algo_order_status_reports: "(self, symbol, active_symbols, open_only, start_ms, end_ms) 0654c7f2834b",
    CLIENT._fetch_algo_orders: "(self, symbol) 611267f86431",
    CLIENT._parse_algo_order_report: "(self, algo_order, start_ms, end_ms) 4bbc5222cebe",
    LiveExecutionClient.generate_mass_status: "(self, lookback_mins) 6624ee444680",
    LiveExecutionClient._query_order: "(self, command) 70536df586d3",
    BinanceHttpClient.send_request: "(self, http_method, url_path, payload, ratelimiter_keys) 545b6d3a032f",
    BinanceHttpClient.sign_request: "(self, http_method, url_path, payload, ratelimiter_keys) dd98a98bb03a",
    BinanceAccountHttpAPI.query_all_orders: "(self, symbol, order_id, start_time, end_time, limit, recv_window) 80ed184c7629",
    BinanceAccountHttpAPI.query_user_trades: "(self, symbol, order_id, start_time, end_time, from_id, limit, recv_window) 260a8db60f12",
    BinanceAccountHttpAPI.query_order: "(self, symbol, order_id, orig_client_order_id, recv_window) a9d7a1823719",
    BinanceFuturesAccountHttpAPI.query_futures_account_info: "(self, recv_window) 518823d940c9",
    NautilusKernel.start_async: "(self) 2c2cbb7652c1",
    NautilusKernel._await_engines_connected: "(self) 3ddd7c27eb62",
    NautilusKernel._await_portfolio_initialization: "(self) 8bf6c88c084a",
}


def fingerprint(method: Callable[..., Any]) -> str:
    """The names of its parameters, and a digest of its source."""
    digest = hashlib.sha256(inspect.getsource(method).encode()).hexdigest()[:12]
    return f"({', '.join(inspect.signature(method).parameters)}) {digest}"


@pytest.mark.parametrize("method", PINNED, ids=lambda method: method.__qualname__)
def test_upstream_is_as_it_was_read(method: Callable[..., Any]) -> None:
    assert fingerprint(method) == PINNED[method], f"{method.__qualname__} changed upstream: read it again"


def test_every_method_the_client_guards_override_is_pinned() -> None:
    """Nothing else is touched."""
    guards = (cls for cls in guarded_client(BINANCE_GUARDS).__mro__ if cls.__module__.startswith("reconciliation."))
    names = {name for guard in guards for name in vars(guard) if callable(getattr(CLIENT, name, None))} - {"__init__"}
    assert {getattr(CLIENT, name) for name in names} <= set(PINNED)


def test_every_method_of_the_engine_that_is_wrapped_is_pinned(venue: VenueProcess) -> None:
    """Of the engine and of its clients, what the guards put in place of a method."""
    with node_on(venue, guards=GUARDS, start=False, **OFF) as arena:
        for upstream, owner in ((ENGINE, arena.engine), (CLIENT, arena.client)):
            wrapped = {getattr(upstream, name) for name in vars(owner) if callable(getattr(upstream, name, None))}
            assert wrapped
            assert wrapped <= set(PINNED)
