"""What any guarded client must keep, whatever its venue and the engine's generation.

An adapter's tests subclass `ClientContract` and give it a fixture `stand`: a venue that fails when it is told to, and
real nodes on it with the guarded client. Nothing here knows a venue or an engine.
"""

from collections.abc import Callable, Collection, Iterable
from contextlib import AbstractContextManager
from typing import Final, Literal, Protocol, get_args

import pytest

from reconciliation.embedded.cache import EmbeddedCache
from reconciliation.engine.client import Client, PositionMode
from reconciliation.engine.holdings import Holdings

Query = Literal["orders", "order", "fills", "positions"]
Check = Literal["inflight", "open", "positions"]
QUERIES: Final[tuple[Query, ...]] = get_args(Query)
OF_MASS_STATUS: Final[tuple[Query, ...]] = ("orders", "fills", "positions")
CHECKS: Final[tuple[Check, ...]] = get_args(Check)

NOTHING: Final[frozenset[str]] = frozenset()


class HungError(AssertionError):
    """A question was not answered for as long as a test waits."""


class Running(Protocol):
    """A node with one client; it works only while something is asked of it here."""

    @property
    def client(self) -> Client:
        """The client under test, as recon sees it."""

    def ask(self, query: Query, client_order_id: str) -> frozenset[str]:
        """Ask the client itself: ids of orders, of the one order, of trades, of instruments with a position.

        Raises:
            HungError: there was no answer.
            Exception: what the client raises.
        """

    def mass_status(self, lookback_mins: int | None = None) -> frozenset[str] | None:
        """Have the client make a mass status; the client order ids in it."""

    def holdings(self) -> Holdings:
        """Ask the client what the venue holds."""

    def place_bid(self) -> str:
        """Have a strategy place an order that rests; its client order id."""

    def status(self, client_order_id: str) -> str:
        """An order's status in the cache."""

    def until[T](self, asked: Callable[[], T], what: str) -> T:
        """Let the node work until the answer is true."""


class Stand(Protocol):
    """One adapter's venue, with nothing in it, and the nodes that trade there."""

    @property
    def instrument(self) -> str:
        """The instrument that everything here is about."""

    @property
    def lost_answers(self) -> Collection[str]:
        """The ways in which the answer to a submit can be lost."""

    @property
    def holding_calls(self) -> Iterable[str]:
        """The venue's calls that tell what the account holds."""

    def node(
        self,
        *,
        checks: Collection[Check] = (),
        cache_url: str | None = None,
        read_only: bool = False,
        position_mode: PositionMode = "netting",
        report_secs: float = 10.0,
    ) -> AbstractContextManager[Running]:
        """A node that has started, with those of the engine's checks."""

    def calls(self, query: Query) -> Iterable[str]:
        """The venue's calls that a query needs."""

    def asked(self, query: Query) -> int:
        """How often a call of a query came in."""

    # -- What goes wrong

    def fail(self, call: str) -> None:
        """Answer a call with an error of the server, until it is healed."""

    def hang(self, call: str) -> None:
        """Leave a call without an answer, until it is healed."""

    def lose_answer(self, way: str) -> None:
        """Have the next submit take effect without anybody hearing of it: its answer is lost, the stream is silent."""

    def forget(self, client_order_id: str) -> None:
        """Know an open order no more, and tell nobody."""

    def leave_positions_out(self) -> None:
        """Leave every position out of the answer that lists them."""

    def close_position_silently(self) -> None:
        """Close the position, and tell nobody."""

    def heal(self) -> None:
        """Answer truly again; the stream tells what happens from now on."""

    # -- What is true

    def rest(self) -> str:
        """Have an order rest that no node placed; its client order id."""

    def rest_for_days(self) -> str:
        """Have an order rest that somebody placed days ago, and nothing else; its client order id."""

    def hold(self) -> None:
        """Have the account hold a position, with the fills that led to it."""

    def keep_positions(self, mode: PositionMode) -> None:
        """Have the account keep positions in a mode."""

    def ledger(self) -> Holdings:
        """What the venue holds, whatever it answers."""

    def changes(self) -> int:
        """How many calls came in that change something."""

    def streams(self) -> int:
        """How many streams are open; they may be closed by this."""

    def names(self, call: str, reason: str) -> bool:
        """Whether a reason names a call."""


