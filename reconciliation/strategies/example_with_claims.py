r"""A strategy that rests one bid, and owns the orders somebody places by hand beside it.

The claim stands in the settings and not here, so that it also holds at a boot that does not run the strategy:

    RECON_CLAIMS='{"MAKER-001": {"instrument_ids": ["BTCUSDT-PERP.BINANCE"]}}' \
        recon run reconciliation.strategies.example_with_claims:configure
"""

from decimal import Decimal
from typing import TYPE_CHECKING

from nautilus_trader.config import StrategyConfig
from nautilus_trader.model.enums import OrderSide
from nautilus_trader.model.events import OrderSubmitted
from nautilus_trader.model.identifiers import InstrumentId
from nautilus_trader.trading.strategy import Strategy

if TYPE_CHECKING:
    from nautilus_trader.model.orders import Order

    from reconciliation import NodeBuilder


class RestingBidConfig(StrategyConfig, frozen=True):  # type: ignore[call-arg] # the engine's own way
    """What to rest where.

    Parameters
    ----------
    instrument_id : InstrumentId
        The instrument to bid for.
    quantity : Decimal
        The bid's quantity, in the base asset.
    price : Decimal
        The bid's limit price, in the quote asset.
    """

    instrument_id: InstrumentId
    quantity: Decimal
    price: Decimal


class RestingBid(Strategy):
    """Places one limit bid in its life; after a restart it finds that bid in the cache and places no other."""

    def on_start(self) -> None:
        """Place the bid, unless an earlier run did."""
        for order in self.cache.orders(strategy_id=self.id):
            origin = "claimed" if _is_claimed(order) else "own"
            self.log.info(f"{origin} order {order.client_order_id} is {order.status_string()}")
        if any(not _is_claimed(order) for order in self.cache.orders(strategy_id=self.id)):
            return
        instrument = self.cache.instrument(self.config.instrument_id)
        bid = self.order_factory.limit(
            instrument_id=instrument.id,
            order_side=OrderSide.BUY,
            quantity=instrument.make_qty(self.config.quantity),
            price=instrument.make_price(self.config.price),
        )
        self.submit_order(bid)


def _is_claimed(order: "Order") -> bool:
    """Whether somebody else placed the order: this strategy never submitted it."""
    return not any(isinstance(event, OrderSubmitted) for event in order.events)


def configure(builder: "NodeBuilder") -> None:
    """Add the strategy as MAKER-001, bidding far below the market."""
    config = RestingBidConfig(
        strategy_id="MAKER",
        order_id_tag="001",
        instrument_id=InstrumentId.from_str("BTCUSDT-PERP.BINANCE"),
        quantity=Decimal("0.010"),
        price=Decimal(50_000),
    )
    builder.add_strategy(RestingBid(config))
