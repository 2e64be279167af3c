"""Pages of a list, newest first: which rows one call may see, and where the next one goes on.

Limits and windows are those of the exchange's documentation for `order/realtime`, `order/history` and
`execution/list`. With a start alone a window ends seven days after it, whatever the time is.
"""

from collections.abc import Callable, Iterable
from typing import Final

from reconciliation.venue.bybit.params import Params
from reconciliation.venue.bybit.refusals import Refusal, wrong_parameter
from reconciliation.venue.records import Fill, Order

WINDOW_MS: Final = 7 * 86_400_000
ORDERS_A_PAGE: Final = 50
FILLS_A_PAGE: Final = 100
DEFAULT_ORDERS: Final = 20
DEFAULT_FILLS: Final = 50

type Key = tuple[int, ...]


def window_of(params: Params, now_ms: int) -> tuple[int, int]:
    """The earliest and the latest time that a call asks for, milliseconds since the epoch."""
    start, end = params.integer("startTime"), params.integer("endTime")
    if start is not None and end is not None and not 0 <= end - start <= WINDOW_MS:
        raise Refusal(10001, "The time range between startTime and endTime is wrong: at most 7 days")
    if start is not None:
        return start, start + WINDOW_MS if end is None else end
    end = now_ms if end is None else end
    return end - WINDOW_MS, end


def orders_page(found: Iterable[Order], params: Params) -> tuple[list[Order], str]:
    """A page of orders by id, and the cursor of the next one, which is empty at the end."""
    return _page(found, lambda order: (order.order_id,), params, DEFAULT_ORDERS, ORDERS_A_PAGE)


def fills_page(found: Iterable[Fill], params: Params) -> tuple[list[Fill], str]:
    """A page of fills by time, and the cursor of the next one, which is empty at the end."""

    def key(fill: Fill) -> Key:
        return fill.time_ms, fill.order_id, fill.trade_id

    return _page(found, key, params, DEFAULT_FILLS, FILLS_A_PAGE)


def _page[T: (Order, Fill)](
    found: Iterable[T], key: Callable[[T], Key], params: Params, default: int, most: int
) -> tuple[list[T], str]:
    limit = params.integer("limit")
    limit = default if limit is None else limit
    if not 1 <= limit <= most:
        raise wrong_parameter("limit")
    before = _key_in(params.text("cursor"))
    rows = [row for row in sorted(found, key=key, reverse=True) if not before or key(row) < before]
    cursor = "_".join(map(str, key(rows[limit - 1]))) if len(rows) > limit else ""
    return rows[:limit], cursor


def _key_in(cursor: str) -> Key:
    """The key of the last row that the page before told; nothing at the first page."""
    try:
        return tuple(map(int, cursor.split("_"))) if cursor else ()
    except ValueError:
        raise wrong_parameter("cursor") from None
