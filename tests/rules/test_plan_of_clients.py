"""The plan of a node is that of the clients which were really added; of several, the worst of each figure."""

import pytest
from msgspec.structs import replace

from reconciliation import load
from reconciliation.layers.settings_folder import shipped_settings
from reconciliation.rules.client import ClientTraits, StockFacts
from reconciliation.rules.plan import plan
from reconciliation.rules.subject import Subject, subject_of
from reconciliation.rules.timings import Span

OURS = ClientTraits("BINANCE", guarded=True, rejects_after=3, limits="BINANCE")
OKX = ClientTraits("OKX", guarded=False)
KRAKEN = ClientTraits("KRAKEN", guarded=False)
KNOWN = replace(OKX, stock=StockFacts(empties=("orders", "fills", "positions")))


def standard(*clients: ClientTraits) -> Subject:
    """The standard preset: in-flight 2 s, 5 s, 5 queries; open orders 5 s, which is 6 s in ticks, 5 counts."""
    return subject_of(load(preset="standard", env={}, settings_dir=shipped_settings()), clients)


def test_a_guarded_client_outlives_any_outage() -> None:
    told = plan(standard(OURS))
    assert told.submitted == {"no_such_order": Span(35.0, 37.0), "refused": None, "error": None}
    assert told.accepted == {"no_such_order": Span(30.0, 36.0), "refused": None, "error": None}
    assert told.outage_outlived is None
    assert told.budget.venue == "Binance USD-M futures"


def test_a_stock_client_of_another_venue_has_its_limits_and_a_finite_outage() -> None:
    told = plan(standard(OKX))
    # Believed when it has said nothing for 30 s: first asked after 5 s, and 6 s later it is resolved.
    assert told.submitted == dict.fromkeys(("no_such_order", "refused", "error"), Span(41.0, 51.0))
    # Six counts of 6 s do not outlast 30 s of silence, which begins at the last of them: six more.
    assert told.accepted == dict.fromkeys(("no_such_order", "refused", "error"), Span(66.0, 72.0))
    assert told.outage_outlived == 41.0 - 6.0
    assert (told.budget.venue, told.budget.limit_per_min, told.budget.estimate) == ("OKX", 300, True)
    # Ten open checks a minute ask for open and for closed orders, two position checks for positions.
    assert told.budget.idle_requests == {"open orders": 10.0, "closed orders": 10.0, "positions": 2.0}


def test_a_stock_client_that_is_known_raises_with_the_guard_and_its_absences_must_last() -> None:
    told = plan(standard(KNOWN))
    assert told.submitted == {"no_such_order": Span(41.0, 51.0), "refused": None, "error": None}
    assert told.accepted == {"no_such_order": Span(66.0, 72.0), "refused": None, "error": None}
    assert told.outage_outlived is None
    without = replace(standard(KNOWN), guards=standard(KNOWN).guards - {"query_errors"})
    assert plan(without).submitted == plan(standard(OKX)).submitted


def test_a_client_that_closes_what_it_could_not_ask_for_does_so_at_the_first_query() -> None:
    closing = replace(KNOWN, stock=StockFacts(empties=(), cancels_unanswered=True))
    bare = replace(standard(closing), guards=frozenset())
    told = plan(bare)
    assert told.submitted["error"] == told.submitted["refused"] == Span(5.0, 7.0)
    assert (
        told.submitted["no_such_order"] == plan(replace(standard(OKX), guards=frozenset())).submitted["no_such_order"]
    )
    assert plan(standard(closing)).submitted["error"] is None


def test_without_guards_one_empty_answer_is_enough_for_a_stock_client() -> None:
    bare = replace(standard(OKX), guards=frozenset())
    assert plan(bare).outage_outlived == 0.0
    assert plan(bare).accepted["refused"] == Span(30.0, 36.0)


@pytest.mark.parametrize("clients", [(OURS, OKX), (OKX, OURS)])
def test_of_several_clients_the_worst_figure_counts(clients: tuple[ClientTraits, ...]) -> None:
    told = plan(standard(*clients))
    assert told.submitted == {
        "no_such_order": Span(35.0, 37.0),  # of ours, which is believed at once
        "refused": Span(41.0, 51.0),
        "error": Span(41.0, 51.0),
    }
    assert told.accepted["no_such_order"] == Span(30.0, 36.0)
    assert told.outage_outlived == 35.0


def test_of_several_finite_outages_the_shortest_counts() -> None:
    hasty = ClientTraits("BINANCE", guarded=False, rejects_after=1)
    for clients in ((OKX, hasty), (hasty, OKX)):
        guarded = replace(standard(*clients), guards=frozenset({"confirmed_positions", "patient_positions"}))
        # Rejected at its first failed query, at 5 s; OKX's is last asked for 6 s before 19 s.
        assert plan(guarded).outage_outlived == 5.0
        assert plan(replace(guarded, clients=(OKX,))).outage_outlived == 13.0


def test_of_spans_that_begin_alike_the_one_that_ends_sooner_counts() -> None:
    """The stock Binance client rejects at its third error; OKX's order may live for ever."""
    bare = replace(standard(OKX, ClientTraits("BINANCE", guarded=False, rejects_after=5)), guards=frozenset())
    alone = plan(replace(bare, clients=(OKX,))).submitted["error"]
    told = plan(bare).submitted["error"]
    assert alone == Span(19.0, None)
    assert told is not None
    assert (told.soonest_secs, told.latest_secs is None) == (19.0, False)


@pytest.mark.parametrize(
    ("clients", "venue"),
    [
        ((OURS, OKX), "Binance USD-M futures"),
        ((OURS, KRAKEN), "Kraken"),
        ((ClientTraits("NOWHERE", guarded=False), OKX), "OKX"),
        ((ClientTraits("NOWHERE", guarded=False), ClientTraits("ELSEWHERE", guarded=False)), "NOWHERE"),
    ],
)
def test_the_budget_is_that_of_the_client_nearest_to_its_limit(clients: tuple[ClientTraits, ...], venue: str) -> None:
    assert plan(standard(*clients)).budget.venue == venue
