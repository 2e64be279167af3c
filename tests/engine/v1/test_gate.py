"""The gate before a real risk engine: what it denies, and what it must never stop."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from arena import OFF, Arena, node_on
from nautilus_trader.model.data import QuoteTick
from nautilus_trader.model.enums import OrderSide, TriggerType
from nautilus_trader.model.events import OrderDenied, OrderModifyRejected
from nautilus_trader.model.identifiers import ClientOrderId, InstrumentId
from nautilus_trader.model.objects import Price, Quantity
from nautilus_trader.model.orders import Order
from stage import BTC

from reconciliation.embedded.venue import VenueProcess
from reconciliation.engine.v1.gate import Gate

REASON = "a test closed it"


class Gated:
    """A running node behind a gate."""

    def __init__(self, arena: Arena) -> None:
        self.arena = arena
        self.denied: list[tuple[str, str]] = []
        kernel = arena.node.kernel
        self.gate = Gate(
            kernel.risk_engine, kernel.exec_engine, is_hedging=False, denied=lambda *told: self.denied.append(told)
        )
        self.strategy = arena.node.trader.strategies()[0]

    def limit(self, side: OrderSide, quantity: str, price: str, **more: Any) -> Order:
        return self.strategy.order_factory.limit(
            InstrumentId.from_str(BTC), side, Quantity.from_str(quantity), Price.from_str(price), **more
        )

    def sent(self, order: Order) -> str:
        """Submit an order and return what becomes of it first."""
        self.strategy.submit_order(order)
        key = order.client_order_id.value
        done = {"ACCEPTED", "DENIED", "FILLED"}
        self.arena.until(lambda: self.arena.status(key) in done, "the order is answered, or denied")
        return self.arena.status(key)

    def bid(self, quantity: str = "0.010") -> str:
        return self.sent(self.limit(OrderSide.BUY, quantity, "30000"))

    def offer(self, quantity: str, **more: Any) -> str:
        return self.sent(self.limit(OrderSide.SELL, quantity, "150000", **more))


@contextmanager
def gated(venue: VenueProcess) -> Iterator[Gated]:
    with node_on(venue, start=False, **OFF) as arena:
        gated = Gated(arena)
        arena.start()
        yield gated


@pytest.fixture
def node(venue: VenueProcess) -> Iterator[Gated]:
    with gated(venue) as node:
        yield node


@pytest.fixture
def long(venue: VenueProcess) -> Iterator[Gated]:
    """A node that holds 0.010, when its gate closes."""
    with gated(venue) as node:
        key = node.arena.place_bid()
        node.arena.until(lambda: node.arena.status(key) == "ACCEPTED", "the bid is accepted")
        venue.control.fill(key, price="30000", quantity="0.010")
        node.arena.until(node.arena.cache.positions_open, "the position is open")
        node.gate.close(REASON)
        yield node


def test_flat_nothing_opens_until_it_is_open_again(node: Gated) -> None:
    assert node.bid() == "ACCEPTED"
    node.gate.close(REASON)
    order = node.limit(OrderSide.BUY, "0.010", "30000")
    assert node.sent(order) == "DENIED"
    assert node.offer("0.010") == "DENIED"
    event = node.arena.cache.order(order.client_order_id).last_event
    assert isinstance(event, OrderDenied)
    assert event.reason == f"the gate is closed for orders that open or increase a position: {REASON}"
    assert node.denied[0][0] == order.client_order_id.value
    node.gate.open()
    assert node.bid() == "ACCEPTED"


def test_cancels_and_new_prices_pass_and_larger_quantities_do_not(node: Gated) -> None:
    order = node.limit(OrderSide.BUY, "0.010", "30000")
    node.sent(order)
    node.gate.close(REASON)
    key = order.client_order_id

    node.strategy.modify_order(order, quantity=Quantity.from_str("0.020"))
    node.arena.until(lambda: _events(node, key, OrderModifyRejected), "the larger quantity is refused")
    node.strategy.modify_order(order, price=Price.from_str("29000.0"))
    node.arena.until(lambda: str(node.arena.cache.order(key).price) == "29000.00", "the new price is taken")
    node.strategy.cancel_order(order)
    node.arena.until(lambda: node.arena.status(key.value) == "CANCELED", "the order is cancelled")


def _events(node: Gated, key: ClientOrderId, kind: type[Any]) -> list[Any]:
    return [event for event in node.arena.cache.order(key).events if isinstance(event, kind)]


def test_a_position_can_be_reduced_and_closed(long: Gated) -> None:
    assert long.offer("0.004") == "ACCEPTED"
    assert long.offer("0.006") == "ACCEPTED"
    assert long.offer("0.010", reduce_only=True) == "ACCEPTED"


def test_a_position_cannot_be_increased_nor_turned(long: Gated) -> None:
    assert long.bid("0.001") == "DENIED"
    assert long.offer("0.011") == "DENIED"
    assert "beyond a reduction by 0.010" in long.denied[-1][1]
    assert long.offer("0.010") == "ACCEPTED"
    assert long.offer("0.001") == "DENIED"  # with the one before it would turn


def test_what_makes_room_again_may_be_used_again(long: Gated) -> None:
    order = long.limit(OrderSide.SELL, "0.010", "150000")
    assert long.sent(order) == "ACCEPTED"
    long.strategy.cancel_order(order)
    long.arena.until(lambda: long.arena.status(order.client_order_id.value) == "CANCELED", "the order is cancelled")
    assert long.offer("0.010") == "ACCEPTED"


def test_a_list_passes_whole_or_not_at_all(long: Gated) -> None:
    bracket = long.strategy.order_factory.bracket(
        instrument_id=InstrumentId.from_str(BTC),
        order_side=OrderSide.BUY,
        quantity=Quantity.from_str("0.010"),
        entry_price=Price.from_str("30000.0"),
        sl_trigger_price=Price.from_str("20000.0"),
        tp_price=Price.from_str("150000.0"),
    )
    long.strategy.submit_order_list(bracket)
    keys = [order.client_order_id.value for order in bracket.orders]
    long.arena.until(lambda: {long.arena.status(key) for key in keys} == {"DENIED"}, "all of it is denied")
    assert [key for key, _ in long.denied] == keys


# -- Past the risk engine --------------------------------------------------------------------------


def quoted(node: Gated, bid: str, ask: str) -> None:
    """Have the market be so: the emulator goes by it."""
    instrument = node.arena.cache.instrument(InstrumentId.from_str(BTC))
    one = instrument.make_qty(1)
    tick = QuoteTick(instrument.id, instrument.make_price(bid), instrument.make_price(ask), one, one, 0, 0)
    node.arena.node.kernel.data_engine.process(tick)


@pytest.mark.parametrize("closes_first", [False, True])
@pytest.mark.parametrize("kind", ["limit", "stop"])
def test_what_the_emulator_releases_is_judged_then(node: Gated, kind: str, *, closes_first: bool) -> None:
    if closes_first:
        node.gate.close(REASON)
    quoted(node, "60000", "60001")
    instrument, quantity = InstrumentId.from_str(BTC), Quantity.from_str("0.010")
    by = {"emulation_trigger": TriggerType.BID_ASK}
    if kind == "limit":
        order = node.strategy.order_factory.limit(instrument, OrderSide.BUY, quantity, Price.from_str("59000.0"), **by)
    else:
        order = node.strategy.order_factory.stop_limit(
            instrument, OrderSide.BUY, quantity, Price.from_str("62000.0"), Price.from_str("61000.0"), **by
        )
    node.strategy.submit_order(order)
    key = order.client_order_id.value
    node.arena.until(lambda: node.arena.status(key) == "EMULATED", "it waits in the emulator")
    node.gate.close(REASON)
    quoted(node, "58000", "58001") if kind == "limit" else quoted(node, "61500", "61501")
    node.arena.until(lambda: node.arena.status(key) == "DENIED", "it is denied when it is released")
    assert [told for told, _ in node.denied] == [key]
    assert not node.arena.cache.positions_open()


def test_a_reduction_that_the_emulator_releases_passes(long: Gated) -> None:
    quoted(long, "60000", "60001")
    order = long.limit(OrderSide.SELL, "0.010", "61000", emulation_trigger=TriggerType.BID_ASK)
    long.strategy.submit_order(order)
    key = order.client_order_id.value
    long.arena.until(lambda: long.arena.status(key) == "EMULATED", "it waits in the emulator")
    quoted(long, "61500", "61501")
    long.arena.until(lambda: long.arena.status(key) not in {"EMULATED", "RELEASED"}, "it is sent")
    assert long.denied == []


def test_a_quantity_in_the_quote_currency_is_none_that_only_reduces(long: Gated) -> None:
    assert long.offer("0.010", quote_quantity=True) == "DENIED"
    assert "in the quote currency" in long.denied[-1][1]
    assert long.offer("0.010") == "ACCEPTED"
