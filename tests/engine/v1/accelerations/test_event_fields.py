"""What is remembered of names and ids is what the modules in whose place it stands say."""

import json
import re
import subprocess
import sys
import uuid
from decimal import Decimal
from types import ModuleType
from typing import Any, Final

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nautilus_trader.cache.config import CacheConfig
from nautilus_trader.cache.database import CacheDatabaseAdapter
from nautilus_trader.common.config import DatabaseConfig
from nautilus_trader.core.uuid import UUID4
from nautilus_trader.model import events
from nautilus_trader.model.identifiers import PositionId, TraderId
from nautilus_trader.model.objects import Price
from nautilus_trader.model.position import Position
from nautilus_trader.serialization.serializer import MsgSpecSerializer
from nautilus_trader.system import kernel
from nautilus_trader.test_kit.providers import TestInstrumentProvider
from nautilus_trader.test_kit.stubs.events import TestEventStubs
from nautilus_trader.test_kit.stubs.execution import TestExecStubs
from virtual import STARTED, run_of

from reconciliation.drill.schedule import Stop, Submit, Wait
from reconciliation.engine.v1.accelerations.event_fields import (
    DIGITS,
    NAMES,
    READ,
    KnownIds,
    RememberedNames,
    StoredEvents,
    installed,
)
from reconciliation.settings.accelerations import ACCELERATIONS

INSTRUMENT: Final = TestInstrumentProvider.btcusdt_perp_binance()
ORDER: Final = TestExecStubs.limit_order(instrument=INSTRUMENT)
PLAIN: Final = MsgSpecSerializer(msgspec.json)


def alike(kind: Any, event: Any, **more: Any) -> Any:
    """An event of another kind of the same order."""
    return kind.from_dict(json.loads(PLAIN.serialize(event)) | more)


REJECTED: Final = TestEventStubs.order_rejected(ORDER)
EVENTS: Final = (
    ORDER.init_event,
    TestEventStubs.order_submitted(ORDER),
    TestEventStubs.order_accepted(ORDER),
    REJECTED,
    TestEventStubs.order_pending_update(ORDER),
    TestEventStubs.order_pending_cancel(ORDER),
    TestEventStubs.order_filled(ORDER, instrument=INSTRUMENT),
    TestEventStubs.order_canceled(ORDER),
    TestEventStubs.order_expired(ORDER),
    TestEventStubs.order_triggered(ORDER),
    TestEventStubs.order_updated(ORDER, quantity=ORDER.quantity, price=ORDER.price),
    TestEventStubs.order_released(ORDER, Price.from_str("50000.0")),
    alike(events.OrderDenied, REJECTED),
    alike(events.OrderEmulated, REJECTED),
    alike(events.OrderModifyRejected, REJECTED, venue_order_id="1"),
    alike(events.OrderCancelRejected, REJECTED, venue_order_id="1"),
)
FILL: Final = EVENTS[6]
TIMES: Final = ("ts_event", "ts_init")

few = st.sampled_from(["ts_", "ts_event", "\nts_", "its_", "expire_time_ns", "TS_", "1", "1\n", "12a"])
names = st.one_of(st.text(max_size=12), few)
hexadecimal = st.text(alphabet="0123456789abcdefABCDEF", min_size=32, max_size=32)
ids = st.one_of(
    st.uuids().map(str), hexadecimal, st.text(max_size=40), st.uuids(version=4).map(lambda each: f" {each}")
)


@pytest.mark.property
@given(text=names, pattern=st.sampled_from([NAMES, DIGITS, "^a"]))
def test_a_name_matches_as_ever(text: str, pattern: str) -> None:
    assert bool(RememberedNames().match(pattern, text)) is bool(re.match(pattern, text))


def said(module: Any, text: str) -> Any:
    try:
        made = module.UUID(text)
    except ValueError as error:
        return str(error)
    return made.version, made.variant


@pytest.mark.property
@given(text=ids)
def test_an_id_is_as_valid_as_ever(text: str) -> None:
    assert said(KnownIds, text) == said(uuid, text)


