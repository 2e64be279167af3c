"""A strategy that goes by quotes: it joins the best bid, and takes the best ask, once in all its lives."""

from decimal import Decimal
from typing import Any

from nautilus_trader.config import StrategyConfig
from nautilus_trader.model.data import MarkPriceUpdate, QuoteTick, TradeTick
from nautilus_trader.model.enums import OrderSide
from nautilus_trader.model.identifiers import ClientOrderId, InstrumentId
from nautilus_trader.model.objects import Price
from nautilus_trader.trading.strategy import Strategy

from reconciliation import NodeBuilder

BTC = InstrumentId.from_str("BTCUSDT-PERP.BINANCE")


class Quoting(Strategy):  # type: ignore[misc] # the engine is untyped
    """Sends two orders at its first quote; their ids say at which price, and that trades and marks came before."""

    def on_start(self) -> None:
        self._seen: set[str] = set()
        self._is_done = bool(self.cache.orders(strategy_id=self.id))
        self.subscribe_trade_ticks(BTC)
        self.subscribe_mark_prices(BTC)
        self.subscribe_quote_ticks(BTC)

    def on_trade_tick(self, _: TradeTick) -> None:
        self._seen.add("trade")

    def on_mark_price(self, _: MarkPriceUpdate) -> None:
        self._seen.add("mark")

    def on_quote_tick(self, tick: QuoteTick) -> None:
        if self._is_done or self._seen != {"trade", "mark"}:
            return
        self._is_done = True
        self._buy("joins", tick.bid_price)
        self._buy("takes", tick.ask_price)

    def _buy(self, name: str, price: Price) -> None:
        quantity: Any = self.cache.instrument(BTC).make_qty(Decimal("0.010"))
        order = self.order_factory.limit(BTC, OrderSide.BUY, quantity, price, client_order_id=ClientOrderId(name))
        self.submit_order(order)


def configure(builder: NodeBuilder) -> None:
    builder.add_strategy(Quoting(StrategyConfig(strategy_id="QUOTING", order_id_tag="001")))
