"""Counting what the Binance futures client is told of each symbol, page by page with the guard `history`."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, Final

from nautilus_trader.adapters.binance.futures.execution import BinanceFuturesExecutionClient

from reconciliation.engine.v1.adapters.binance.paging import PagingGuard
from reconciliation.engine.v1.queries.asked import Asked, Kind

type Ask = Callable[..., Awaitable[list[Any]]]

_QUERIES: Final[tuple[tuple[Kind, str, str], ...]] = (
    ("orders", "query_all_orders", "_all_orders"),
    ("fills", "query_user_trades", "_user_trades"),
)
"""Each with its method of the adapter's account API, and what the guard `history` calls for one page."""


def count_pages(client: BinanceFuturesExecutionClient, asked: Asked) -> None:
    """Count what a client is told; after whatever else wraps its questions."""
    build = client._build_active_symbols
    begun: Any = None

    async def built(symbol: str | None) -> Any:
        nonlocal begun
        symbols, open_orders = await build(symbol)
        if symbol is None and symbols is not begun:  # it is remembered, and asked for by each kind of orders
            begun = symbols
            asked.begin(symbols)
        return symbols, open_orders

    client._build_active_symbols = built
    account = client._http_account
    for kind, whole, page in _QUERIES:
        setattr(account, whole, _counted(getattr(account, whole), partial(asked.whole, kind), unless="order_id"))
        if isinstance(client, PagingGuard):
            setattr(client, page, _counted(getattr(client, page), partial(asked.page, kind)))


def _counted(ask: Ask, count: Callable[[str, int], None], unless: str = "") -> Ask:
    async def counted(symbol: str, **arguments: Any) -> list[Any]:
        rows = await ask(symbol=symbol, **arguments)
        if unless not in arguments:
            count(symbol, len(rows))
        return rows

    return counted