WITNESS = """
import re, uuid
from nautilus_trader.core import uuid as engine_uuid
from nautilus_trader.core.uuid import UUID4
from nautilus_trader.serialization import serializer
import msgspec
assert serializer.re is re and engine_uuid.uuid is uuid
asked = []
class Heard:
    def match(self, pattern, text):
        asked.append(pattern)
        return re.match(pattern, text)
    RFC_4122 = uuid.RFC_4122
    def UUID(self, text):
        asked.append("id")
        return uuid.UUID(text)
serializer.re = engine_uuid.uuid = Heard()
made = serializer.MsgSpecSerializer(encoding=msgspec.msgpack, timestamps_as_str=True)
made.deserialize(made.serialize({"ts_event": 1, "name": "a"}))
UUID4.from_str("2d89666b-1a1e-4a75-b193-4eb3b454c757")
print(sorted(set(asked)))
"""


def test_upstream_looks_both_modules_up_and_asks_no_more() -> None:
    """In a process of its own: another test of this one may have put them in."""
    told = subprocess.run([sys.executable, "-c", WITNESS], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == str(sorted([DIGITS, NAMES, "id"]))


# -- What a cache loads ------------------------------------------------------------------------------


def both(encoding: ModuleType, **how: bool) -> tuple[Any, Any]:
    """The engine's serializer, and the one in its place."""
    return MsgSpecSerializer(encoding, **how), StoredEvents(encoding, **how)


def outcome(made: Any, stored: bytes) -> Any:
    """What comes of it, as it would be written; or what was said."""
    try:
        found = made.deserialize(stored)
    except Exception as error:  # noqa: BLE001 - whatever upstream raises
        return type(error)
    return type(found), made.serialize(found)


def fields(serializer: Any, event: Any) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(serializer.serialize(event))
    return told


@pytest.mark.parametrize("encoding", [msgspec.msgpack, msgspec.json], ids=["msgpack", "json"])
@pytest.mark.parametrize("iso", [False, True])
@pytest.mark.parametrize("event", EVENTS, ids=[type(event).__name__ for event in EVENTS])
def test_an_event_is_read_as_the_engine_reads_it(event: Any, encoding: ModuleType, *, iso: bool) -> None:
    upstream, ours = both(encoding, timestamps_as_str=True, timestamps_as_iso8601=iso)
    stored = upstream.serialize(event)
    assert type(event).__name__ in READ
    assert ours.deserialize(stored) == upstream.deserialize(stored) == event
    assert outcome(ours, stored) == outcome(upstream, stored)


@pytest.mark.property
@given(
    event=st.sampled_from(EVENTS),
    changes=st.dictionaries(
        st.sampled_from([*TIMES, "ts_other", "time", "type", "event_id", "expire_time_ns"]),
        st.sampled_from(["12", "12\n", "", "x", "2026-11-30T00:00:00Z", "9" * 30, 12, None, "OrderFilled", "Nothing"]),
    ),
    left_out=st.sets(st.sampled_from([*TIMES, "type"])),
)
def test_an_odd_event_is_read_or_refused_as_ever(event: Any, changes: dict[str, Any], left_out: set[str]) -> None:
    upstream, ours = both(msgspec.json, timestamps_as_str=True)
    told = fields(upstream, event) | changes
    stored = json.dumps({name: value for name, value in told.items() if name not in left_out}).encode()
    assert outcome(ours, stored) == outcome(upstream, stored)


@pytest.mark.parametrize(
    "stored", [b"[]", b"1", b"", b"{}", b'{"ts_event":"1"}', b'{"ts_event":"1","type":"x"}'], ids=repr
)
def test_what_is_no_event_is_read_or_refused_as_ever(stored: bytes) -> None:
    upstream, ours = both(msgspec.json, timestamps_as_str=True)
    assert outcome(ours, stored) == outcome(upstream, stored)


def test_a_fill_that_is_told_twice_is_made_once_while_a_cache_loads() -> None:
    """Its order tells it, and its position again; whoever tells something else is told something else."""
    with installed():
        made: Any = kernel.MsgSpecSerializer(encoding=msgspec.msgpack, timestamps_as_str=True)
        fill, accepted = made.serialize(FILL), made.serialize(EVENTS[2])
        once, twice, again = (made.deserialize(fill) for _ in range(3))
        assert once is twice
        assert again is not once
        assert again == once
        assert made.deserialize(accepted) is not made.deserialize(accepted)
        other = fields(MsgSpecSerializer(msgspec.json, timestamps_as_str=True), FILL) | {"last_qty": "7"}
        assert str(made.deserialize(msgspec.msgpack.encode(other)).last_qty) == "7"
        last = made.deserialize(fill)
    assert last is not once
    assert made.deserialize(fill) is not made.deserialize(fill)
    assert kernel.MsgSpecSerializer is MsgSpecSerializer


def test_an_order_and_its_position_load_the_same_fill(port: int) -> None:
    """As they hold it while a node runs; the engine's own adapter reads by it."""
    trader = TraderId(f"T-{UUID4().value[:8]}")

    def adapter(serializer: Any) -> Any:
        config = CacheConfig(database=DatabaseConfig(host="127.0.0.1", port=port))
        return CacheDatabaseAdapter(trader_id=trader, instance_id=UUID4(), serializer=serializer, config=config)

    upstream, ours = both(msgspec.msgpack, timestamps_as_str=True)
    order = TestExecStubs.limit_order(instrument=INSTRUMENT)
    writer = adapter(upstream)
    writer.add_instrument(INSTRUMENT)
    writer.add_order(order)
    for event in (TestEventStubs.order_submitted(order), TestEventStubs.order_accepted(order)):
        order.apply(event)
        writer.update_order(order)
    order.apply(TestEventStubs.order_filled(order, instrument=INSTRUMENT, position_id=PositionId("P-1")))
    writer.update_order(order)
    writer.add_position(Position(INSTRUMENT, order.last_event))
    writer.close()
    loading = adapter(ours)
    ((loaded,), (position,)) = (each.values() for each in (loading.load_orders(), loading.load_positions()))
    loading.close()
    assert loaded.events == order.events
    assert position.last_event is loaded.last_event


def test_a_serializer_that_writes_times_as_numbers_is_the_engines() -> None:
    with installed():
        assert type(kernel.MsgSpecSerializer(encoding=msgspec.json)) is MsgSpecSerializer


def test_every_event_of_an_order_is_known() -> None:
    theirs = {kind for kind in events.OrderEvent.__subclasses__() if kind.__module__.startswith("nautilus_trader.")}
    assert set(READ) == {kind.__name__ for kind in theirs} == {type(event).__name__ for event in EVENTS}


OWN = """
from nautilus_trader.model.events import OrderEvent
class OrderNote(OrderEvent):
    pass
from reconciliation.engine.v1.accelerations.event_fields import READ
print("OrderNote" in READ, len(READ))
"""


def test_an_event_class_of_ones_own_is_left_to_the_engine() -> None:
    told = subprocess.run([sys.executable, "-c", OWN], capture_output=True, text=True, check=True)
    assert told.stdout.split() == ["False", str(len(EVENTS))]


@pytest.mark.parametrize("names", [ACCELERATIONS, ()])
def test_a_node_has_its_cache_loaded_so_where_it_is_accelerated(names: tuple[str, ...]) -> None:
    """After a warm start an order and its position hold one fill, or two that are equal."""
    traded = (Submit(name="own", quantity=Decimal("0.010")), Wait(secs=5), Stop())
    run = run_of(*STARTED, *traded, *STARTED, overrides={"node.accelerate": list(names)})
    held: list[tuple[Any, Any]] = []

    def look(entry: Any) -> None:
        if entry.kind == "node" and entry.text.startswith("Started") and run.trading_node.cache.orders():
            (order,), (position,) = run.trading_node.cache.orders(), run.trading_node.cache.positions()
            held.append((order.last_event, position.last_event))

    run.world.hear(look)
    run.play()
    ((told_by_order, told_by_position),) = held
    assert told_by_order == told_by_position
    assert (told_by_order is told_by_position) is ("event_fields" in names)
