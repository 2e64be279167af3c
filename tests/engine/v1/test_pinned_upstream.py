"""What of upstream is overridden, wrapped or called inside, as it was read when the guards were written.

A change here is no fault: read the new code, see whether the guard is still right and still needed (the tests with a
guard left out say what it is for), then write the new pin down.
"""

import ast
import hashlib
import inspect
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from arena import OFF, node_on, nowhere
from nautilus_trader.adapters.binance import factories
from nautilus_trader.adapters.binance.common.schemas.account import BinanceOrder
from nautilus_trader.adapters.binance.data import BinanceCommonDataClient
from nautilus_trader.adapters.binance.execution import BinanceCommonExecutionClient
from nautilus_trader.adapters.binance.futures.execution import BinanceFuturesExecutionClient
from nautilus_trader.adapters.binance.futures.http.account import BinanceFuturesAccountHttpAPI
from nautilus_trader.adapters.binance.futures.providers import BinanceFuturesInstrumentProvider
from nautilus_trader.adapters.binance.http.account import BinanceAccountHttpAPI
from nautilus_trader.adapters.binance.http.client import BinanceHttpClient
from nautilus_trader.adapters.binance.http.endpoint import BinanceHttpEndpoint
from nautilus_trader.analysis import PortfolioAnalyzer
from nautilus_trader.core.uuid import UUID4
from nautilus_trader.execution.reports import ExecutionMassStatus
from nautilus_trader.live import reconciliation
from nautilus_trader.live.data_client import LiveDataClient, LiveMarketDataClient
from nautilus_trader.live.data_engine import LiveDataEngine
from nautilus_trader.live.execution_client import LiveExecutionClient
from nautilus_trader.live.execution_engine import LiveExecutionEngine
from nautilus_trader.live.node import TradingNode
from nautilus_trader.live.retry import RetryManager, RetryManagerPool
from nautilus_trader.live.risk_engine import LiveRiskEngine
from nautilus_trader.system.kernel import NautilusKernel

from reconciliation import NodeBuilder, load
from reconciliation.engine import v1
from reconciliation.engine.generation import generation
from reconciliation.engine.lifecycle import Lifecycle
from reconciliation.engine.v1.adapters.binance.factory import guarded_client
from reconciliation.engine.v1.simulated import world
from reconciliation.settings.guards import BINANCE_GUARDS

