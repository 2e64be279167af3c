"""Installing the guards that work at any venue on a built node."""

from collections.abc import Collection

from nautilus_trader.live.node import TradingNode

from reconciliation.engine.lifecycle import Lifecycle
from reconciliation.engine.v1.adapters.stock.client import StockClient
from reconciliation.engine.v1.guards.histories import HistoryMender
from reconciliation.engine.v1.guards.history import HistoryGuard
from reconciliation.engine.v1.guards.orders import OrderGuard
from reconciliation.engine.v1.guards.positions import PositionGuard
from reconciliation.engine.v1.guards.reach import ReachGuard
from reconciliation.engine.v1.guards.trades import TradeGuard


def install(
    node: TradingNode,
    clients: list[StockClient],
    guards: Collection[str],
    *,
    tolerated_secs: float,
    report_secs: float,
    lifecycle: Lifecycle,
) -> TradeGuard | None:
    """Wrap the engine's checks and its clients' report queries; nothing is touched for a guard that is not named.

    Args:
        node: a built node that has not run yet.
        clients: its execution clients.
        guards: the names of the guards to install; those of clients that were put in as they were made are left out.
        tolerated_secs: how long an absence must last where no other question confirms it.
        report_secs: the time limit of one report query; of one request of it where the client knows its requests.
        lifecycle: told of what the guards see.

    Returns:
        The guard that brings trades in, where it is among them.
    """
    engine, wanted = node.kernel.exec_engine, frozenset(guards)
    if "query_errors" in wanted:
        for client in clients:
            client.raise_failures()
    if "unknown_outcomes" in wanted:
        for client in clients:
            client.keep_unknown_outcomes()
    if "time_limits" in wanted:
        for client in clients:
            client.limit_queries(report_secs)
    if "whole_history" in wanted:
        ReachGuard(engine, clients)
        HistoryGuard(engine)
    if "matched_histories" in wanted:
        HistoryMender(engine, lifecycle)  # after the other: it judges by what that leaves of a mass status
    trades = TradeGuard(engine, clients, tolerated_secs, lifecycle) if "venue_trades" in wanted else None
    OrderGuard(engine, clients, wanted, tolerated_secs, lifecycle)
    PositionGuard(engine, clients, wanted, tolerated_secs, lifecycle, trades)
    return trades
