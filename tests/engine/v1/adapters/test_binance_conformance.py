"""The guarded Binance USD-M futures client keeps what any guarded client must; the stock one does not."""

from collections.abc import Iterator
from typing import Final

import pytest
from arena import all_but
from binance_stand import BinanceStand
from conformance import OF_MASS_STATUS, QUERIES, ClientContract, Query

from reconciliation.embedded.venue import VenueProcess
from reconciliation.engine.v1.adapters.binance import reports
from reconciliation.settings.guards import GUARDS

GUARD_OF: Final[dict[str, str]] = {
    "test_a_failed_query_raises_and_never_reads_as_empty": "query_errors",
    "test_an_order_is_none_when_the_venue_answered_so_and_only_then": "query_errors",
    "test_a_hung_query_ends_within_its_time_limit": "time_limits",
    "test_an_empty_answer_of_positions_is_confirmed_or_refused": "account_positions",
    "test_a_mass_status_in_which_a_query_failed_is_none_and_says_why": "reports",
    "test_an_open_order_older_than_the_lookback_is_in_the_mass_status": "reports",
    "test_an_open_order_that_the_venue_forgot_is_closed_at_the_next_start": "reports",
    "test_submits_whose_outcome_is_unknown_are_found_again": "unknown_outcomes",
    "test_failed_queries_reject_no_order_however_many": "query_errors",
}
"""The contracts that a guard is there for; the stock client keeps the others."""

PLAYED_WITH: Final[dict[str, tuple[Query, ...]]] = {
    "test_a_failed_query_raises_and_never_reads_as_empty": QUERIES,
    "test_a_hung_query_ends_within_its_time_limit": ("order",),
    "test_a_mass_status_in_which_a_query_failed_is_none_and_says_why": OF_MASS_STATUS,
}
"""The queries with which a contract is broken, of those it is parametrised with."""


@pytest.fixture(scope="module")
def venue_process() -> Iterator[VenueProcess]:
    with VenueProcess() as venue:
        yield venue


@pytest.fixture
def guards() -> tuple[str, ...]:
    return GUARDS


@pytest.fixture
def stand(
    venue_process: VenueProcess, guards: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> Iterator[BinanceStand]:
    monkeypatch.setattr(reports, "PAUSE_SECS", 0.01)
    stand = BinanceStand(venue_process, guards)
    yield stand
    stand.clean()


class TestBinance(ClientContract):
    """The guarded client."""


BREACHES: Final[dict[str, tuple[tuple[str, ...], str, tuple[Query, ...]]]] = {
    f"stock-{contract}-{query}": ((), contract, (query,) if query else ())
    for contract in GUARD_OF
    for query in PLAYED_WITH.get(contract, (None,))
} | {
    f"without {guard}-{contract}": (all_but(guard), contract, PLAYED_WITH.get(contract, ())[:1])
    for contract, guard in GUARD_OF.items()
}


@pytest.mark.parametrize(("guards", "contract", "arguments"), BREACHES.values(), ids=BREACHES)
def test_without_the_guard_the_contract_is_broken(
    contract: str, arguments: tuple[Query, ...], stand: BinanceStand
) -> None:
    with pytest.raises(AssertionError):
        getattr(ClientContract(), contract)(stand, *arguments)