ENGINE, CLIENT, COMMON = LiveExecutionEngine, BinanceFuturesExecutionClient, BinanceCommonExecutionClient
KERNEL, ACCOUNT = NautilusKernel, BinanceFuturesAccountHttpAPI
PINNED: dict[Callable[..., Any], str] = {
    ENGINE._prune_recent_fills_cache: "(self, ttl_secs) 4b853207d508",
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
    LiveExecutionClient._log_report_error: "(self, e, report_type) 7196529269d4",
    LiveExecutionClient._log_report_receipt: "(self, count, report_type, log_level, verb) 393e1d8fe5e9",
    LiveExecutionClient._query_order: "(self, command) 70536df586d3",
    BinanceHttpClient.send_request: "(self, http_method, url_path, payload, ratelimiter_keys) 545b6d3a032f",
    BinanceHttpClient.sign_request: "(self, http_method, url_path, payload, ratelimiter_keys) dd98a98bb03a",
    BinanceAccountHttpAPI.query_all_orders: "(self, symbol, order_id, start_time, end_time, limit, recv_window) 80ed184c7629",
    BinanceAccountHttpAPI.query_user_trades: "(self, symbol, order_id, start_time, end_time, from_id, limit, recv_window) 260a8db60f12",
    BinanceAccountHttpAPI.query_order: "(self, symbol, order_id, orig_client_order_id, recv_window) a9d7a1823719",
    ACCOUNT.query_futures_account_info: "(self, recv_window) 518823d940c9",
    KERNEL.start_async: "(self) 2c2cbb7652c1",
    KERNEL._await_engines_connected: "(self) 3ddd7c27eb62",
    KERNEL._await_portfolio_initialization: "(self) 8bf6c88c084a",
    ENGINE._process_venue_reported_positions: "(self, positions_by_key, venue_positions) a5186b2b5b16",
    ENGINE._generate_inferred_fill: "(self, order, report, instrument) a2866763b9a9",
    COMMON._connect: "(self) 7a858b860598",
    COMMON._disconnect: "(self) b5bf37bab684",
    COMMON._determine_reduce_only_str: "(self, order) 729321b27cc6",
    COMMON._get_position_side_from_position_id: "(self, position_id, exec_spawn_id) de6ee570f695",
    BinanceOrder.parse_to_order_status_report: "(self, account_id, instrument_id, report_id, enum_parser, treat_expired_as_canceled, ts_init) 259bd3c767e8",
    COMMON._get_cached_instrument_id: "(self, symbol) 14750be94577",
    CLIENT._init_dual_side_position: "(self) b7427a520327",
    BinanceCommonDataClient._connect: "(self) ee05d43ac062",
    LiveExecutionClient._connect: "(self) 8128f92251eb",
    LiveExecutionClient.generate_order_status_report: "(self, command) 743b97c6f4bc",
    LiveExecutionClient.generate_order_status_reports: "(self, command) b0ba9b9802d3",
    LiveExecutionClient.generate_fill_reports: "(self, command) 17a2f131552f",
    LiveExecutionClient.generate_position_status_reports: "(self, command) 39ed3001e2cd",
    LiveDataClient._connect: "(self) 8128f92251eb",
    LiveMarketDataClient._connect: "(self) 8128f92251eb",
    ACCOUNT._timestamp: "(self) d1f88df9b3ac",
    BinanceHttpEndpoint._method: "(self, method_type, params, ratelimiter_keys) 75121fd277e5",
    KERNEL.stop: "(self) c643828c5846",
    KERNEL.stop_async: "(self) a7eae8960a7c",
    KERNEL._on_shutdown_system: "(self, command) f2ae86db0977",
    KERNEL._setup_loop: "(self) 1b5d42d4fe9e",
    KERNEL._setup_streaming: "(self, config) 31ffa5f54117",
    KERNEL._disconnect_clients: "(self) ef23ff6c3bc0",
    KERNEL._await_engines_disconnected: "(self) 5869b52bf292",
    KERNEL._await_trader_residuals: "(self) 9a692dbbcc89",
    KERNEL._cancel_timers: "(self) 6ba5050a4554",
    KERNEL.dispose: "(self) d906ae6020f6",
    ENGINE.kill: "(self) 6cfbd46c7bf4",
    ENGINE._run_cmd_queue: "(self) 395026b1ea8c",
    ENGINE._run_evt_queue: "(self) 5dd32fc23793",
    LiveRiskEngine.kill: "(self) 217ea7c7d6a9",
    LiveRiskEngine._run_cmd_queue: "(self) 3ad6c5416896",
    LiveDataEngine.kill: "(self) faa32413c1eb",
    LiveDataEngine._run_data_queue: "(self) a9b09005d852",
    KERNEL._stop_engines: "(self) 9e7fcc0b4cbb",
    ENGINE._adjust_mass_status_fills: "(self, mass_status) 7e36a53fe3e4",
    ENGINE._deduplicate_mass_status_orders: "(self, mass_status) 80765489db27",
    ENGINE._consider_for_reconciliation: "(self, instrument_id) f98c0a51c5ed",
    ENGINE._check_and_skip_duplicate_fill: "(self, order, report) 05ab05ef29af",
    ENGINE._handle_fill_quantity_mismatch: "(self, order, report, instrument, client_order_id) 64e9fa3af632",
    ENGINE._record_local_activity: "(self, event) 0c99fbca6d28",
    ENGINE._generate_order: "(self, report, is_external) c18275c918df",
    ENGINE._generate_order_updated: "(self, order, report) bebefd91df15",
    ENGINE._handle_event_with_tracking: "(self, event) 4fc8992cf032",
    ENGINE._reconcile_execution_mass_status: "(self, mass_status) 6ae609bd2619",
    ENGINE._reconcile_fill_report: "(self, order, report, instrument) 7107aad2b7c1",
    ENGINE._reconcile_order_reports: "(self, all_order_reports, open_order_ids) c7fb09f0ca57",
    ENGINE._resolve_client_order_id: "(self, report) cdfbd70fd07c",
    ENGINE._should_update: "(self, order, report) 5e11c60793af",
    RetryManager.run: "(self, name, details, func, args, kwargs) 7921e074951a",
    RetryManager._cancel: "(self) 59eabbb251f1",
    TradingNode.build: "(self) 15e72c05cc99",
    TradingNode.run_async: "(self) 407815df5f3d",
    TradingNode.stop_async: "(self) 817b582dab59",
    TradingNode.dispose: "(self) 65d7da179b05",
    CLIENT._get_binance_active_position_symbols: "(self, symbol) 7aacdb2adb19",
    ACCOUNT.query_all_algo_orders: "(self, symbol, start_time, end_time, page, limit, recv_window) fe0b457fdf36",
    ENGINE._deduplicate_mass_status_orders: "(self, mass_status) 80765489db27",
    reconciliation.adjust_fills_for_partial_window: "(mass_status, instruments, logger) 63a5640fe982",
    factories._resolve_environment: "(environment) 193077da29fc",
    factories.get_cached_binance_http_client.__wrapped__: "(clock, account_type, api_key, api_secret, key_type, base_url, environment, is_us, proxy_url) a8ee39aa65d2",
    PortfolioAnalyzer.record_trade: "(self, position_id, realized_pnl, ts_event) babb159c0c34",
    PortfolioAnalyzer._append_pnl_record: "(self, pnls, timestamps, position_id, realized_pnl, ts_event) 1c6c910a611c",
    PortfolioAnalyzer.realized_pnls: "(self, currency) bd73d8d00503",
    PortfolioAnalyzer.reset: "(self) 1bd6a98bedef",
    BinanceFuturesInstrumentProvider._parse_instrument: "(self, symbol_info, ts_event, position_risk, fee) 9889fd22be41",
}

