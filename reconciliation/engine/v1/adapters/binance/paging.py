"""The history guard: what does not fit one page is fetched to its end, within the lookback.

Upstream asks once for orders (1000 at the most) and once for trades (500), and does not notice when more was cut
off. Fills that do not explain the position are then replaced by one synthetic order. The venue serves windows of
seven days, and pages by id from there on.
"""

from collections.abc import Awaitable, Callable, Iterator
from contextvars import ContextVar
from typing import Any, Final

from nautilus_trader.adapters.binance.futures.execution import BinanceFuturesExecutionClient
from nautilus_trader.execution.messages import GenerateFillReports, GenerateOrderStatusReports
from nautilus_trader.execution.reports import FillReport, OrderStatusReport

from reconciliation.rules.limits import PAGE

WINDOW_MS: Final = 7 * 86_400_000 - 1
"""The venue wants less than seven days."""
KEPT_MS: Final = 180 * 86_400_000
"""The venue keeps trades for six months; older windows would be asked for in vain."""

Rows = list[Any]
Window = tuple[int, int | None]
Ask = Callable[..., Awaitable[Rows]]

_since_ms: ContextVar[int | None] = ContextVar("_since_ms", default=None)


class PagingGuard(BinanceFuturesExecutionClient):
    """The stock futures client that reads on where a page ends."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        account = self._http_account
        self._all_orders: Ask = account.query_all_orders
        self._user_trades: Ask = account.query_user_trades
        account.query_all_orders = self._every_order
        account.query_user_trades = self._every_trade

    async def generate_order_status_reports(self, command: GenerateOrderStatusReports) -> list[OrderStatusReport]:
        """Return order reports, from as many pages as there are."""
        return await self._from(command, super().generate_order_status_reports)

    async def generate_fill_reports(self, command: GenerateFillReports) -> list[FillReport]:
        """Return fill reports, from as many pages as there are."""
        return await self._from(command, super().generate_fill_reports)

    async def _from(self, command: Any, generate: Callable[[Any], Awaitable[Rows]]) -> Rows:
        """Remember how far back is asked: upstream does not tell the query of orders."""
        since = None if command.start is None else int(command.start.timestamp() * 1_000)
        token = _since_ms.set(since)
        try:
            return await generate(command)
        finally:
            _since_ms.reset(token)

    async def _generate_algo_order_status_reports(
        self,
        symbol: str | None,
        active_symbols: set[str],
        open_only: bool,  # noqa: FBT001 - upstream's signature
        start_ms: int | None,
        end_ms: int | None,
    ) -> list[OrderStatusReport]:
        """Ask for conditional orders no further back than the venue tells of them."""
        if start_ms is not None:
            start_ms = max(start_ms, self._now_ms() - WINDOW_MS)
        return list(
            await super()._generate_algo_order_status_reports(symbol, active_symbols, open_only, start_ms, end_ms)
        )

    async def _every_order(self, symbol: str, **_: Any) -> Rows:
        """Ask as upstream does, without times, and read on only when that cannot be all of it."""
        newest = await self._all_orders(symbol=symbol, limit=PAGE)
        now_ms = self._now_ms()
        start_ms = _start_ms(now_ms)
        covered = min(order.time for order in newest) if len(newest) >= PAGE else now_ms - WINDOW_MS
        if start_ms >= covered:
            return newest
        windows = _windows(start_ms, now_ms)
        every = await _read_on(self._all_orders, symbol, windows, "order_id", lambda order: int(order.orderId))
        return list({order.orderId: order for order in (*every, *newest)}.values())

    async def _every_trade(self, symbol: str, order_id: int | None = None, **_: Any) -> Rows:
        if order_id is not None:
            return list(await self._user_trades(symbol=symbol, order_id=order_id, limit=PAGE))
        now_ms = self._now_ms()
        windows = _windows(_start_ms(now_ms), now_ms)
        return await _read_on(self._user_trades, symbol, windows, "from_id", lambda trade: int(trade.id))

    def _now_ms(self) -> int:
        return int(self._clock.timestamp_ms())


async def _read_on(ask: Ask, symbol: str, windows: Iterator[Window], id_name: str, id_of: Callable[[Any], int]) -> Rows:
    """Read forward: by windows until there is something, by ids from there to the end."""
    rows: Rows = []
    for begin, end in windows:
        rows = list(await ask(symbol=symbol, start_time=begin, end_time=end, limit=PAGE))
        if rows:
            break
    more = len(rows) >= PAGE or next(windows, None) is not None
    while more and rows:
        following = await ask(symbol=symbol, limit=PAGE, **{id_name: max(map(id_of, rows)) + 1})
        rows += following
        more = len(following) >= PAGE
    return rows


def _start_ms(now_ms: int) -> int:
    """From when on history is wanted; without a lookback what the venue gives without one."""
    since = _since_ms.get()
    return now_ms - WINDOW_MS if since is None else max(since, now_ms - KEPT_MS)


def _windows(start_ms: int, now_ms: int) -> Iterator[Window]:
    """Yield the windows that one call may span; the last is open, for what comes meanwhile."""
    begin = start_ms
    while now_ms - begin > WINDOW_MS:
        yield begin, begin + WINDOW_MS
        begin += WINDOW_MS
    yield begin, None
