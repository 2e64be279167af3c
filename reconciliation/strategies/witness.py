"""A strategy for drills: rests one bid, sends another when told, and writes down what its node believes.

It works in the current folder: `send` appears there when the second bid is wanted, and `belief.jsonl` gets a line each
time the belief changes: when it did, seconds since the epoch; the status of every order by client order id; the signed
net quantity by instrument id, where it is not flat; and every trade as `instrument id:trade id`, as often as an order
holds it.
"""

import json
import time
from collections import defaultdict
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
    from reconciliation import NodeBuilder

INSTRUMENT = InstrumentId.from_str("BTCUSDT-PERP.BINANCE")
LOOK_EVERY = timedelta(milliseconds=50)


class Witness(Strategy):
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
        nets: dict[str, Decimal] = defaultdict(Decimal)
        for position in self.cache.positions_open():
            nets[position.instrument_id.value] += position.signed_decimal_qty()
        orders = self.cache.orders()
        belief = {
            "orders": {order.client_order_id.value: order.status_string() for order in orders},
            "positions": {instrument: str(net) for instrument, net in nets.items() if net},
            "trades": sorted(f"{order.instrument_id}:{trade.value}" for order in orders for trade in order.trade_ids),
        }
        if belief != self._told:
            self._told = belief
            with Path("belief.jsonl").open("a") as told:
                told.write(json.dumps({"time": time.time()} | belief) + "\n")


def configure(builder: "NodeBuilder") -> None:
    """Add the witness."""
    builder.add_strategy(Witness(StrategyConfig(strategy_id="WITNESS", order_id_tag="001")))