PRIVATE: Final[dict[str, tuple[type, ...]]] = {
    "_adjust_mass_status_fills": (ENGINE,),
    "_await_engines_connected": (KERNEL,),
    "_await_engines_disconnected": (KERNEL,),
    "_await_portfolio_initialization": (KERNEL,),
    "_await_trader_residuals": (KERNEL,),
    "_build_active_symbols": (CLIENT,),
    "_cache": (ENGINE, CLIENT),
    "_cancel_timers": (KERNEL,),
    "_check_positions_consistency": (ENGINE,),
    "_client": (BinanceHttpClient,),
    "_clients": (ENGINE, LiveDataEngine),
    "_clock": (ENGINE, CLIENT),
    "_config": (KERNEL,),
    "_connect": (CLIENT, BinanceCommonDataClient),
    "_consider_for_reconciliation": (ENGINE,),
    "_deduplicate_mass_status_orders": (ENGINE,),
    "_deny_command": (LiveRiskEngine,),
    "_deny_order": (ENGINE,),
    "_determine_oms_type": (ENGINE,),
    "_disconnect_clients": (KERNEL,),
    "_endpoint_futures_account": (ACCOUNT,),
    "_enum_parser": (CLIENT,),
    "_execute_command": (ENGINE, LiveRiskEngine),
    "_fetch_algo_orders": (CLIENT,),
    "_fill_reports": (ExecutionMassStatus,),
    "_futures_http_account": (CLIENT,),
    "_generate_algo_order_status_reports": (CLIENT,),
    "_generate_order": (ENGINE,),
    "_get_binance_active_position_symbols": (CLIENT,),
    "_generate_order_status_retries": (CLIENT,),
    "_generate_order_updated": (ENGINE,),
    "_get_cache_active_symbols": (CLIENT,),
    "_get_cached_instrument_id": (CLIENT,),
    "_handle_event_with_tracking": (ENGINE,),
    "_handle_missing_orders_at_venue": (ENGINE,),
    "_handle_order_fill": (ENGINE,),
    "_http_account": (CLIENT,),
    "_http_client": (CLIENT,),
    "_inflight_check_threshold_ns": (ENGINE,),
    "_instrument_provider": (CLIENT,),
    "_is_dual_side_position": (CLIENT,),
    "_is_running": (KERNEL,),
    "_is_stopping": (KERNEL,),
    "_log": (ENGINE, CLIENT),
    "_log_report_error": (CLIENT,),
    "_log_report_receipt": (CLIENT,),
    "_loop": (ENGINE,),
    "_max_retries": (CLIENT,),
    "_method": (BinanceHttpEndpoint,),
    "_open_check_threshold_ns": (ENGINE,),
    "_order_local_activity_ns": (ENGINE,),
    "_order_reports": (ExecutionMassStatus,),
    "_parse_algo_order_report": (CLIENT,),
    "_parse_order_status_reports": (CLIENT,),
    "_position_recon_retries": (ENGINE,),
    "_pool": (RetryManagerPool,),
    "_position_reports": (ExecutionMassStatus,),
    "_query_and_find_missing_fills": (ENGINE,),
    "_query_order_status_reports": (ENGINE,),
    "_query_position_status_reports": (ENGINE,),
    "_recent_fills_cache": (ENGINE,),
    "_recon_check_retries": (ENGINE,),
    "_recorded_realized_pnl_timestamps": (PortfolioAnalyzer,),
    "_recorded_realized_pnls": (PortfolioAnalyzer,),
    "_reconcile_execution_mass_status": (ENGINE,),
    "_reconcile_fill_report": (ENGINE,),
    "_reconcile_order_report": (ENGINE,),
    "_reconcile_order_reports": (ENGINE,),
    "_reconcile_position_report": (ENGINE,),
    "_reject_modify_order": (LiveRiskEngine,),
    "_resolve_client_order_id": (ENGINE,),
    "_resolve_inflight_order": (ENGINE,),
    "_resolve_order_not_found_at_venue": (ENGINE,),
    "_retry_manager_pool": (CLIENT,),
    "_setup_loop": (KERNEL,),
    "_setup_streaming": (KERNEL,),
    "_should_update": (ENGINE,),
    "_stop_engines": (KERNEL,),
    "_submit_order_inner": (CLIENT,),
    "_submit_order_method": (CLIENT,),
    "_timestamp": (ACCOUNT,),
    "_treat_expired_as_canceled": (CLIENT,),
    "_use_position_ids": (CLIENT,),
    "_ws_client": (CLIENT,),
}
"""Every private name of upstream that this generation uses, and whose it is."""

