"""Each rule: a setting that trips it, and one just inside the bound that does not."""

from typing import Any

import pytest
from msgspec.structs import replace
from rule_subjects import QUICK_TO_FAIL, finding, hand, ids, ours, unguarded

from reconciliation.rules.catalogue import RULES
from reconciliation.rules.client import ClientTraits, StockFacts
from reconciliation.rules.subject import Subject

IDS = ("BTCUSDT-PERP.BINANCE",)
OPEN_ONLY = {"open_check_open_only": True}
SELDOM: dict[str, Any] = OPEN_ONLY | {
    "open_check_interval_secs": 60.0,
    "position_check_interval_secs": None,
    "inflight_check_interval_ms": None,
}
"""Checks that ask for hardly anything, and not before a start's first minute is over."""
WHOLE = {"open_check_open_only": False, "open_check_interval_secs": 5.0}


def r(**keys: Any) -> Subject:
    return ours(reconciliation=keys)


GRACEFUL = {"graceful_shutdown_on_exception": True}


def facts(given: dict[str, Any], **keys: Any) -> Subject:
    return ours(facts=given, reconciliation=keys)


def resting(mins: int, **keys: Any) -> Subject:
    """Return settings of a node that leaves it to the lookback which open orders a check is told of."""
    subject = unguarded("reports", **keys)
    return replace(subject, facts=subject.facts.model_copy(update={"max_resting_order_mins": mins}))


def hedging(**keys: Any) -> Subject:
    return ours(node={"position_mode": "hedging"}, reconciliation=keys)


def stock(subject: Subject) -> Subject:
    return replace(subject, clients=(ClientTraits("OKX", guarded=False),))


def deaf(subject: Subject) -> Subject:
    """Through a client that cannot ask for one order."""
    facts = StockFacts(empties=("orders", "fills", "positions"), asks_single=False, rejects_unknown=True)
    return replace(subject, clients=(ClientTraits("DERIBIT", guarded=False, stock=facts),))


def near_sighted(subject: Subject) -> Subject:
    """Through a client that cannot ask far back."""
    facts = StockFacts(empties=(), longest_lookback_mins=10_080)
    return replace(subject, clients=(ClientTraits("BYBIT", guarded=False, stock=facts),))


