"""What a database loses while it is away, in virtual time: however much, for however long, whatever is traded."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final, Literal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec import msgpack
from virtual import STARTED, happened, histories, run_of

from reconciliation.drill.carrier import NS
from reconciliation.drill.schedule import (
    AnyOperation,
    Boot,
    Cancel,
    Fill,
    InterruptCache,
    SlowCache,
    Stop,
    Submit,
    Until,
    Wait,
)
from reconciliation.drill.virtual import START_NS, VirtualRun
from reconciliation.engine.lifecycle import Event, Lifecycle, WritesMissing
from reconciliation.engine.simulation import Entry
from reconciliation.node import cache_repair

pytestmark = pytest.mark.filterwarnings("ignore:Discarding nonzero nanoseconds")

BEGINS_SECS: Final = 20.0
Kind = Literal["rest", "trade", "sell", "fill", "cancel"]
KINDS: Final[tuple[Kind, ...]] = ("rest", "trade", "sell", "fill", "cancel")


def stream(kinds: list[Kind], secs: float) -> Iterator[AnyOperation]:
    """Orders for so many seconds, four a second."""
    resting: list[str] = []
    for number in range(int(secs * 4)):
        kind, name = kinds[number % len(kinds)], f"order-{number}"
        match kind:
            case "rest":
                yield Submit(name=name, quantity=Decimal("0.004"), price=Decimal(50_000))
                resting.append(name)
            case "trade":
                yield Submit(name=name, quantity=Decimal("0.002"))
            case "sell":
                yield Submit(name=name, side="SELL", quantity=Decimal("0.003"))
            case "fill" if resting:
                yield Fill(name=resting[-1], quantity=Decimal("0.001"))
            case "cancel" if resting:
                yield Cancel(name=resting.pop())
        yield Wait(secs=0.25)


def played(
    kinds: list[Kind], secs: float, lost: int, *, empty: bool, gate: str, after: tuple[AnyOperation, ...] = ()
) -> VirtualRun:
    """A run whose database is away for so long and loses so many of the writes meanwhile."""
    orders = tuple(stream(kinds, min(secs, 20.0) + 8))
    rest = (Wait(secs=max(secs - 20.0, 0.0) + 15),)
    run = run_of(*STARTED, Wait(secs=10), *orders, *rest, *after, overrides={"node.gate": gate})
    database: Any = run.store

    def go_away() -> None:
        database.interrupt(secs)
        database._to_lose = lost
        if empty:
            database.clear()

    run.world.at(START_NS + int(BEGINS_SECS * NS), go_away)
    run.play()
    return run


def assert_all_is_there(run: VirtualRun) -> None:
    books, stored = run.books(), histories(run)
    assert books.orders
    held = {f"orders:{order.client_order_id}": order.events for order in books.orders}
    held |= {
        f"positions:{position.position_id}": tuple(f"OrderFilled {trade}" for trade in position.trade_ids)
        for position in books.positions
    }
    assert stored == held


@settings(max_examples=max(12, settings().max_examples // 100))
@given(
    kinds=st.lists(st.sampled_from(KINDS), min_size=2, max_size=7).map(lambda drawn: ["rest", "trade", *drawn]),
    secs=st.sampled_from([0.6, 2.0, 20.0, 90.0]),
    lost=st.integers(1, 400),
    empty=st.booleans(),
    gate=st.sampled_from(["halt_opens", "report"]),
)
@example(kinds=list(KINDS), secs=90.0, lost=400, empty=False, gate="report")
@example(kinds=list(KINDS), secs=90.0, lost=400, empty=True, gate="report")
def test_nothing_is_missing_afterwards(kinds: list[Kind], secs: float, lost: int, *, empty: bool, gate: str) -> None:
    """Cache: away for up to 90 s, it holds every event of every order and position once it was compared."""
    run = played(kinds, secs, lost, empty=empty, gate=gate)
    assert len(happened(run, "node", "WritesMended")) == 1
    assert not happened(run, "node", "WritesMissing")
    assert_all_is_there(run)


def test_without_it_events_are_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache_repair.CacheRepair, "_compared", _nothing)
    with pytest.raises(AssertionError):
        assert_all_is_there(played(list(KINDS), 2.0, 20, empty=False, gate="report"))


async def _nothing(*_: object) -> tuple[set[str], dict[str, str]]:
    return set(), {}


@pytest.mark.parametrize("empty", [False, True])
def test_the_next_start_finds_all_of_it(*, empty: bool) -> None:
    """Cache: a warm restart after 90 s takes in nothing, makes nothing up and knows every order as its own."""
    again = (Stop(), Wait(secs=5), Boot(), Until(event="Started"), Wait(secs=30))
    run = played(list(KINDS), 90.0, 400, empty=empty, gate="report", after=again)
    assert len(happened(run, "node", "Started")) == 2
    for name in ("ExternalOrderSeen", "FillBrought", "HistoryMended", "HistoryTorn"):
        assert not happened(run, "node", name)
    assert_all_is_there(run)


def test_the_gate_opens_once_it_is_compared() -> None:
    run = played(list(KINDS), 20.0, 50, empty=False, gate="halt_opens")
    told = [entry.text.partition(" ")[0] for entry in run.world.trace if entry.kind == "node"]
    order = ("CacheLost", "GateClosed", "CacheBack", "WritesMended", "GateOpened")
    assert [name for name in told if name in order] == list(order)


def test_a_history_that_holds_what_the_node_does_not_know_is_named_and_left() -> None:
    """Cache: somebody else's event in an order is no reason to write anything over it."""
    orders = (Submit(name="order-0", quantity=Decimal("0.004"), price=Decimal(50_000)), Wait(secs=1))
    run = run_of(*STARTED, Wait(secs=10), *orders, InterruptCache(secs=2), *orders_named("late"), Wait(secs=15))
    key, foreign = "orders:order-0", msgpack.encode({"event_id": "foreign", "type": "OrderUpdated"})

    def write(entry: Entry) -> None:
        if entry.kind == "node" and entry.text.startswith("CacheLost"):
            run.store.put(key, (*run.store.read(key)[:1], foreign))

    run.world.hear(write)
    missing: list[WritesMissing] = []
    with pytest.MonkeyPatch.context() as patch:
        emit = Lifecycle.emit

        def emitted(lifecycle: Lifecycle, event: Event) -> None:
            if isinstance(event, WritesMissing):
                missing.append(event)
            emit(lifecycle, event)

        patch.setattr(Lifecycle, "emit", emitted)
        run.play()
    (told,) = missing
    assert told.keys == {key: "the node does not know all of its events: foreign"}
    assert run.store.read(key)[1:] == [foreign]
    assert happened(run, "node", "WritesMended")


