"""The acceleration `concurrent_queries` of the Binance futures client: what is asked symbol by symbol is asked at once.

For a history upstream asks for the orders of one symbol, waits, asks for the next, and then does the same for trades
and for conditional orders: twenty symbols are sixty waits. Here the first question of a kind has the same asked of all
the symbols that will follow, some at a time; upstream goes through them as ever, and finds their answers. The requests
are the same; after one that failed no more are sent. Read in `adapters/binance/execution.py` and
`adapters/binance/futures/execution.py` of 1.231.0.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from contextvars import ContextVar
from typing import Any

from nautilus_trader.adapters.binance.futures.execution import BinanceFuturesExecutionClient

from reconciliation.rules.limits import AT_ONCE

type Ask = Callable[..., Awaitable[Any]]


class Ahead:
    """What one report asks ahead.

    Attributes:
        symbols: of which it will ask, as soon as that is known.
    """

    def __init__(self) -> None:
        self.symbols: Collection[str] = ()
        self._begun: set[str] = set()
        self._tasks: dict[tuple[str, str], asyncio.Task[Any]] = {}
        self._free = asyncio.Semaphore(AT_ONCE)
        self._failure: Exception | None = None

    async def ask(self, kind: str, usual: Ask, symbol: str, arguments: dict[str, Any]) -> Any:
        """Return the answer for one symbol; the first question of a kind is asked of all of them."""
        if kind not in self._begun and symbol in self.symbols:
            self._begun.add(kind)
            for each in self.symbols:
                self._tasks[kind, each] = asyncio.ensure_future(self._asked(usual, each, arguments))
        task = self._tasks.pop((kind, symbol), None)
        return await (usual(symbol=symbol, **arguments) if task is None else task)

    async def _asked(self, usual: Ask, symbol: str, arguments: dict[str, Any]) -> Any:
        async with self._free:
            if self._failure is not None:
                raise self._failure
            try:
                return await usual(symbol=symbol, **arguments)
            except Exception as error:
                self._failure = error
                raise

    async def end(self) -> None:
        """Ask for nothing any more; what was not taken is of no use."""
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)


_ahead: ContextVar[Ahead | None] = ContextVar("_ahead", default=None)


def install(client: BinanceFuturesExecutionClient) -> None:
    """Have a client ask so; before whatever else wraps its reports."""
    for owner, name in (
        (client._http_account, "query_all_orders"),
        (client._http_account, "query_user_trades"),
        (client._futures_http_account, "query_all_algo_orders"),
    ):
        setattr(owner, name, _asked_ahead(name, getattr(owner, name)))
    for name in ("generate_order_status_reports", "generate_fill_reports"):
        setattr(client, name, _asking(getattr(client, name)))
    _hear_symbols_of_orders(client)
    _hear_symbols_of_trades(client)


def _asked_ahead(kind: str, usual: Ask) -> Ask:
    async def asked(symbol: str, **arguments: Any) -> Any:
        ahead = _ahead.get()
        if ahead is None:
            return await usual(symbol=symbol, **arguments)
        return await ahead.ask(kind, usual, symbol, arguments)

    return asked


def _asking(generate: Callable[[Any], Awaitable[Any]]) -> Callable[[Any], Awaitable[Any]]:
    async def generated(command: Any) -> Any:
        ahead = Ahead()
        token = _ahead.set(ahead)
        try:
            return await generate(command)
        finally:
            _ahead.reset(token)
            await ahead.end()

    return generated


def _hear_symbols_of_orders(client: BinanceFuturesExecutionClient) -> None:
    build = client._build_active_symbols

    async def built(symbol: str | None) -> Any:
        symbols, open_orders = await build(symbol)
        if (ahead := _ahead.get()) is not None:
            ahead.symbols = symbols
        return symbols, open_orders

    client._build_active_symbols = built


def _hear_symbols_of_trades(client: BinanceFuturesExecutionClient) -> None:
    hold = client._get_binance_active_position_symbols

    async def held(symbol: str | None = None) -> Any:
        symbols = await hold(symbol)
        if (ahead := _ahead.get()) is not None:
            ahead.symbols = client._get_cache_active_symbols() | symbols
        return symbols

    client._get_binance_active_position_symbols = held
