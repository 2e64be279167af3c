"""A position loads as the engine loads it, fill for fill, and with the same complaint."""

from collections.abc import Iterator
from typing import Any, Final

import msgspec
import pytest
from database_commands import connected, write
from hypothesis import example, given
from hypothesis import strategies as st
from nautilus_trader.cache.config import CacheConfig
from nautilus_trader.cache.database import CacheDatabaseAdapter
from nautilus_trader.common.config import DatabaseConfig
from nautilus_trader.core.uuid import UUID4
from nautilus_trader.model.enums import OrderSide
from nautilus_trader.model.identifiers import PositionId, TradeId, TraderId
from nautilus_trader.model.objects import Price, Quantity
from nautilus_trader.model.position import Position
from nautilus_trader.serialization.serializer import MsgSpecSerializer
from nautilus_trader.test_kit.providers import TestInstrumentProvider
from nautilus_trader.test_kit.stubs.events import TestEventStubs
from nautilus_trader.test_kit.stubs.execution import TestExecStubs

from reconciliation.engine.v1.accelerations.linear_positions import LinearPositions

INSTRUMENT: Final = TestInstrumentProvider.btcusdt_perp_binance()
POSITION: Final = PositionId("P-1")
KEY: Final = f"positions:{POSITION}"
SERIALIZER: Final = MsgSpecSerializer(encoding=msgspec.msgpack, timestamps_as_str=True)
TRADES: Final = st.lists(st.integers(-3, 3).filter(bool), min_size=1, max_size=30)


def adapters(trader: str, port: int) -> tuple[Any, Any]:
    """The engine's own, and the one in its place."""
    arguments = {
        "trader_id": TraderId(trader),
        "instance_id": UUID4(),
        "serializer": SERIALIZER,
        "config": CacheConfig(database=DatabaseConfig(host="127.0.0.1", port=port)),
    }
    return CacheDatabaseAdapter(**arguments), LinearPositions(lambda: connected(trader, port), **arguments)


def fills(lots: list[int]) -> Iterator[Any]:
    for number, lot in enumerate(lots):
        order = TestExecStubs.limit_order(
            instrument=INSTRUMENT,
            order_side=OrderSide.BUY if lot > 0 else OrderSide.SELL,
            quantity=Quantity.from_str(f"{abs(lot)}.000"),
        )
        yield TestEventStubs.order_filled(
            order,
            instrument=INSTRUMENT,
            position_id=POSITION,
            trade_id=TradeId(f"T-{number}"),
            last_px=Price.from_str(f"{50_000 + number}.0"),
        )


@given(lots=TRADES, is_known=st.booleans())
def test_it_is_the_same_position(port: int, lots: list[int], *, is_known: bool) -> None:
    """Also one that turned, or went flat and began anew; and one whose instrument is not there."""
    trader = f"T-{UUID4().value[:8]}"
    writer, _ = adapters(trader, port)
    if is_known:
        writer.add_instrument(INSTRUMENT)
    first, *others = fills(lots)
    position = Position(INSTRUMENT, first)
    writer.add_position(position)
    for fill in others:
        position.apply(fill)
        writer.update_position(position)
    writer.close()
    loaded = [adapter.load_positions() for adapter in adapters(trader, port)]
    assert [list(each) for each in loaded] == [[POSITION] if is_known else []] * 2
    if is_known:
        one, other = (each[POSITION] for each in loaded)
        assert one.to_dict() == other.to_dict()
        assert [event.id for event in one.events] == [event.id for event in other.events]


def outcome(adapter: Any) -> tuple[Any, ...]:
    """The position and its fills, or what was said."""
    try:
        position = adapter.load_position(POSITION)
    except RuntimeError as error:
        return (str(error),)
    return position.to_dict(), [event.id for event in position.events]


@given(told=st.lists(st.integers(0, 3), min_size=1, max_size=8))
@example(told=[0, 1, 2, 0])
def test_an_event_that_is_there_again_is_refused_where_the_engine_refuses_it(port: int, told: list[int]) -> None:
    """Not once the position has opened anew, for which the engine forgets the fills before."""
    trader = f"T-{UUID4().value[:8]}"
    writer, _ = adapters(trader, port)
    writer.add_instrument(INSTRUMENT)
    writer.close()
    serialized = [SERIALIZER.serialize(fill) for fill in fills([1, -1, 2, -2])]
    client = connected(trader, port)
    write(client, [("update" if at else "insert", KEY, [serialized[number]]) for at, number in enumerate(told)])
    client.close()
    one, other = map(outcome, adapters(trader, port))
    assert one == other


def test_an_event_that_is_there_twice_is_refused_in_the_same_words(port: int) -> None:
    trader = f"T-{UUID4().value[:8]}"
    writer, _ = adapters(trader, port)
    writer.add_instrument(INSTRUMENT)
    one, other = fills([1, 2])
    position = Position(INSTRUMENT, one)
    writer.add_position(position)
    position.apply(other)
    writer.update_position(position)
    writer.update_position(position)
    writer.close()
    said = []
    for adapter in adapters(trader, port):
        with pytest.raises(RuntimeError, match="Corrupt cache") as told:
            adapter.load_position(POSITION)
        said.append(str(told.value))
    assert said[0] == said[1]
