"""The typed client of the control API, against a venue's process."""

import urllib.error
import urllib.request
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from reconciliation.embedded.failures import ProcessFailedError
from reconciliation.embedded.venue import VenueProcess
from reconciliation.embedded.venue_answers import VenueFault
from reconciliation.embedded.venue_control import VenueControl

PING = "GET /fapi/v1/ping"


@pytest.fixture(scope="module")
def running() -> Iterator[VenueProcess]:
    with VenueProcess() as venue:
        yield venue


@pytest.fixture
def control(running: VenueProcess) -> Iterator[VenueControl]:
    """A venue that may hold orders already, and neither faults nor requests."""
    yield running.control
    running.control.clear_faults()
    running.control.clear_requests()
    running.control.unmute()


def ping(venue: VenueProcess) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"{venue.http_url}/fapi/v1/ping?a=1", timeout=5) as answer:  # noqa: S310 - loopback
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def test_history_is_seeded(control: VenueControl) -> None:
    seeded = control.seed("BTCUSDT", fills=4, open_orders=2, net=Decimal("0.5"), age_mins=3)
    assert (seeded.symbol, seeded.fills, seeded.open_orders, seeded.net) == ("BTCUSDT", 4, 2, Decimal("0.500"))
    assert seeded.last_ms - seeded.first_ms == 3 * 60_000
    ledger = control.ledger()
    assert ledger.positions == {"BTCUSDT": Decimal("0.500")}
    assert len(ledger.fills) == 4
    assert sum(fill.signed for fill in ledger.fills) == Decimal("0.5")
    assert [order.status for order in ledger.open_orders] == ["NEW", "NEW"]
    assert ledger.commissions["USDT"] == sum(fill.commission for fill in ledger.fills)
    assert ledger.balances.keys() == {"USDT"}


def test_an_order_by_hand_rests_fills_in_parts_and_is_cancelled(control: VenueControl) -> None:
    placed = control.place("ETHUSDT", "BUY", "0.200", price="3000", client_order_id="by-hand")
    assert placed.fills == ()
    order = placed.order
    assert (order.symbol, order.side, order.type, order.status) == ("ETHUSDT", "BUY", "LIMIT", "NEW")
    assert (order.price, order.quantity, order.filled) == (Decimal(3_000), Decimal("0.2"), Decimal(0))
    assert order.is_open

    happened = control.fill("by-hand", quantity=Decimal("0.05"), price="2999.5")
    (fill,) = happened.fills
    assert (happened.order.status, happened.order.filled) == ("PARTIALLY_FILLED", Decimal("0.05"))
    assert (fill.client_order_id, fill.quantity, fill.price) == ("by-hand", Decimal("0.05"), Decimal("2999.5"))
    (rest,) = control.fill(order.order_id, quantity="0.05").fills
    assert int(rest.trade_id) == int(fill.trade_id) + 1
    assert rest.price == Decimal(3_000)

    cancelled = control.cancel("by-hand")
    assert (cancelled.order.status, cancelled.order.is_open, cancelled.fills) == ("CANCELED", False, ())
    ledger = control.ledger()
    assert ledger.order("by-hand") == cancelled.order
    assert ledger.fills_of("by-hand") == (fill, rest)
    with pytest.raises(KeyError, match="nobody's"):
        ledger.order("nobody's")


def test_a_market_order_by_hand_is_named_by_the_venue(control: VenueControl) -> None:
    happened = control.place("ETHUSDT", "SELL", "0.100")
    assert happened.order.client_order_id.startswith("web_")
    assert (happened.order.type, happened.order.status, happened.order.price) == ("MARKET", "FILLED", Decimal(0))
    (fill,) = happened.fills
    assert (fill.side, fill.signed, fill.maker) == ("SELL", Decimal("-0.1"), False)


def test_an_order_is_cancelled_by_its_number(control: VenueControl) -> None:
    order = control.place("BTCUSDT", "SELL", "0.010", price="150000", silent=True).order
    assert control.cancel(order.order_id, silent=True).order.status == "CANCELED"


def test_faults_are_listed_happen_and_are_cleared(control: VenueControl, running: VenueProcess) -> None:
    control.fail(PING, status=503, times=1)
    control.fail("GET *", body={"code": -1, "msg": "no"}, times=1, apply=True)
    control.fail("*", delay_secs=0.01)
    control.fail("POST *", drop=True)
    general = {"code": -1000, "msg": "An unknown error occurred while processing the request."}
    assert control.faults() == (
        VenueFault(call=PING, status=503, body=general, times=1, delay_secs=0, drop=False, apply=False),
        VenueFault(
            call="GET *", status=200, body={"code": -1, "msg": "no"}, times=1, delay_secs=0, drop=False, apply=True
        ),
        VenueFault(call="*", times=None, delay_secs=0.01, drop=False, apply=False),
        VenueFault(call="POST *", times=None, delay_secs=0, drop=True, apply=False),
    )
    assert ping(running)[0] == 503
    assert ping(running) == (200, '{"code": -1, "msg": "no"}')
    assert ping(running) == (200, "{}")
    assert [fault.call for fault in control.faults()] == ["*", "POST *"]
    control.clear_faults()
    assert control.faults() == ()


def test_a_text_is_answered_as_it_stands(control: VenueControl, running: VenueProcess) -> None:
    control.fail(PING, body="[{half")
    assert ping(running) == (200, "[{half")


def test_requests_are_logged_and_told_by_name(control: VenueControl, running: VenueProcess) -> None:
    control.fail(PING, status=503, times=1)
    ping(running)
    ping(running)
    failed, fine = control.requests(PING)
    assert (failed.call, failed.params, failed.status, failed.fault) == (PING, {"a": "1"}, 503, True)
    assert (fine.status, fine.fault) == (200, False)
    assert failed.time <= fine.time
    assert control.requests() == (failed, fine)
    assert control.requests("GET /fapi/v1/time") == ()
    control.clear_requests()
    assert control.requests() == ()


def test_the_stream_is_muted_unmuted_and_broken(control: VenueControl) -> None:
    control.mute()
    control.unmute()
    assert control.drop() == 0


def test_a_refusal_is_told_in_the_venues_words(control: VenueControl) -> None:
    with pytest.raises(ProcessFailedError, match=r"^the venue refused POST fills: no order nobody's$"):
        control.fill("nobody's")
    with pytest.raises(ProcessFailedError, match="symbol: unknown symbol 'BTC', known are BTCUSDT"):
        control.seed("BTC")
    with pytest.raises(ProcessFailedError, match="unknown call 'GET /nowhere'"):
        control.fail("GET /nowhere", status=500)
    with pytest.raises(ProcessFailedError, match="a fault needs status, body, delay_secs or drop"):
        control.fail(PING)
    done = control.place("BTCUSDT", "BUY", "0.010").order
    with pytest.raises(ProcessFailedError, match=f"order {done.order_id} is FILLED, not open"):
        control.cancel(done.order_id)


def test_a_venue_that_is_gone_is_told_as_that(tmp_path: Path) -> None:
    with VenueProcess(tmp_path) as venue:
        venue.control.place("BTCUSDT", "BUY", "0.010", price="50000", client_order_id="kept")
        before = venue.control.ledger()
        address = venue.control_url
    with pytest.raises(ProcessFailedError, match=f"the venue at {address} does not answer GET ledger"):
        venue.control.ledger()
    with venue:
        assert venue.control_url == address
        assert venue.control.ledger() == before
