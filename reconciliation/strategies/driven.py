"""A strategy for drills that does as it is told: the drill's carrier hands it each order."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from nautilus_trader.config import StrategyConfig
from nautilus_trader.model.enums import OrderSide, TimeInForce
from nautilus_trader.model.identifiers import ClientOrderId, InstrumentId
from nautilus_trader.trading.strategy import Strategy

GOOD_FOR = timedelta(hours=1)


class Driven(Strategy):
    """Submits, amends and cancels orders by name, which is their client order id."""

    def do(self, told: Mapping[str, Any]) -> None:
        """Do one thing; one that is not possible any more is left.

        Args:
            told: `do` is `submit`, `cancel` or `amend`; the other keys are what it needs.
        """
        if told["do"] == "submit":
            self._submit(told)
            return
        order = self.cache.order(ClientOrderId(told["name"]))
        if order is None or order.is_closed or order.is_pending_cancel:
            return
        if told["do"] == "cancel":
            self.cancel_order(order)
        else:
            instrument = self.cache.instrument(order.instrument_id)
            quantity = instrument.make_qty(Decimal(told["quantity"]))
            self.modify_order(order, quantity, instrument.make_price(Decimal(told["price"])))

    def _submit(self, told: Mapping[str, Any]) -> None:
        instrument = self.cache.instrument(InstrumentId.from_str(told["instrument"]))
        common = {
            "instrument_id": instrument.id,
            "order_side": OrderSide[told["side"]],
            "quantity": instrument.make_qty(Decimal(told["quantity"])),
            "reduce_only": told["reduce_only"],
            "client_order_id": ClientOrderId(told["name"]),
        }
        if told["price"] is None:
            self.submit_order(self.order_factory.market(**common))
            return
        force = TimeInForce[told["time_in_force"]]
        self.submit_order(
            self.order_factory.limit(
                **common,
                price=instrument.make_price(Decimal(told["price"])),
                time_in_force=force,
                expire_time=self.clock.utc_now() + GOOD_FOR if force == TimeInForce.GTD else None,
                post_only=told["post_only"],
            )
        )


def driven(tags: Iterable[str] = ("D01", "D02")) -> tuple[Driven, ...]:
    """Return DRILL-D01 and DRILL-D02, or those with other tags.

    No two strategies of a node may have one tag, and a user's own, which may live beside, begin at 001.
    """
    return tuple(Driven(StrategyConfig(strategy_id="DRILL", order_id_tag=tag)) for tag in tags)