CASES: list[tuple[str, Subject, Subject]] = [
    ("E01", hand(refused={"reconciliation.open_check_interval_secs": "nan"}), hand()),
    ("E02", hand(reconciliation={"inflight_check_retries": 0}), hand(reconciliation={"inflight_check_retries": 1})),
    ("E02", hand(reconciliation={"inflight_check_retries": 0}),
     hand(reconciliation={"inflight_check_retries": 0, "inflight_check_interval_ms": None})),
    ("E03", unguarded("answered_absence", "own_counters", inflight_check_retries=1), unguarded("own_counters")),
    ("E03", hand({"tolerated_outage_secs": 17.1}), hand({"tolerated_outage_secs": 17.0})),
    ("E04", unguarded("answered_absence", "bulk_queries", open_check_missing_retries=4),
     unguarded("answered_absence", "bulk_queries", open_check_missing_retries=5)),
    ("E04", unguarded("bulk_queries", "answered_absence", open_check_missing_retries=4),
     unguarded("bulk_queries", "answered_absence", open_check_missing_retries=4, **OPEN_ONLY)),
    ("E04", stock(unguarded("answered_absence", open_check_missing_retries=1)),
     stock(unguarded("bulk_queries", open_check_missing_retries=1))),
    ("E05", unguarded("confirmed_positions"), r()),
    ("E05", unguarded("confirmed_positions"), unguarded("confirmed_positions", generate_missing_orders=False)),
    ("E05", unguarded("confirmed_positions"), unguarded("confirmed_positions", position_check_interval_secs=None)),
    ("E06", r(position_check_retries=0), r(position_check_retries=1)),
    ("E06", r(position_check_retries=0), r(position_check_retries=0, position_check_interval_secs=None)),
    ("E07", r(filter_position_reports=True), r(filter_position_reports=True, position_check_interval_secs=None)),
    ("E08", r(filtered_client_order_ids=("O-1",)),
     r(filtered_client_order_ids=("O-1",), open_check_interval_secs=None)),
    ("E09", hedging(), hedging(position_check_interval_secs=None)),
    ("E10", hedging(generate_missing_orders=False), hedging()),
    ("E10", hedging(generate_missing_orders=False), r(generate_missing_orders=False)),
    ("E11", r(purge_closed_orders_buffer_mins=None), r(purge_closed_orders_buffer_mins=1)),
    ("E11", r(purge_closed_positions_interval_mins=5),
     r(purge_closed_positions_interval_mins=5, purge_closed_positions_buffer_mins=1)),
    ("E11", r(purge_account_events_lookback_mins=None),
     r(purge_account_events_lookback_mins=None, purge_account_events_interval_mins=None)),
    ("E11", hand(reconciliation={"purge_closed_orders_buffer_mins": 0}), hand()),
    ("E12", r(purge_from_database=True), r()),
    ("E12", hand(reconciliation={"purge_from_database": True}),
     hand(reconciliation={"purge_from_database": True, "enabled": False})),
    ("E13", hand(database=replace(QUICK_TO_FAIL, flush_on_start=True)),
     hand(database=replace(QUICK_TO_FAIL, flush_on_start=True), facts={"database_shared": False})),
    ("E13", hand(database=replace(QUICK_TO_FAIL, flush_on_start=True), facts={"database_shared": True}), hand()),
    ("E14", hand(database=replace(QUICK_TO_FAIL, use_instance_id=True)),
     hand({"instance_id": "8c5bd4d6-0c2b-4b1e-9d52-0d6a6ee5f0c1"},
          database=replace(QUICK_TO_FAIL, use_instance_id=True))),
    ("E15", ours(cache={"load_cache": False}), ours(cache={"load_cache": True})),
    ("E15", hand(load_cache=False), hand(load_cache=False, database=None)),
    ("E16", hand(reconciliation={"enabled": False}),
     hand(reconciliation={"enabled": False, "inflight_check_interval_ms": None})),
    ("E17", facts({"venue_round_trip_ms": 400}), facts({"venue_round_trip_ms": 399})),
    ("E17", facts({"venue_round_trip_ms": 400}), facts({"venue_round_trip_ms": 400}, **OPEN_ONLY)),
    ("E17", facts({"venue_round_trip_ms": 400}), r(max_single_order_queries_per_cycle=1_000)),
    ("E18", hand(database=replace(QUICK_TO_FAIL, boot_wait_secs=30.1)),
     hand(database=replace(QUICK_TO_FAIL, boot_wait_secs=30.0))),
    ("E19", ours(claims={"A-1": {"instrument_ids": IDS}}, reconciliation={"instrument_ids": ("ETHUSDT-PERP.BINANCE",)}),
     ours(claims={"A-1": {"instrument_ids": IDS}}, reconciliation={"instrument_ids": IDS})),
    ("E19", hand(claims={"A-1": IDS, "B-1": IDS}), hand(claims={"A-1": IDS, "B-1": ("ETHUSDT-PERP.BINANCE",)})),
    ("E19", hand(claims={"A-1": IDS * 2}), hand(claims={"A-1": IDS})),
    ("E19", hand(claims={"A-1": ("BTCUSDT",)}), hand(claims={"A-1": IDS})),
    ("E20", hand(database=replace(QUICK_TO_FAIL, unescaped=("password",))), hand()),
    ("E21", unguarded("patient_positions", position_check_retries=1),
     unguarded("patient_positions", position_check_retries=2)),
    ("E22", replace(ours(), unusable={"strategies.A-1.strategy_path": "there is no module nope"}), ours()),
    ("E23", deaf(hand()), hand()),
    ("E23", deaf(hand()), deaf(hand(reconciliation={"inflight_check_interval_ms": None}))),
    ("E23", deaf(unguarded("query_errors")), deaf(unguarded())),
    ("E24", near_sighted(r(lookback_mins=10_081)), near_sighted(r(lookback_mins=10_080))),
    ("E24", near_sighted(r(lookback_mins=10_081)), near_sighted(r(lookback_mins=None))),
    ("E24", near_sighted(r(lookback_mins=10_081)), r(lookback_mins=10_081)),
    ("W21", r(**OPEN_ONLY), r()),
    ("W21", r(open_check_interval_secs=None), r(position_check_interval_secs=None)),
    ("W22", resting(61), resting(60)),
    ("W22", resting(61), resting(61, **OPEN_ONLY)),
    ("W22", resting(61), facts({"max_resting_order_mins": 61})),
    ("W22", stock(facts({"max_resting_order_mins": 61})), facts({"max_resting_order_mins": 61})),
    ("W22", hand(None, WHOLE, {"max_resting_order_mins": 61}), hand(None, WHOLE, {"max_resting_order_mins": 60})),
    ("W23", r(inflight_check_interval_ms=None), r()),
    ("W24", facts({"venue_round_trip_ms": 5_000}), facts({"venue_round_trip_ms": 4_999})),
    ("W25", r(**OPEN_ONLY, open_check_missing_retries=6), r(**OPEN_ONLY)),
    ("W25", r(own_books_audit_interval_secs=30.0),
     ours(reconciliation={"own_books_audit_interval_secs": 30.0}, node={"manage_own_order_books": True})),
    ("W25", r(**OPEN_ONLY, single_order_query_delay_ms=1), r(single_order_query_delay_ms=1)),
    ("W26", r(filter_unclaimed_external_orders=True),
     r(filter_unclaimed_external_orders=True, generate_missing_orders=False)),
    ("W27", hand(reconciliation={"filter_unclaimed_external_orders": True}, database=None),
     hand(reconciliation={"filter_unclaimed_external_orders": True})),
    ("W27", hand(reconciliation={"filter_unclaimed_external_orders": True}, database=None),
     hand(reconciliation={"filter_unclaimed_external_orders": True}, database=None, claims={"A-1": IDS})),
    ("W28", hand(reconciliation={"lookback_mins": 60}, database=None), hand(reconciliation={"lookback_mins": 60})),
    ("W28", hand(reconciliation={"lookback_mins": 60}, database=None),
     hand(reconciliation={"lookback_mins": 0}, database=None)),
    ("W29", r(purge_closed_positions_interval_mins=10, purge_closed_positions_buffer_mins=60), r()),
    ("W30", hand(GRACEFUL, facts={"supervisor_restarts": "on-failure"}),
     hand(GRACEFUL, facts={"supervisor_restarts": "always"})),
    ("W30", hand(GRACEFUL, facts={"supervisor_restarts": "on-failure"}),
     ours(node=GRACEFUL, facts={"supervisor_restarts": "on-failure"})),
    ("W31", facts({"container_grace_secs": 40.0}), facts({"container_grace_secs": 40.1})),
    ("W32", r(open_check_interval_secs=4.9), r(open_check_interval_secs=5.0)),
    ("W32", r(position_check_interval_secs=4.9), r(position_check_interval_secs=5.0)),
    ("W33", hand({"save_state": True}, database=None), hand({"save_state": True})),
    ("W33", hand(database=None, persisting=("snapshot_orders",)), hand(database=None)),
    ("W34", facts({"account_shared": True}), facts({"account_shared": False})),
    ("W34", facts({"account_shared": True}),
     facts({"account_shared": True}, filter_position_reports=True, position_check_interval_secs=None)),
    ("W35", hand(), hand(whole_node=False)),
    ("W36", facts({"symbols": 100}), facts({"symbols": 1})),
    ("W36", facts({"symbols": 100}), r()),
    ("W36", r(open_check_interval_secs=2.0), r()),
    ("W36", facts({"symbols": 10}), facts({"symbols": 5})),
    ("W36", facts({"symbols": 150}, **SELDOM), facts({"symbols": 140}, **SELDOM)),
    ("W36", facts({"symbols": 5, "history_orders": 240_000}, **SELDOM),
     facts({"symbols": 5, "history_orders": 200_000}, **SELDOM)),
    ("W36", facts({"symbols": 150}, **SELDOM), hand(facts={"symbols": 150}, reconciliation=SELDOM)),
    ("W37", stock(ours()), ours()),
    ("W37", unguarded("query_errors"), unguarded("history")),
    ("W38", ours(node={"accept": ("E01", "E99")}), ours(node={"accept": tuple(rule.id for rule in RULES)})),
    ("W38", hand({"accept": ("W20",)}), hand({"accept": ("W21",)})),
    ("W38", ours(node={"accept": ("E29",)}, reconciliation={"enabled": False}), r(enabled=False)),
    ("W39", ours(node={"lease": False}), ours(node={"lease": True})),
    ("W39", ours(node={"lease": False}), hand({"lease": False})),
    ("W40", r(open_check_interval_secs=5_000.0), r(open_check_interval_secs=999.0)),
    ("W40", r(position_check_interval_secs=3_601.0), r(position_check_interval_secs=3_600.0)),
    ("W40", r(startup_delay_secs=10_000.0), r(startup_delay_secs=1_800.0)),
    ("W40", r(open_check_threshold_ms=5), r(open_check_threshold_ms=0)),
    ("W40", r(open_check_threshold_ms=5), facts({"venue_round_trip_ms": 4}, open_check_threshold_ms=5)),
    ("W40", r(open_check_lookback_mins=3_600), r(open_check_lookback_mins=1_440)),
    ("W40", r(open_check_lookback_mins=86_400),
     facts({"max_resting_order_mins": 86_400}, open_check_lookback_mins=86_400)),
    ("W40", r(lookback_mins=24), r(lookback_mins=0)),
    ("W40", r(purge_closed_orders_interval_mins=600), r(purge_closed_orders_interval_mins=720)),
    ("W40", r(purge_closed_orders_buffer_mins=3_600), r(purge_closed_orders_buffer_mins=600)),
    ("W40", ours(node={"timeout_post_stop": 2_000.0}), ours(node={"timeout_post_stop": 1_200.0})),
    ("W40", ours(node={"timeout_report": 1_000.0}), hand({"timeout_report": 1_000.0}, names={})),
    ("W40", facts({"symbols": 1}, open_check_interval_secs=5_000.0),
     facts({"symbols": 20_000}, open_check_interval_secs=5_000.0)),
    ("W40", hand(reconciliation={"inflight_check_interval_ms": 5}),
     hand(reconciliation={"inflight_check_interval_ms": 100})),
    ("W40", hand(reconciliation={"inflight_check_threshold_ms": 99}),
     hand(reconciliation={"inflight_check_threshold_ms": 100})),
    ("W41", ours(facts={"history_orders": 70_000}), ours(facts={"history_orders": 60_000})),
    ("W41", ours(facts={"history_orders": 300, "venue_round_trip_ms": 5_000}),
     ours(facts={"history_orders": 300, "venue_round_trip_ms": 3_700})),
    ("W41", ours(node={"accelerate": ()}, facts={"history_orders": 1, "symbols": 200}),
     ours(node={"accelerate": ()}, facts={"history_orders": 1, "symbols": 100})),
    ("W41", ours(facts={"history_orders": 70_000}),
     ours(facts={"history_orders": 70_000}, node={"timeout_reconciliation": 41.0})),
]  # fmt: skip