class ClientContract:
    """Subclass it, name the subclass `Test...`, and give it a fixture `stand`."""

    # -- Queries

    @pytest.mark.parametrize("query", QUERIES)
    def test_a_failed_query_raises_and_never_reads_as_empty(self, stand: Stand, query: Query) -> None:
        stand.hold()
        with stand.node() as node:
            bid = resting(node)
            known = node.ask(query, bid)
            assert known
            for call in stand.calls(query):
                stand.fail(call)
                assert refuses(lambda: node.ask(query, bid)), f"{call} failed, and it answered"
                stand.heal()
                assert node.ask(query, bid) == known

    def test_an_order_is_none_when_the_venue_answered_so_and_only_then(self, stand: Stand) -> None:
        with stand.node() as node:
            assert node.client.answers_absence
            bid = resting(node)
            assert node.ask("order", bid) == {bid}
            for call in stand.calls("order"):
                stand.fail(call)
            assert refuses(lambda: node.ask("order", bid))
            stand.heal()
            stand.forget(bid)
            assert node.ask("order", bid) == NOTHING
            assert node.ask("order", "never-placed") == NOTHING

    @pytest.mark.parametrize("query", QUERIES)
    def test_a_hung_query_ends_within_its_time_limit(self, stand: Stand, query: Query) -> None:
        stand.hold()
        with stand.node(report_secs=0.1) as node:
            bid = resting(node)
            for call in stand.calls(query):
                stand.hang(call)
                assert refuses(lambda: node.ask(query, bid)), f"{call} hung, and it answered"
                stand.heal()

    def test_an_empty_answer_of_positions_is_confirmed_or_refused(self, stand: Stand) -> None:
        stand.hold()
        with stand.node() as node:
            stand.leave_positions_out()
            assert refuses(lambda: node.ask("positions", ""))
            stand.heal()
            assert node.ask("positions", "") == {stand.instrument}
            stand.close_position_silently()
            assert node.ask("positions", "") == NOTHING

    # -- The mass status

    @pytest.mark.parametrize("query", OF_MASS_STATUS)
    def test_a_mass_status_in_which_a_query_failed_is_none_and_says_why(self, stand: Stand, query: Query) -> None:
        stand.hold()
        bid = stand.rest()
        with stand.node() as node:
            for call in stand.calls(query):
                stand.fail(call)
                assert node.mass_status() is None, f"{call} failed"
                assert stand.names(call, node.client.mass_status_failure)
                stand.heal()
                assert bid in (node.mass_status() or ())
                assert not node.client.mass_status_failure

    def test_an_open_order_older_than_the_lookback_is_in_the_mass_status(self, stand: Stand) -> None:
        old = stand.rest_for_days()
        with stand.node() as node:
            assert old in (node.mass_status(lookback_mins=60) or ())

    def test_an_open_order_that_the_venue_forgot_is_closed_at_the_next_start(self, stand: Stand) -> None:
        with EmbeddedCache() as cache:
            with stand.node(cache_url=cache.url) as node:
                bid = resting(node)
            stand.forget(bid)
            with stand.node(cache_url=cache.url) as node:
                assert node.status(bid) == "CANCELED"

    # -- What becomes of orders

    def test_an_open_order_that_the_venue_forgot_is_closed_by_the_open_check(self, stand: Stand) -> None:
        with stand.node(checks=["open"]) as node:
            bid = resting(node)
            stand.forget(bid)
            node.until(lambda: node.status(bid) in {"CANCELED", "REJECTED"}, "the order is closed")

    def test_submits_whose_outcome_is_unknown_are_found_again(self, stand: Stand) -> None:
        with stand.node(checks=["inflight"]) as node:
            for way in stand.lost_answers:
                stand.lose_answer(way)
            for call in stand.calls("order"):
                stand.fail(call)
            begun = stand.asked("order")
            bids = [node.place_bid() for _ in stand.lost_answers]
            node.until(
                lambda: rejected(node, bids) or stand.asked("order") >= begun + 2 * len(bids), "each is asked for"
            )
            assert [node.status(bid) for bid in bids] == ["SUBMITTED"] * len(bids)
            stand.heal()
            node.until(lambda: all(node.status(bid) == "ACCEPTED" for bid in bids), "each is found again")

    def test_failed_queries_reject_no_order_however_many(self, stand: Stand) -> None:
        """No check runs here: it is the client alone."""
        with stand.node() as node:
            stand.lose_answer(next(iter(stand.lost_answers)))
            bid = node.place_bid()
            node.until(lambda: node.status(bid) != "INITIALIZED", "it was sent")
            for call in stand.calls("order"):
                stand.fail(call)
            for _ in range(10):
                assert refuses(lambda: node.ask("order", bid))
            assert node.status(bid) == "SUBMITTED"

    # -- The venue, asked once more

    def test_what_the_venue_holds_is_told_or_an_error(self, stand: Stand) -> None:
        stand.hold()
        stand.rest()
        with stand.node() as node:
            assert node.client.can_verify
            resting(node)
            held = stand.ledger()
            assert len(held.open_orders) == 2
            assert held.positions
            assert node.holdings() == held
            for call in stand.holding_calls:
                stand.fail(call)
                assert refuses(node.holdings), f"{call} failed, and it answered"
                stand.heal()

    @pytest.mark.parametrize("mode", get_args(PositionMode))
    def test_the_position_mode_of_the_account_is_told(self, stand: Stand, mode: PositionMode) -> None:
        stand.keep_positions(mode)
        with stand.node(position_mode=mode) as node:
            assert node.client.position_mode == mode

    def test_the_loaded_instruments_are_told(self, stand: Stand) -> None:
        with stand.node() as node:
            assert stand.instrument in set(node.client.loaded_instruments())

    # -- A node that only looks

    def test_a_read_only_client_changes_nothing_and_opens_no_stream(self, stand: Stand) -> None:
        stand.hold()
        stand.rest()
        held, begun = stand.ledger(), stand.changes()
        with stand.node(read_only=True, checks=CHECKS) as node:
            asked = stand.asked("positions")
            node.until(lambda: stand.asked("positions") >= asked + 2, "its checks ask")
            assert stand.streams() == 0
        assert stand.changes() == begun
        assert stand.ledger() == held
        with stand.node() as node:
            assert stand.streams() > 0


def resting(node: Running) -> str:
    """An order that venue and node both know."""
    bid = node.place_bid()
    node.until(lambda: node.status(bid) == "ACCEPTED", "the bid is accepted")
    return bid


def rejected(node: Running, bids: Iterable[str]) -> bool:
    return any(node.status(bid) == "REJECTED" for bid in bids)


def refuses(ask: Callable[[], object]) -> bool:
    """Whether a question ends in an error of the client's own."""
    try:
        ask()
    except HungError:
        raise
    except Exception:  # noqa: BLE001 - which one is the adapter's own matter
        return True
    return False
