"""Parts of a user's own that end a node, or have it stuck: what only a process can show."""

import asyncio
import gc
import os
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from nautilus_trader.adapters.binance import BinanceLiveExecClientFactory
from nautilus_trader.common.actor import Actor
from nautilus_trader.model.enums import OrderSide
from nautilus_trader.model.events import OrderAccepted
from nautilus_trader.model.identifiers import InstrumentId
from nautilus_trader.model.objects import Price, Quantity
from nautilus_trader.trading.strategy import Strategy
from nautilus_trader.trading.trader import Trader

if TYPE_CHECKING:
    from reconciliation import NodeBuilder

INSTRUMENT = InstrumentId.from_str("BTCUSDT-PERP.BINANCE")


class Faulty(Strategy):  # type: ignore[misc] # the engine is untyped
    """Raises where the engine's event queue waits for it."""

    def on_start(self) -> None:
        price, quantity = Price.from_str("30000.0"), Quantity.from_str("0.010")
        self.submit_order(self.order_factory.limit(INSTRUMENT, OrderSide.BUY, quantity, price))

    def on_order_accepted(self, _event: OrderAccepted) -> None:
        raise RuntimeError("planted fault")


def faulty(builder: "NodeBuilder") -> None:
    """Add a strategy whose code fails at an event."""
    builder.add_strategy(Faulty())


class Idler(Actor):  # type: ignore[misc]
    """Stops the trader alone, as whoever holds the node may."""

    def on_start(self) -> None:
        gc.unfreeze()  # what a start left in memory is set aside, and not among them
        (trader,) = (found for found in gc.get_objects() if isinstance(found, Trader))
        asyncio.get_running_loop().call_later(0.5, trader.stop)


def idle(builder: "NodeBuilder") -> None:
    """Add an actor that stops the trader."""
    builder.add_actor(Idler())


async def _deaf(*_: object) -> None:
    while True:
        with suppress(asyncio.CancelledError):
            await asyncio.sleep(600)


class DeafFactory(BinanceLiveExecClientFactory):  # type: ignore[misc]
    """Makes a client whose mass status does not come, and which nobody can cancel."""

    @staticmethod
    def create(*args: Any, **kwargs: Any) -> Any:
        client = BinanceLiveExecClientFactory.create(*args, **kwargs)
        client.generate_mass_status = _deaf
        return client


def deaf(builder: "NodeBuilder") -> None:
    """Add a client that cannot be awaited."""
    from stock_clients import configure

    configure(builder)
    client = builder.exec_clients.pop("BINANCE")
    builder.add_exec_client("BINANCE", client.config, DeafFactory)


def _abort() -> None:
    os.write(2, b"the last words of one that aborts\n")
    os.abort()


class Aborter(Actor):  # type: ignore[misc]
    """Says something in both ways, and ends the process as a fault in compiled code does."""

    def on_start(self) -> None:
        self.log.info("misbehaving: about to abort")
        asyncio.get_running_loop().call_later(0.5, _abort)  # the engine's log is written by a thread


def aborting(builder: "NodeBuilder") -> None:
    """Add an actor that aborts the process."""
    builder.add_actor(Aborter())
