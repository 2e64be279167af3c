"""The strategy of a cell: rests one bid, sends another when told, and writes down what its node believes.

It works in the current folder: `send` appears there when the second bid is wanted, and `belief.jsonl` gets a line each
time the belief changes.
"""

import json
import time
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nautilus_trader.config import StrategyConfig
from nautilus_trader.model.enums import OrderSide
from nautilus_trader.model.identifiers import ClientOrderId, InstrumentId
from nautilus_trader.model.objects import Price, Quantity
from nautilus_trader.trading.strategy import Strategy

if TYPE_CHECKING:
    from reconciliation.engine.v1.builder import NodeBuilder

INSTRUMENT = InstrumentId.from_str("BTCUSDT-PERP.BINANCE")
LOOK_EVERY = timedelta(milliseconds=50)


class Witness(Strategy):  # type: ignore[misc] # the engine is untyped
    """Writes what it believes."""

    def on_start(self) -> None:
        """Rest a bid and begin to look."""
        self._told: dict[str, Any] = {}
        self._sent = False
        self._bid("resting")
        self.clock.set_timer("look", LOOK_EVERY, callback=self._look)

    def _bid(self, name: str) -> None:
        self.submit_order(
            self.order_factory.limit(
                INSTRUMENT,
                OrderSide.BUY,
                Quantity.from_str("0.010"),
                Price.from_str("50000.0"),
                client_order_id=ClientOrderId(name),
            )
        )

    def _look(self, _event: object) -> None:
        if not self._sent and Path("send").exists():
            self._sent = True
            self._bid("sent")
        positions = self.cache.positions_open(instrument_id=INSTRUMENT)
        belief = {
            "orders": {order.client_order_id.value: order.status_string() for order in self.cache.orders()},
            "net": str(sum((position.signed_decimal_qty() for position in positions), Decimal(0)).normalize()),
            "trades": sorted(trade.value for order in self.cache.orders() for trade in order.trade_ids),
        }
        if belief != self._told:
            self._told = belief
            with Path("belief.jsonl").open("a") as told:
                told.write(json.dumps({"time": time.time()} | belief) + "\n")


def configure(builder: "NodeBuilder") -> None:
    """Add the witness."""
    builder.add_strategy(Witness(StrategyConfig(strategy_id="WITNESS", order_id_tag="001")))
