"""What a database lacks is written again, unless the engine has written it itself since."""

from decimal import Decimal
from typing import Any

from nautilus_trader.cache.cache import Cache
from nautilus_trader.common.component import TestClock
from nautilus_trader.common.factories import OrderFactory
from nautilus_trader.model.enums import OrderSide
from nautilus_trader.model.identifiers import StrategyId, TraderId
from nautilus_trader.test_kit.providers import TestInstrumentProvider
from nautilus_trader.test_kit.stubs.events import TestEventStubs

from reconciliation.engine.v1.recorder import Recorder
from reconciliation.engine.v1.simulated.database import DatabaseClient, SimulatedDatabase
from reconciliation.engine.v1.writes import EngineWrites
from reconciliation.engine.written import Lacking

EVERY, OPEN = "index:orders", "index:orders_open"


class Held:
    """One order of a cache, and what its database has been told of it."""

    def __init__(self) -> None:
        instrument = TestInstrumentProvider.btcusdt_perp_binance()
        factory = OrderFactory(TraderId("T-1"), StrategyId("S-1"), TestClock())
        self.cache = Cache()
        self.order: Any = factory.limit(
            instrument.id,
            OrderSide.BUY,
            instrument.make_qty(Decimal("0.010")),
            instrument.make_price(Decimal(50_000)),
        )
        self.cache.add_order(self.order)
        self.client = Recorder(DatabaseClient(SimulatedDatabase(lambda: 0.0), "T-1", lambda _: None))
        self.writes = EngineWrites(self.cache, self.client)
        self.name = self.order.client_order_id.value.encode()
        self.happens(TestEventStubs.order_submitted(self.order))
        self.happens(TestEventStubs.order_accepted(self.order))

    def happens(self, event: Any) -> None:
        self.order.apply(event)
        self.cache.update_order(self.order)

    def lacking(self, *indices: str) -> Lacking:
        return Lacking({}, {index: frozenset([self.name]) for index in indices}, {}, frozenset())


def test_what_has_not_changed_is_written_again() -> None:
    held = Held()
    assert held.writes.write_again(held.writes.taken(), held.lacking(EVERY, OPEN)) == {EVERY, OPEN}
    assert held.client.read(EVERY) == held.client.read(OPEN) == [held.name]


def test_of_what_has_changed_since_only_what_no_change_writes() -> None:
    """That an order is there at all is written once; in which state it is, with each event."""
    held = Held()
    written = held.writes.taken()
    held.happens(TestEventStubs.order_canceled(held.order))
    assert held.writes.write_again(written, held.lacking(EVERY, OPEN)) == {EVERY}
    assert held.client.read(EVERY) == [held.name]


def test_an_order_that_was_purged_since_is_not_listed_again() -> None:
    held = Held()
    held.happens(TestEventStubs.order_canceled(held.order))
    written = held.writes.taken()
    held.cache.purge_order(held.order.client_order_id)
    assert held.writes.write_again(written, held.lacking(EVERY)) == set()
