"""Pages of the past: which orders and trades one call may see.

The limits are those of the exchange's USD-M documentation for allOrders and userTrades.
"""

from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from reconciliation.venue.errors import ExchangeError
from reconciliation.venue.ledger import Ledger
from reconciliation.venue.records import Fill, Order

DEFAULT_LIMIT: Final = 500
MAX_LIMIT: Final = 1_000
WINDOW_MS: Final = 7 * 86_400_000


class Page(Struct, frozen=True):
    """What a caller asked for.

    Attributes:
        from_id: the first order or trade id wanted, or None.
        start_ms: the earliest time wanted, or None.
        end_ms: the latest time wanted, or None.
        limit: how many at most.
    """

    from_id: int | None = None
    start_ms: int | None = None
    end_ms: int | None = None
    limit: int = DEFAULT_LIMIT

    def check(self) -> None:
        """Raise the exchange's error for a window or a limit it does not serve."""
        if not 1 <= self.limit <= MAX_LIMIT:
            raise ExchangeError(-1130, "Data sent for parameter 'limit' is not valid.")
        if self.start_ms is not None and self.end_ms is not None:
            if self.start_ms > self.end_ms:
                raise ExchangeError(-1023, "Start time is greater than end time.")
            if self.end_ms - self.start_ms > WINDOW_MS:
                raise ExchangeError(-4165, "Maximum time interval is 7 days.")

    def cut[T: (Order, Fill)](self, found: Sequence[T], now_ms: int) -> list[T]:
        """The rows of the window that fit the limit: from the start when there is one, else the newest."""
        if self.start_ms is not None:
            end = self.start_ms + WINDOW_MS if self.end_ms is None else self.end_ms
            return [row for row in found if self.start_ms <= row.time_ms <= end][: self.limit]
        end = now_ms if self.end_ms is None else self.end_ms
        return [row for row in found if end - WINDOW_MS <= row.time_ms <= end][-self.limit :]


def orders_page(ledger: Ledger, symbol: str, page: Page) -> list[Order]:
    """What allOrders answers: by id, from an order id on, else by window."""
    page.check()
    found = [order for order in ledger.orders.values() if order.symbol == symbol]
    if page.from_id is not None:
        return [order for order in found if order.order_id >= page.from_id][: page.limit]
    return page.cut(found, ledger.now_ms())


def trades_page(ledger: Ledger, symbol: str, page: Page, order_id: int | None = None) -> list[Fill]:
    """What userTrades answers: by id, from a trade id on, else by window; of one order if asked."""
    page.check()
    found = [fill for fill in ledger.fills[symbol] if order_id in {None, fill.order_id}]
    if page.from_id is not None:
        if page.start_ms is not None or page.end_ms is not None:
            raise ExchangeError(-1128, "Combination of optional parameters invalid.")
        return [fill for fill in found if fill.trade_id >= page.from_id][: page.limit]
    return page.cut(found, ledger.now_ms())
