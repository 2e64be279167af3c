from decimal import Decimal
from typing import Any

import msgspec
import pytest
from arena import Arena, all_but, asked, node_on
from nautilus_trader.core.nautilus_pyo3 import HttpMethod

from reconciliation.embedded.venue import VenueProcess
from reconciliation.settings.guards import GUARDS

POSITIONS = "GET /fapi/v3/positionRisk"
ACCOUNT = "GET /fapi/v2/account"
TRADES = "GET /fapi/v1/userTrades"
ONLY_POSITIONS: dict[str, Any] = {"inflight_check_interval_ms": 0, "open_check_interval_secs": None}
HELD = Decimal("0.5")


def seeded(venue: VenueProcess) -> None:
    venue.control.seed("BTCUSDT", fills=4, net=str(HELD))


def closed_by_hand(venue: VenueProcess) -> None:
    """Somebody closes the position, and neither the stream nor the list of trades ever says so."""
    venue.control.place("BTCUSDT", "SELL", str(HELD), client_order_id="by-hand", silent=True)
    venue.control.fail(TRADES, body=[])


@pytest.mark.parametrize(
    ("guards", "made_up"),
    [
        (GUARDS, False),
        (all_but("account_positions"), False),
        (all_but("confirmed_positions"), False),
        (all_but("account_positions", "confirmed_positions"), True),
    ],
)
def test_one_empty_reply_makes_up_no_trade(venue: VenueProcess, guards: tuple[str, ...], made_up: bool) -> None:
    """Either guard is enough; with neither the engine books a synthetic flat, and then a synthetic position."""
    seeded(venue)
    with node_on(venue, guards=guards, **ONLY_POSITIONS) as arena:
        arena.asks(venue, POSITIONS, 1)  # past the grace after the last fill
        real = arena.trade_ids()
        venue.control.fail(POSITIONS, body=[], times=2)
        arena.asks(venue, POSITIONS, 5)
        assert (arena.trade_ids() != real) is made_up


@pytest.mark.parametrize(("guards", "believed"), [(GUARDS, HELD), (all_but("account_positions"), Decimal(0))])
def test_the_account_refutes_replies_that_stay_empty(
    venue: VenueProcess, guards: tuple[str, ...], believed: Decimal
) -> None:
    """Repetition alone believes an empty reply in the end; the other question does not."""
    seeded(venue)
    with node_on(venue, guards=guards, tolerated_secs=1.0, **ONLY_POSITIONS) as arena:
        begun = asked(venue, ACCOUNT)
        venue.control.fail(POSITIONS, body=[])
        if believed:
            arena.asks(venue, ACCOUNT, 4)
        else:
            arena.until(lambda: arena.net() == 0, "the reply has been empty for long enough")
            assert asked(venue, ACCOUNT) == begun
        assert arena.net() == believed


def test_the_account_confirms_a_position_that_is_gone_at_once(venue: VenueProcess) -> None:
    seeded(venue)
    with node_on(venue, guards=GUARDS, tolerated_secs=3_600, **ONLY_POSITIONS) as arena:
        closed_by_hand(venue)
        arena.until(lambda: arena.net() == 0, "the confirmed absence is booked")


def test_an_account_that_lists_nothing_confirms_nothing(venue: VenueProcess) -> None:
    seeded(venue)
    with node_on(venue, guards=GUARDS, tolerated_secs=0.0, **ONLY_POSITIONS) as arena:
        account = msgspec.json.decode(venue_account(venue, arena))
        venue.control.fail(POSITIONS, body=[])
        venue.control.fail(ACCOUNT, body=account | {"positions": []})
        begun = asked(venue, ACCOUNT)
        arena.until(lambda: asked(venue, ACCOUNT) >= begun + 3, "the account was asked")
        assert arena.net() == HELD


def venue_account(venue: VenueProcess, arena: Arena) -> bytes:
    """What the account really answers."""
    endpoint = arena.client._futures_http_account._endpoint_futures_account
    timestamp = arena.client._futures_http_account._timestamp()
    raw: bytes = arena.run(endpoint._method(HttpMethod.GET, endpoint.GetParameters(timestamp=timestamp)))
    return raw


def test_an_absence_is_believed_after_it_lasted_where_nothing_else_can_be_asked(venue: VenueProcess) -> None:
    seeded(venue)
    with node_on(venue, guards=all_but("account_positions"), tolerated_secs=2.0, **ONLY_POSITIONS) as arena:
        closed_by_hand(venue)
        arena.asks(venue, POSITIONS, 2)
        assert arena.net() == HELD
        arena.until(lambda: arena.net() == 0, "it has lasted")


@pytest.mark.parametrize(("guards", "gives_up"), [(GUARDS, False), (all_but("patient_positions"), True)])
def test_the_position_check_does_not_give_up_while_queries_fail(
    venue: VenueProcess, guards: tuple[str, ...], gives_up: bool
) -> None:
    """A fill is lost, and the venue cannot tell its trades for longer than the check has attempts."""
    with node_on(venue, guards=guards, position_check_retries=2, **ONLY_POSITIONS) as arena:
        lost = lost_fill(venue, arena)
        venue.control.fail(TRADES, status=500)
        arena.asks(venue, POSITIONS, 12)
        venue.control.clear_faults()
        if gives_up:
            arena.asks(venue, POSITIONS, 4)
            assert arena.trade_ids() == []
        else:
            arena.until(lambda: arena.trade_ids() == [lost], "the fill was found with its real id")


def lost_fill(venue: VenueProcess, arena: Arena) -> str:
    """Fill a resting bid without a word; return the trade's id."""
    bid = arena.place_bid()
    arena.until(lambda: arena.status(bid) == "ACCEPTED", "the bid is accepted")
    venue.control.fill(bid, silent=True)
    return venue.control.ledger().fills[-1].trade_id


@pytest.mark.parametrize(("guards", "starts"), [(GUARDS, False), (all_but("account_positions"), True)])
def test_a_startup_that_leaves_a_cached_position_out_is_refused(
    venue: VenueProcess, redis: str, guards: tuple[str, ...], starts: bool
) -> None:
    seeded(venue)
    with node_on(venue, guards=GUARDS, cache_url=redis, **ONLY_POSITIONS) as arena:
        assert arena.net() == HELD
    venue.control.fail(POSITIONS, body=[])
    with node_on(venue, guards=guards, cache_url=redis, start=False, **ONLY_POSITIONS) as arena:
        assert arena.begin() is starts