MEANING: Final = frozenset(
    {
        "_generate_order_status_retries",
        "_inflight_check_threshold_ns",
        "_is_dual_side_position",
        "_is_stopping",
        "_max_retries",
        "_open_check_threshold_ns",
        "_order_local_activity_ns",
        "_position_recon_retries",
        "_recent_fills_cache",
        "_recon_check_retries",
        "_recorded_realized_pnl_timestamps",
        "_recorded_realized_pnls",
        "_submit_order_method",
        "_ws_client",
    }
)
"""Of them, the state whose meaning matters: every method of upstream that uses it is pinned."""


def fingerprint(method: Callable[..., Any]) -> str:
    """The names of its parameters, and a digest of its source."""
    digest = hashlib.sha256(inspect.getsource(method).encode()).hexdigest()[:12]
    return f"({', '.join(inspect.signature(method).parameters)}) {digest}"


@pytest.mark.parametrize("method", PINNED, ids=lambda method: method.__qualname__)
def test_upstream_is_as_it_was_read(method: Callable[..., Any]) -> None:
    assert fingerprint(method) == PINNED[method], f"{method.__qualname__} changed upstream: read it again"


def test_every_method_the_client_guards_override_is_pinned() -> None:
    """Nothing else is touched but what is compiled, which is public and has no source to read."""
    guards = (cls for cls in guarded_client(BINANCE_GUARDS).__mro__ if cls.__module__.startswith("reconciliation."))
    names = {name for guard in guards for name in vars(guard) if inspect.isfunction(getattr(CLIENT, name, None))}
    names -= {"__init__"}
    assert {getattr(CLIENT, name) for name in names} <= set(PINNED)