def test_a_queue_that_is_long_is_awaited() -> None:
    """Cache: what the engine still holds back seconds later is not taken for lost, and not written twice."""
    orders = tuple(stream(list(KINDS), 20))
    run = run_of(*STARTED, Wait(secs=10), SlowCache(secs=4), InterruptCache(secs=2), *orders, Wait(secs=20))
    run.play()
    assert happened(run, "node", "WritesMended")
    assert_all_is_there(run)


def test_a_stop_waits_for_it() -> None:
    """Cache: a node that is to stop while its database is compared does not end before."""
    orders = tuple(stream(["rest", "trade"], 8))
    stop = (Until(event="CacheBack"), Stop(), Wait(secs=30))
    run = run_of(*STARTED, Wait(secs=10), *orders, InterruptCache(secs=2), *orders_named("late"), *stop)
    run.play()
    told = [entry.text.partition(" ")[0] for entry in run.world.trace if entry.kind == "node"]
    order = ("CacheBack", "Stopping", "WritesMended", "Stopped")
    assert [name for name in told if name in order] == list(order)
    assert_all_is_there(run)


def test_a_stop_waits_for_the_database_too() -> None:
    """Cache: SIGTERM while the database is away; it is back before the stop must end."""
    stop = (Wait(secs=4), Stop(), Wait(secs=30))
    run = run_of(*STARTED, Wait(secs=10), InterruptCache(secs=12), *orders_named("late"), *stop)
    run.play()
    told = [entry.text.partition(" ")[0] for entry in run.world.trace if entry.kind == "node"]
    order = ("Stopping", "CacheBack", "WritesMended", "Stopped")
    assert [name for name in told if name in order] == list(order)
    assert run.ended_by is None
    assert_all_is_there(run)


def test_a_node_that_ends_before_its_database_is_back_says_what_that_means() -> None:
    run = run_of(
        *STARTED, Wait(secs=10), InterruptCache(secs=60), *orders_named("late"), Wait(secs=5), Stop(), Wait(secs=30)
    )
    run.play()
    assert happened(run, "node", "WritesMissing")
    assert not happened(run, "node", "WritesMended")
    assert run.ended_by is not None
    assert "lacks what was written meanwhile" in run.ended_by
    assert not happened(run, "node", "GateOpened")  # a strategy may submit orders when it is stopped


def orders_named(name: str) -> tuple[AnyOperation, ...]:
    """One that rests, and one that trades."""
    return (
        Submit(name=name, quantity=Decimal("0.004"), price=Decimal(50_000)),
        Submit(name=f"{name}-too", quantity=Decimal("0.002")),
        Wait(secs=0.5),
    )
