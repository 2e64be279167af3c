"""What the guards of the engine do for a venue whose client has none, and what they cannot do."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from arena import Arena, all_but, node_on
from other_venue import INSTRUMENT, NAME, SwallowingClient, SwallowingClientConfig, SwallowingClientFactory

from reconciliation import NodeBuilder
from reconciliation.settings.guards import GUARDS

TOLERATED_SECS = 2.5


def only_the_other(builder: NodeBuilder) -> None:
    builder.data_clients.clear()
    builder.exec_clients.clear()
    builder.add_exec_client(NAME, SwallowingClientConfig(), SwallowingClientFactory)


@pytest.fixture
def guards() -> tuple[str, ...]:
    return GUARDS


@pytest.fixture
def arena(guards: tuple[str, ...], nothing_left_behind: None) -> Iterator[Arena]:
    fixed: dict[str, Any] = {
        "tolerated_secs": TOLERATED_SECS,
        "configure": only_the_other,
        "inflight_check_interval_ms": 0,
    }
    with node_on(None, guards=guards, **fixed) as arena:
        yield arena


def resting(arena: Arena) -> str:
    bid = arena.place_bid(instrument=INSTRUMENT)
    arena.until(lambda: arena.status(bid) == "ACCEPTED", "the bid is accepted")
    return bid


def seen(arena: Arena, queries: int) -> None:
    client: SwallowingClient = arena.client
    begun = client.queries
    arena.until(lambda: client.queries >= begun + queries, f"{queries} queries")


@pytest.mark.parametrize("guards", [GUARDS, all_but("symbols", "reports", "query_errors")])
def test_an_outage_within_what_is_tolerated_rejects_no_order(arena: Arena) -> None:
    """The client answers "nothing" for as long, and the order is live all the while."""
    bid = resting(arena)
    arena.client.away = True
    arena.run_for(TOLERATED_SECS - 1)
    assert arena.status(bid) == "ACCEPTED"
    arena.client.away = False
    seen(arena, 8)
    assert arena.status(bid) == "ACCEPTED"


@pytest.mark.parametrize("guards", [all_but("answered_absence")])
def test_without_the_guard_it_does(arena: Arena) -> None:
    bid = resting(arena)
    arena.client.away = True
    arena.until(lambda: arena.status(bid) == "REJECTED", "the live order is given up", TOLERATED_SECS)


def test_what_remains_is_an_outage_that_lasts_longer(arena: Arena) -> None:
    """W37: nobody can tell such an answer from the truth, and it has lasted."""
    bid = resting(arena)
    arena.client.away = True
    arena.until(lambda: arena.status(bid) == "REJECTED", "the absence has lasted")


def test_an_order_that_is_gone_is_found_out(arena: Arena) -> None:
    bid = resting(arena)
    arena.client.resting.clear()
    arena.until(lambda: arena.status(bid) == "REJECTED", "the absence has lasted")


def test_a_client_that_raises_loses_nothing_however_long(arena: Arena) -> None:
    bid = resting(arena)
    arena.client.raising = True
    arena.run_for(TOLERATED_SECS + 1)
    assert arena.status(bid) == "ACCEPTED"


@pytest.mark.parametrize(("guards", "kept"), [(GUARDS, True), (all_but("confirmed_positions"), False)])
def test_an_outage_within_what_is_tolerated_closes_no_position(arena: Arena, *, kept: bool) -> None:
    bid = resting(arena)
    arena.client.fill(bid)
    arena.until(lambda: arena.net(INSTRUMENT) == Decimal("0.010"), "the fill came in")
    seen(arena, 4)
    real = arena.trade_ids()
    arena.client.away = True
    arena.run_for(TOLERATED_SECS - 1)
    arena.client.away = False
    seen(arena, 4)
    assert (arena.trade_ids() == real) is kept
    assert (arena.net(INSTRUMENT) == Decimal("0.010")) is kept, "nothing repairs what was made up"