def owners(node: TradingNode) -> tuple[Any, ...]:
    """The objects of a built node that private names belong to."""
    kernel = node.kernel
    (client,) = kernel.exec_engine._clients.values()
    account = client._futures_http_account
    endpoint = account._endpoint_futures_account
    data_clients = kernel.data_engine._clients.values()
    return (
        kernel,
        kernel.exec_engine,
        kernel.data_engine,
        kernel.risk_engine,
        client,
        client._http_client,
        account,
        endpoint,
        *data_clients,
    )


def upstream_of(owner: Any) -> type:
    return next(cls for cls in type(owner).__mro__ if cls.__module__.startswith("nautilus_trader."))


def test_every_method_that_is_wrapped_is_pinned(redis: str) -> None:
    """Of a whole node, what guards and start put in place of a method."""
    settings = load(env=nowhere().environment() | {"RECON_CACHE_URL": redis})
    builder = NodeBuilder(settings)
    engine = generation()
    engine.add_settings_clients(builder, read_only=True)
    node = engine.assemble(builder, Lifecycle(), loop=engine.new_event_loop(), read_only=True)
    try:
        wrapped = {
            getattr(upstream, name)
            for owner in owners(node.trading_node)
            for upstream in [upstream_of(owner)]
            for name in vars(owner)
            if callable(getattr(upstream, name, None))
        }
    finally:
        node.dispose()
    assert {KERNEL.start_async, COMMON._connect, BinanceCommonDataClient._connect} <= wrapped
    assert wrapped <= set(PINNED)


# -- Private names


def names_used() -> Iterator[tuple[str, bool]]:
    """Yield the private names that this generation reads or calls, and whether on an object's own self."""
    for path in Path(v1.__path__[0]).rglob("*.py"):
        for found in ast.walk(ast.parse(path.read_text())):
            if isinstance(found, ast.Attribute) and re.fullmatch("_[a-z].*", found.attr):
                yield found.attr, isinstance(found.value, ast.Name) and found.value.id == "self"


def names_made() -> Iterator[str]:
    """Yield the private names that this generation's own classes define or set."""
    for path in Path(v1.__path__[0]).rglob("*.py"):
        for found in ast.walk(ast.parse(path.read_text())):
            if isinstance(found, ast.FunctionDef | ast.AsyncFunctionDef):
                yield found.name
            elif isinstance(found, ast.Attribute) and isinstance(found.ctx, ast.Store):
                yield found.attr


OTHERS: Final = frozenset({"_log_destroy_pending", "_scheduled"})
"""Of asyncio's tasks and loops."""


def test_every_private_name_of_upstream_is_listed() -> None:
    """On anything but self a private name is upstream's; on self it is, too, where no class of ours makes it."""
    made = set(names_made()) - set(PRIVATE)
    used = {name for name, on_self in names_used() if not on_self or name not in made}
    assert used == set(PRIVATE) | OTHERS


