"""Installing the guards that work at any venue on a built node."""

from collections.abc import Collection

from nautilus_trader.live.node import TradingNode

from reconciliation.engine.v1.guards.orders import OrderGuard
from reconciliation.engine.v1.guards.positions import PositionGuard
from reconciliation.engine.v1.guards.time_limits import limit_reports


def install(node: TradingNode, guards: Collection[str], *, tolerated_secs: float, report_secs: float) -> None:
    """Wrap the engine's checks and its clients' report queries.

    Args:
        node: a built node that has not run yet.
        guards: the names of the guards to install; those of clients are no matter here.
        tolerated_secs: how long an absence must last where no other question confirms it.
        report_secs: the time limit of one report query; of one request of it where the client knows its requests.
    """
    engine = node.kernel.exec_engine
    clients = list(engine._clients.values())
    wanted = frozenset(guards)
    if "time_limits" in wanted:
        for client in clients:
            if getattr(client, "answers_absence", False):
                client.request_secs = report_secs
            else:
                limit_reports(client, report_secs)
    OrderGuard(engine, clients, wanted, tolerated_secs)
    PositionGuard(engine, clients, wanted, tolerated_secs)