@pytest.mark.parametrize(("rule_id", "broken", "kept"), CASES, ids=[case[0] for case in CASES])
def test_a_rule_speaks_when_it_is_broken_and_is_silent_just_inside(
    rule_id: str, broken: Subject, kept: Subject
) -> None:
    found = finding(broken, rule_id)
    assert found is not None
    assert found.figure
    assert found.message.endswith(".")
    assert found.hint
    assert finding(kept, rule_id) is None


def test_every_rule_has_such_a_pair() -> None:
    assert {rule_id for rule_id, _, _ in CASES} == {rule.id for rule in RULES}


@pytest.mark.parametrize("rule_id", ["E17", "W22", "W24", "W30", "W31", "W34"])
def test_a_rule_whose_fact_is_unset_is_silent(rule_id: str) -> None:
    keen = {"max_single_order_queries_per_cycle": 1_000, "single_order_query_delay_ms": 60_000}
    assert finding(ours(reconciliation={"open_check_threshold_ms": 0, **keen}), rule_id) is None
    assert finding(hand({"graceful_shutdown_on_exception": True}), rule_id) is None


def test_the_database_is_silent_when_it_is_not_known() -> None:
    keys = {"filter_unclaimed_external_orders": True, "lookback_mins": 5}
    unknown = hand({"save_state": True}, keys, database=None, database_known=False)
    assert not {"W27", "W28", "W33"} & ids(unknown)
    assert finding(replace(unknown, load_cache=False), "E15") is not None