def test_upstream_has_every_private_name() -> None:
    with node_on(nowhere(), start=False, **OFF) as arena:
        client = arena.client
        status = ExecutionMassStatus(client.id, client.account_id, client.venue, UUID4(), 0)
        analyzer = arena.node.kernel.portfolio.analyzer
        found = (*owners(arena.node), status, client._retry_manager_pool, analyzer)
        for name, classes in PRIVATE.items():
            for cls in classes:
                owner = next(owner for owner in found if isinstance(owner, cls))
                assert hasattr(owner, name), f"{cls.__name__}.{name}"
                if inspect.isfunction(getattr(cls, name, None)):  # what Cython compiled shows no source
                    assert getattr(cls, name) in PINNED, f"{cls.__name__}.{name}"


@pytest.mark.parametrize("name", sorted(MEANING))
def test_every_method_that_uses_such_state_is_pinned(name: str) -> None:
    for owner in PRIVATE[name]:
        methods = [method for cls in owner.__mro__ for method in vars(cls).values() if inspect.isfunction(method)]
        users = {method for method in methods if f"self.{name}" in inspect.getsource(method)}
        assert users
        assert {method for method in users if method.__name__ != "__init__"} <= set(PINNED)


# -- What virtual time replaces

SEAMS: Final[dict[tuple[str, str], set[str]]] = {
    ("kernel_module", "LiveClock"): {"__init__"},
    ("kernel_module", "time"): {"__init__"},
    ("http_module", "HttpClient"): {"__init__"},
    ("market_module", "time"): {"request_agg_trade_ticks"},
    ("stream_module", "WebSocketClient"): {"__init__", "_connect_client"},
    ("stream_module", "WebSocketConfig"): {"_connect_client"},
    ("user_stream_module", "WebSocketClient"): {"__init__", "_connect_stream", "connect"},
    ("user_stream_module", "WebSocketConfig"): {"_connect_stream", "connect"},
    ("nautilus_pyo3", "RedisCacheDatabase"): set(),
    ("bulk_reads", "lists"): {"_read_ahead"},
    ("batched_writes", "in_background"): {"write_at_once"},
    ("batched_writes", "written_through"): {"_change_over"},
    ("loading", "monotonic"): {"_now"},
    ("engine_module", "UUID4"): {
        "_check_inflight_orders",
        "_create_flat_position_report",
        "_create_order_status_report_from_cached_order",
        "_create_position_reconciliation_report",
        "_generate_order",
        "_query_and_find_missing_fills",
        "_query_order_status_reports",
        "_query_position_status_reports",
        "_reconcile_cross_zero_position",
        "_resolve_client_order_id",
        "_resolve_order_not_found_at_venue",
        "reconcile_execution_state",
    },
    ("retry_module", "randint"): {"get_exponential_backoff"},
    ("retry_module", "RetryManager"): {"__init__", "_create_manager"},
}
"""The functions that use a name which a run in virtual time replaces in their module; without any, C or Rust does."""


def seams() -> Iterator[tuple[str, str]]:
    """Yield the modules, by what the world calls them, and the names in them that are replaced."""
    for found in ast.walk(ast.parse(inspect.getsource(world))):
        match found:
            case ast.Tuple(elts=[ast.Name(id=owner), ast.Constant(value=str(name)), _]):
                yield owner, name


def users_of(module: str, name: str) -> set[str]:
    """The functions of a module that use a name."""
    path = Path(str(getattr(getattr(world, module), "__file__", "")))
    if path.suffix != ".py":
        return set()
    functions = (
        node
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )
    return {
        function.name
        for function in functions
        for statement in function.body
        for used in ast.walk(statement)
        if isinstance(used, ast.Name) and used.id == name
    }


def test_every_name_that_is_replaced_is_where_it_was_read() -> None:
    assert {(module, name): users_of(module, name) for module, name in seams()} == SEAMS
    for module, name in SEAMS:
        assert hasattr(getattr(world, module), name)
