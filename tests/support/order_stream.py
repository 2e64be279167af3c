"""A strategy that sends orders without a pause, and at its stop says what its node holds of all of them."""

import gc
import os
import pickle
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from nautilus_trader.config import StrategyConfig
from nautilus_trader.model.enums import OrderSide
from nautilus_trader.model.identifiers import InstrumentId
from nautilus_trader.trading.strategy import Strategy

if TYPE_CHECKING:
    from reconciliation import NodeBuilder
    from reconciliation.engine.written import Written

FOLDER: Final = "ORDER_STREAM_FOLDER"
"""The variable that names where a file `quiet` ends the stream, and where `held` is written at the stop."""
EVERY: Final = timedelta(milliseconds=100)


class OrderStream(Strategy):  # type: ignore[misc] # the engine is untyped
    """Rests bids and cancels them, buys, sells, and turns its position over."""

    def on_start(self) -> None:
        self._number = 0
        self._folder = Path(os.environ[FOLDER])
        self._instrument = self.cache.instrument(InstrumentId.from_str("BTCUSDT-PERP.BINANCE"))
        self.clock.set_timer("stream", EVERY, callback=self._go_on)

    def _go_on(self, _event: Any) -> None:
        if (self._folder / "quiet").exists():
            return
        match self._number % 6:
            case 0 | 3:
                self._send(OrderSide.BUY, "0.003", price=Decimal(50_000))
            case 1:
                self._send(OrderSide.BUY, "0.002")
            case 2:
                self._send(OrderSide.SELL, "0.002" if self._number % 12 == 2 else "0.003")
            case 4:
                self._send(OrderSide.BUY, "0.001", is_reducing=True)
            case 5:
                for order in self.cache.orders_open(strategy_id=self.id)[1:]:
                    self.cancel_order(order)
        self._number += 1

    def _send(self, side: OrderSide, quantity: str, price: Decimal | None = None, *, is_reducing: bool = False) -> None:
        common = {
            "instrument_id": self._instrument.id,
            "order_side": side,
            "quantity": self._instrument.make_qty(Decimal(quantity)),
            "reduce_only": is_reducing,
        }
        if price is None:
            self.submit_order(self.order_factory.market(**common))
        else:
            self.submit_order(self.order_factory.limit(**common, price=self._instrument.make_price(price)))

    def on_stop(self) -> None:
        from reconciliation.engine.v1.writes import EngineWrites

        gc.unfreeze()  # what a start left in memory is set aside, and not among them
        (writes,) = (found for found in gc.get_objects() if isinstance(found, EngineWrites))  # that of this node
        written = writes.taken()
        held = Held({key: list(writes.whole(key, ids, ()) or ()) for key, ids in written.histories.items()}, written)
        (self._folder / "held").write_bytes(pickle.dumps(held))


class Held(NamedTuple):
    """What a node holds: each history as it would be written, and all that should be in the database."""

    histories: dict[str, list[bytes]]
    written: "Written"


def configure(builder: "NodeBuilder") -> None:
    """Add the strategy as STREAM-001."""
    builder.add_strategy(OrderStream(StrategyConfig(strategy_id="STREAM", order_id_tag="001")))
