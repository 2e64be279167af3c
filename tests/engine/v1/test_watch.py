"""What a watched engine tells: its checks, the fills that did not come by the stream, orders that appeared."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from arena import OFF, Arena, node_on

from reconciliation.embedded.venue import VenueProcess
from reconciliation.engine import lifecycle
from reconciliation.engine.counts import Absence
from reconciliation.engine.v1.adapters.lookup import client_of
from reconciliation.engine.v1.watch import Watch
from reconciliation.settings.guards import GUARDS

OPEN_ORDERS = "GET /fapi/v1/openOrders"
ALL_ORDERS = "GET /fapi/v1/allOrders"
ORDER = "GET /fapi/v1/order"
POSITIONS = "GET /fapi/v3/positionRisk"
TRADES = "GET /fapi/v1/userTrades"
SUBMIT = "POST /fapi/v1/order"


class Watched:
    """A running node, its watch, and what the watch told."""

    def __init__(self, arena: Arena, watch: Watch, told: list[lifecycle.Event]) -> None:
        self.arena = arena
        self.watch = watch
        self.told = told

    def of[T](self, kind: type[T]) -> list[T]:
        return [event for event in self.told if isinstance(event, kind)]

    def checks(self, check: str) -> list[lifecycle.CheckEnded]:
        return [event for event in self.of(lifecycle.CheckEnded) if event.check == check]

    def runs_on(self, check: str, more: int = 2) -> list[lifecycle.CheckEnded]:
        """Let a check run so often, and return what it told meanwhile."""
        begun = len(self.checks(check))
        self.arena.until(lambda: len(self.checks(check)) >= begun + more, f"{more} more {check} checks")
        return self.checks(check)[begun:]


@contextmanager
def watched(venue: VenueProcess, guards: tuple[str, ...] = GUARDS, **engine: Any) -> Iterator[Watched]:
    lifecycle_told = lifecycle.Lifecycle()
    told: list[lifecycle.Event] = []
    lifecycle_told.observe(told.append)
    with node_on(venue, guards=guards, start=False, observer=lifecycle_told.emit, **engine) as arena:
        watch = Watch(arena.engine, [client_of(arena.client)], lifecycle_told, lambda: 0)
        arena.start()
        lifecycle_told.emit(lifecycle.Started(0.0))
        yield Watched(arena, watch, told)


def resting(node: Watched) -> str:
    bid = node.arena.place_bid()
    node.arena.until(lambda: node.arena.status(bid) == "ACCEPTED", "the bid is accepted")
    return bid


def test_every_check_tells_that_it_ran_and_how_long_it_took(venue: VenueProcess) -> None:
    with watched(venue) as node:
        for check in ("inflight", "open_orders", "positions"):
            for ended in node.runs_on(check):
                assert not ended.reason
                assert ended.secs >= 0
        venue.control.fail(OPEN_ORDERS, delay_secs=0.3, times=1, status=200, body=[])
        node.arena.until(lambda: max(ended.secs for ended in node.checks("open_orders")) > 0.3, "a slow one is told")


def test_a_check_whose_query_failed_says_why_and_the_next_one_that_it_went_well(venue: VenueProcess) -> None:
    for guards in (GUARDS, ("query_errors",)):
        with watched(venue, guards=guards) as node:
            resting(node)
            venue.control.fail(OPEN_ORDERS, status=503)
            failed = node.runs_on("open_orders")[-1]
            assert "503" in failed.reason
            assert not node.runs_on("inflight")[-1].reason
            venue.control.clear_faults()
            assert not node.runs_on("open_orders")[-1].reason


def test_checks_that_overlap_each_tell_what_failed_while_they_ran(venue: VenueProcess) -> None:
    """The engine runs them one after another; a program of one's own may not, and is not broken by being watched."""
    with watched(venue, **OFF) as node:
        engine = node.arena.engine
        venue.control.fail(POSITIONS, status=503, delay_secs=0.3)

        async def both() -> list[object]:
            checks = (engine._check_positions_consistency(), engine._check_inflight_orders())
            return list(await asyncio.gather(*checks, return_exceptions=True))

        assert node.arena.loop.run_until_complete(both()) == [None, None]
        inflight, positions = node.of(lifecycle.CheckEnded)
        assert (inflight.check, inflight.reason) == ("inflight", "")
        assert positions.check == "positions"
        assert "503" in positions.reason
        assert node.watch.counts().checks_alive > 0


def test_a_fill_that_the_stream_did_not_bring_is_told_as_the_venues(venue: VenueProcess) -> None:
    with watched(venue) as node:
        bid = resting(node)
        venue.control.mute()
        venue.control.fill(bid, quantity="0.004")
        node.arena.until(lambda: node.of(lifecycle.FillBrought), "a check brought it")
        (brought,) = node.of(lifecycle.FillBrought)
        assert (brought.origin, brought.client_order_id, brought.trade_id) == ("venue", bid, "1001")
        node.runs_on("open_orders")
        assert len(node.of(lifecycle.FillBrought)) == 1