@pytest.mark.parametrize(
    ("subject", "rule_id", "figure", "hint"),
    [
        (
            unguarded("answered_absence", "own_counters", inflight_check_retries=1),
            "E03",
            "until an unanswered SUBMITTED order is called REJECTED",
            "put answered_absence back into node.guards; or set reconciliation.inflight_check_retries = ",
        ),
        (hand(), "E03", "while the venue answers 503; you tolerate 30 s", "inflight_check_threshold_ms="),
        (facts({"container_grace_secs": 20.0}), "W31", "a stop may take 40 s; the supervisor kills after 20 s", "40 s"),
        (r(open_check_interval_secs=2.0), "W32", "open orders are checked every 2 s", "= 5.0"),
        (
            resting(1_440),
            "W22",
            "the check looks back 60 min; orders rest up to 1440 min",
            "put reports back into node.guards; or set reconciliation.open_check_lookback_mins = 1440",
        ),
        (
            r(**OPEN_ONLY, position_check_interval_secs=None),
            "W21",
            "a lost fill is repaired: never; a lost cancel: never",
            "set reconciliation.open_check_open_only = false",
        ),
        (
            ours(node={"accept": ("E99", "E06", "W90")}),
            "W38",
            "E99 and W90 are no rule",
            "leave E99 and W90 out of node.accept, or write E19 and W40 where that was meant",
        ),
        (hedging(), "E09", "every 30 s", 'set reconciliation.position_check_interval_secs = "none"'),
        (
            r(open_check_interval_secs=2.0),
            "W36",
            "weight a minute already at 1 symbol,",
            "open_check_interval_secs = 5.0",
        ),
        (facts({"symbols": 1}, open_check_interval_secs=2.0), "W36", "weight a minute at 1 symbol,", "= 5.0"),
        (
            facts({"symbols": 150}, **SELDOM),
            "W36",
            "2509 weight in the first minute of a start at 150 symbols; Binance USD-M futures allows 2400",
            "trade fewer symbols from this address",
        ),
        (
            facts({"symbols": 5, "history_orders": 240_000}, **SELDOM),
            "W36",
            "weight in the first minute of a start at 5 symbols;",
            "shorten reconciliation.lookback_mins, or trade fewer symbols from this address",
        ),
        (
            facts({"symbols": 20}),
            "W36",
            "weight a minute at 20 symbols,",
            "set reconciliation.open_check_interval_secs =",
        ),
        (
            r(open_check_interval_secs=5_000.0, lookback_mins=86_400),
            "W40",
            (
                "reconciliation.open_check_interval_secs is 5000 s (83.3 min), as if 5000 ms were meant;"
                " reconciliation.lookback_mins is 86400 min (60 days), as if 86400 s were meant"
            ),
            (
                "set reconciliation.open_check_interval_secs = 5.0 and reconciliation.lookback_mins = 1440, or put W40"
                " into node.accept"
            ),
        ),
        (
            hand(reconciliation={"inflight_check_interval_ms": 5, "open_check_lookback_mins": 24}),
            "W40",
            (
                "reconciliation.inflight_check_interval_ms is 5 ms, as if 5 s were meant;"
                " reconciliation.open_check_lookback_mins is 24 min, as if 24 h were meant"
            ),
            "set reconciliation.inflight_check_interval_ms=5000 and reconciliation.open_check_lookback_mins=1440",
        ),
        (
            r(filter_unclaimed_external_orders=True),
            "W26",
            "external orders that no strategy claims are dropped, and missing orders are generated",
            "set reconciliation.filter_unclaimed_external_orders = false, and claim what a strategy should own",
        ),
        (
            r(filtered_client_order_ids=("O-1",)),
            "E08",
            "1 client order id filtered, and",
            "set reconciliation.filtered_client_order_ids = [], or reconciliation.open_check_interval_secs = ",
        ),
        (r(filtered_client_order_ids=("O-1", "O-2")), "E08", "2 client order ids filtered", "= []"),
        (
            ours(reconciliation={"max_single_order_queries_per_cycle": 1}, facts={"venue_round_trip_ms": 5_000}),
            "E17",
            "1 query of 5.1 s takes 5.1 s; open orders are checked every 5 s",
            "set reconciliation.max_single_order_queries_per_cycle = 1,",
        ),
        (
            hand(database=replace(QUICK_TO_FAIL, number_of_retries=1, boot_wait_secs=60.0)),
            "E18",
            "1 retry: at least 60 s until",
            "set cache.number_of_retries=3, cache.database.factor=1 and cache.database.max_delay=1",
        ),
        (hand(reconciliation={"inflight_check_retries": 0}), "E02", "0 queries before", "inflight_check_retries="),
        (
            deaf(hand(reconciliation={"inflight_check_retries": 1})),
            "E23",
            "is asked for 1 time before",
            "interval_ms=0",
        ),
    ],
)
def test_a_finding_tells_the_figure_and_the_cure(subject: Subject, rule_id: str, figure: str, hint: str) -> None:
    found = finding(subject, rule_id)
    assert found is not None
    assert figure in found.figure
    assert hint in found.hint
