"""The second look: does the venue agree with what the node now believes?

The engine's own word is not enough. Its startup mass status is no picture of the venue (exact matches are taken out
of it), and the adapter turns a failed query into an empty list, so an unreachable venue looks like an empty one. This
asks again through the adapter's raw account API, which raises when it fails.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from nautilus_trader.adapters.binance.futures.execution import BinanceFuturesExecutionClient
from nautilus_trader.cache.cache import Cache
from nautilus_trader.live.execution_client import LiveExecutionClient

from reconciliation.config import ReconciliationConfig


@dataclass(frozen=True, slots=True)
class Holdings:
    """What an account holds, as the venue or as the node sees it."""

    open_orders: Mapping[str, str]
    """Instrument id by client order id."""
    positions: Mapping[str, Decimal]
    """Signed net quantity by instrument id, at the instrument's precision; flat ones left out."""
    unreadable: frozenset[str] = frozenset()
    """Client order ids of open orders that the adapter cannot represent; the node may know them or not."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that venue and node see differently."""

    kind: Literal["open_order", "position"]
    key: str
    """The client order id, or the instrument id."""
    venue: str | None
    node: str | None

    @property
    def offset(self) -> tuple[str, str, Decimal | str]:
        """What stays the same while the market moves: which order is where, or how far the quantities are apart."""
        if self.kind == "position":
            return self.kind, self.key, Decimal(self.venue or 0) - Decimal(self.node or 0)
        return self.kind, self.key, "venue" if self.venue else "node"

    def __str__(self) -> str:
        subject = f"{self.kind.replace('_', ' ')} {self.key}"
        return f"{subject}: {self.venue or 'nothing'} at the venue, {self.node or 'nothing'} on the node"


def can_look(client: LiveExecutionClient) -> bool:
    """Whether this client's raw account API is known here."""
    return isinstance(client, BinanceFuturesExecutionClient)


async def venue_holdings(client: BinanceFuturesExecutionClient) -> Holdings:
    """Ask the venue for its open orders and positions.

    Raises:
        Exception: whatever the adapter raises when a query fails; nothing is swallowed.
    """
    account = client._futures_http_account
    orders = {
        order.clientOrderId or str(order.orderId): order.symbol
        for order in await account.query_open_orders()
        if _has_quantity(order.origQty)
    }
    conditional = await account.query_open_algo_orders()
    orders |= {
        order.clientAlgoId: order.symbol
        for order in conditional
        if _has_quantity(order.quantity) and not order.actualOrderId
    }
    unreadable = {order.clientAlgoId for order in conditional if not _has_quantity(order.quantity)}
    amounts: dict[str, Decimal] = defaultdict(Decimal)
    for position in await account.query_futures_position_risk():
        amounts[position.symbol] += Decimal(position.positionAmt)

    def instrument_id(symbol: str) -> str:
        return str(client._get_cached_instrument_id(symbol))

    return Holdings(
        open_orders={key: instrument_id(symbol) for key, symbol in orders.items()},
        positions={instrument_id(symbol): amount for symbol, amount in amounts.items() if amount},
        unreadable=frozenset(unreadable),
    )


def _has_quantity(text: str | None) -> bool:
    """Whether the adapter can represent an order: close-position orders have no quantity, and it skips them."""
    return bool(text) and Decimal(text or 0) != 0


def node_holdings(cache: Cache, client: LiveExecutionClient) -> Holdings:
    """Return what the cache believes of one client's account."""
    amounts: dict[str, Decimal] = defaultdict(Decimal)
    for position in cache.positions_open(account_id=client.account_id):
        amounts[str(position.instrument_id)] += position.signed_decimal_qty()
    return Holdings(
        open_orders={
            order.client_order_id.value: str(order.instrument_id)
            for order in cache.orders_open(venue=client.venue)
            # An order that came in through reconciliation names no account until its first fill.
            if order.account_id in {None, client.account_id}
            # One whose acknowledgement never came is the in-flight check's to resolve.
            and order.venue_order_id is not None
        },
        positions={key: amount for key, amount in amounts.items() if amount},
    )


def differences(
    venue: Holdings, node: Holdings, reconciliation: ReconciliationConfig, owned: set[str]
) -> tuple[Difference, ...]:
    """Compare what venue and node hold, as far as the settings promise that they agree.

    Args:
        venue: the venue's holdings.
        node: the node's holdings.
        reconciliation: instruments and orders its filters leave out are not compared, nor are positions under
            `filter_position_reports`.
        owned: client order ids known to the cache and instrument ids with a claim; with
            `filter_unclaimed_external_orders`, other orders of the venue are not compared.
    """
    included = set(reconciliation.instrument_ids or ())
    filtered = set(reconciliation.filtered_client_order_ids)
    found: list[Difference] = []
    for key in sorted((venue.open_orders.keys() ^ node.open_orders.keys()) - venue.unreadable):
        instrument = venue.open_orders.get(key) or node.open_orders[key]
        foreign = key not in owned and instrument not in owned
        if (
            (included and instrument not in included)
            or key in filtered
            or (reconciliation.filter_unclaimed_external_orders and foreign)
        ):
            continue
        found.append(Difference("open_order", key, venue.open_orders.get(key), node.open_orders.get(key)))
    if not reconciliation.filter_position_reports:
        for key in sorted(venue.positions.keys() | node.positions.keys()):
            there, here = venue.positions.get(key, Decimal(0)), node.positions.get(key, Decimal(0))
            if there != here and not (included and key not in included):
                found.append(Difference("position", key, amount_text(there), amount_text(here)))
    return tuple(found)


def amount_text(amount: Decimal) -> str:
    """Return a quantity as a plain decimal string."""
    return format(amount, "f")