def test_a_fill_that_the_venue_denies_is_told_as_inferred(venue: VenueProcess) -> None:
    with watched(venue, guards=()) as node:
        bid = resting(node)
        venue.control.mute()
        venue.control.fill(bid, quantity="0.004")
        node.arena.until(lambda: node.of(lifecycle.FillBrought), "a check brought it")
        assert {brought.origin for brought in node.of(lifecycle.FillBrought)} == {"inferred"}


def test_a_fill_by_the_stream_is_not_told_and_one_told_again_is(venue: VenueProcess) -> None:
    with watched(venue, **OFF) as node:
        bid = resting(node)
        venue.control.fill(bid, quantity="0.004")
        node.arena.until(lambda: node.arena.status(bid) == "PARTIALLY_FILLED", "it traded")
        assert not node.of(lifecycle.FillBrought)
        assert not node.of(lifecycle.FillToldTwice)
        venue.control.tell_again(2)
        node.arena.until(lambda: len(node.of(lifecycle.FillToldTwice)) == 2, "both were noticed")
        assert node.arena.trade_ids() == ["1001"]


def test_an_order_by_hand_is_told_once_and_counted_while_it_is_open(venue: VenueProcess) -> None:
    with watched(venue) as node:
        own = resting(node)
        venue.control.place("BTCUSDT", "BUY", "0.010", price="30000", client_order_id="web")
        node.arena.until(lambda: node.of(lifecycle.ExternalOrderSeen), "it was seen")
        (seen,) = node.of(lifecycle.ExternalOrderSeen)
        assert (seen.client_order_id, seen.strategy_id) == ("web", "EXTERNAL")
        assert (node.watch.counts().open_orders, node.watch.counts().external_orders) == (2, 1)
        venue.control.cancel("web")
        node.arena.until(lambda: node.watch.counts().external_orders == 0, "it is gone")
        assert node.watch.counts().open_orders == 1
        assert node.arena.status(own) == "ACCEPTED"


def test_of_what_a_startup_brings_in_only_open_orders_are_told_one_by_one(venue: VenueProcess) -> None:
    venue.control.seed("BTCUSDT", fills=5, net="0.5", open_orders=2)
    with watched(venue) as node:
        assert not node.of(lifecycle.FillBrought)
        seen = {event.client_order_id for event in node.of(lifecycle.ExternalOrderSeen)}
        assert seen == {order.client_order_id for order in venue.control.ledger().orders if order.status == "NEW"}
        assert len(seen) == 2


def test_what_awaits_an_answer_is_counted_with_its_age(venue: VenueProcess) -> None:
    with watched(venue, **OFF) as node:
        venue.control.mute()
        venue.control.fail(SUBMIT, delay_secs=2, apply=True, status=200, body={}, times=1)
        node.arena.place_bid()
        node.arena.until(lambda: node.watch.counts().inflight_orders == 1, "it is under way")
        assert node.watch.counts().oldest_inflight > 1_000_000_000


def test_an_absence_is_held_from_its_first_day_to_its_end(venue: VenueProcess) -> None:
    """A position that the venue's replies leave out, while the account has it."""
    venue.control.seed("BTCUSDT", fills=2, net="0.5")
    with watched(venue, guards=tuple(name for name in GUARDS if name != "account_positions")) as node:
        venue.control.fail(POSITIONS, body=[])
        node.arena.until(lambda: node.watch.counts().held_absent, "it is held")
        ((absence, since),) = node.watch.counts().held_absent.items()
        assert absence == Absence("position", "BTCUSDT-PERP.BINANCE")
        node.runs_on("positions")
        assert node.watch.counts().held_absent == {absence: since}
        venue.control.clear_faults()
        node.runs_on("positions")
        assert not node.watch.counts().held_absent


def test_an_order_is_held_until_the_venue_tells_of_it(venue: VenueProcess) -> None:
    with watched(venue, inflight_check_interval_ms=0) as node:
        bid = resting(node)
        venue.control.fail(OPEN_ORDERS, body=[])
        venue.control.fail(ALL_ORDERS, body=[])
        venue.control.fail(ORDER, status=503)
        node.arena.until(lambda: Absence("order", bid) in node.watch.counts().held_absent, "it is held")
        venue.control.clear_faults()
        node.arena.until(lambda: not node.watch.counts().held_absent, "it is let go")
        assert node.arena.status(bid) == "ACCEPTED"


def test_external_orders_that_were_purged_are_forgotten(venue: VenueProcess) -> None:
    """Or a node that runs for months would know of every one that it ever saw."""
    venue.control.seed("BTCUSDT", open_orders=3)
    with watched(venue, **OFF) as node:
        assert len(node.watch._external) == node.watch.counts().external_orders == 3
        kept, *purged = node.arena.cache.client_order_ids_open()
        for client_order_id in purged:
            venue.control.cancel(client_order_id.value)
        node.arena.until(lambda: node.watch.counts().open_orders == 1, "two are cancelled")
        for client_order_id in purged:
            node.arena.cache.purge_order(client_order_id)
        node.arena.run(node.arena.engine._check_inflight_orders())
        assert node.watch._external == {kept}
