"""What the engine loads of a history, by its own code and by nothing that pretends to be it."""

from typing import Any

import msgspec
import pytest
from nautilus_trader.core import nautilus_pyo3
from stored_orders import ACCEPTED, CANCELED, FILLED, INITIALIZED, again, order_history

from reconciliation.engine.generation import generation
from reconciliation.engine.stored import Loaded, Stored, StoredOrder

FILL: dict[str, Any] = {
    "trade_id": "7",
    "position_id": "BTCUSDT-PERP.BINANCE-BOTH",
    "order_side": "BUY",
    "order_type": "LIMIT",
    "last_qty": "0.004",
    "last_px": "50000.00",
    "currency": "USDT",
    "commission": "0.08000000 USDT",
    "liquidity_side": "MAKER",
    "info": {},
}
INIT, ACCEPT, CANCEL = order_history("O-1", INITIALIZED, ACCEPTED, CANCELED)
(FILLED_ONCE,) = order_history("O-1", FILLED, **FILL)


def loaded(*events: bytes, key: str = "orders:O-1") -> Loaded:
    return generation().loaded(Stored({key: events}))


def test_a_history_that_loads_is_an_order() -> None:
    found = loaded(INIT, ACCEPT, FILLED_ONCE)
    assert found == Loaded((StoredOrder("O-1", "BTCUSDT-PERP.BINANCE", "EXTERNAL", is_open=True),), ())
    assert loaded(INIT, ACCEPT, CANCEL).orders[0].is_open is False


@pytest.mark.parametrize(
    ("events", "kept", "words"),
    [
        ((INIT, ACCEPT, CANCEL, again(CANCEL)), 3, "CANCELED -> CANCELED"),
        ((INIT, again(INIT), ACCEPT, again(ACCEPT), CANCEL), 4, "ACCEPTED -> ACCEPTED"),
        ((INIT, ACCEPT, FILLED_ONCE, again(FILLED_ONCE)), 3, "7"),
        ((INIT, ACCEPT, ACCEPT, CANCEL), 3, "duplicate event"),
        ((ACCEPT, CANCEL), 0, "its OrderInitialized is missing"),
        ((ACCEPT, INIT, CANCEL), 2, "its OrderInitialized is missing"),
    ],
)
def test_what_ends_a_boot_is_told_and_the_rest_of_it_loads(events: tuple[bytes, ...], kept: int, words: str) -> None:
    (history,) = loaded(*events).unloadable
    assert (history.key, history.trouble, len(history.kept)) == ("orders:O-1", "refused", kept)
    assert words in history.reason
    assert set(history.kept) <= set(events)
    if kept:
        assert loaded(*history.kept).unloadable == ()


@pytest.mark.parametrize(
    "event", [b"", b"junk", msgspec.json.encode({"type": INITIALIZED}), msgspec.msgpack.encode({"type": "OrderFlown"})]
)
def test_what_another_engine_wrote_is_told_apart(event: bytes) -> None:
    assert [history.trouble for history in loaded(event).unloadable] == ["foreign"]
    assert [history.trouble for history in loaded(INIT, event).unloadable] == ["foreign"]


def test_a_position_needs_its_instrument() -> None:
    (history,) = loaded(FILLED_ONCE, key="positions:BTCUSDT-PERP.BINANCE-BOTH").unloadable
    assert history.trouble == "unread"
    assert "instrument" in history.reason


def test_the_engine_has_its_own_client_back() -> None:
    before: Any = nautilus_pyo3.RedisCacheDatabase
    loaded(ACCEPT)
    assert nautilus_pyo3.RedisCacheDatabase is before
