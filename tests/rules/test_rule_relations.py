"""The rules that are a relation: where the bound lies, and that following the hint cures."""

import json
import re
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st
from msgspec.structs import replace
from rule_subjects import finding, hand, ours

from reconciliation.config import ReconciliationConfig
from reconciliation.rules import timings
from reconciliation.rules.check import check
from reconciliation.rules.client import ClientTraits
from reconciliation.rules.database import DatabaseLoad
from reconciliation.rules.fleet import fleet
from reconciliation.rules.plan import plan
from reconciliation.rules.subject import Subject
from reconciliation.settings.guards import GUARDS

ASSIGNMENT = re.compile(r"reconciliation\.(\w+) = ([^\s,]+)")

inflight = st.integers(1_000, 5_000)
checks = st.fixed_dictionaries(
    {
        "inflight_check_interval_ms": inflight,
        "inflight_check_threshold_ms": st.integers(5_000, 15_000),
        "inflight_check_retries": st.integers(1, 8),
        "open_check_interval_secs": st.none() | st.floats(1.0, 30.0),
        "open_check_open_only": st.booleans(),
        "open_check_threshold_ms": st.integers(0, 10_000),
        "open_check_lookback_mins": st.integers(60, 200),
        "open_check_missing_retries": st.integers(0, 8),
        "max_single_order_queries_per_cycle": st.integers(1, 50),
        "single_order_query_delay_ms": st.integers(0, 500),
        "position_check_interval_secs": st.none() | st.floats(1.0, 60.0),
        "position_check_retries": st.integers(0, 5),
    }
)
known_facts = st.fixed_dictionaries(
    {
        "venue_round_trip_ms": st.none() | st.integers(1, 5_000),
        "max_resting_order_mins": st.none() | st.integers(1, 300),
        "symbols": st.none() | st.integers(1, 50),
        "container_grace_secs": st.none() | st.floats(1.0, 60.0),
    }
)
nodes = st.fixed_dictionaries(
    {
        "tolerated_outage_secs": st.floats(0.0, 200.0, allow_subnormal=False),
        "guards": st.lists(st.sampled_from(GUARDS), unique=True).map(tuple),
    }
)
clients = st.builds(ClientTraits, st.just("BINANCE"), guarded=st.booleans(), rejects_after=st.just(3))
subjects = st.builds(
    lambda r, node, facts, client: replace(ours(reconciliation=r, node=node, facts=facts), clients=(client,)),
    checks,
    nodes,
    known_facts,
    clients,
)


def _value(text: str) -> Any:
    return None if text == '"none"' else json.loads(text)


def changed(subject: Subject, **keys: Any) -> Subject:
    return replace(subject, reconciliation=subject.reconciliation.model_copy(update=keys))


@given(subjects)
def test_following_a_hint_cures(subject: Subject) -> None:
    for found in check(subject):
        # What follows an "or" is another cure; after a guard's name, it is the only one that sets values.
        cure = found.hint.partition("; or ")[2] or found.hint.partition(", or ")[0]
        wanted = {key: _value(value) for key, value in ASSIGNMENT.findall(cure)}
        if wanted:
            assert finding(changed(subject, **wanted), found.id) is None, found


@given(subjects, st.sampled_from([30.0, 3_600.0, 86_400.0]))
def test_a_hint_names_only_values_that_are_taken(subject: Subject, tolerated: float) -> None:
    bare = _tolerating(replace(subject, guards=frozenset()), tolerated)
    for found in check(bare):
        wanted = {key: _value(value) for key, value in ASSIGNMENT.findall(found.hint)}
        ReconciliationConfig.model_validate(bare.reconciliation.model_dump() | wanted)


@given(subjects)
def test_an_installed_guard_cures(subject: Subject) -> None:
    guarded = replace(subject, guards=frozenset(GUARDS))
    assert not {"E03", "E04", "E05", "E21"} & {found.id for found in check(guarded)}


@given(subjects, st.sampled_from(["refused", "error"]))
def test_e03_speaks_exactly_below_the_soonest_rejection(subject: Subject, answer: Any) -> None:
    bare = replace(subject, guards=frozenset())
    conditions = bare.conditions(bare.clients[0])
    secs = timings.unanswered_outlived_secs(conditions, answer)
    assume(secs is not None)
    assert secs is not None
    assert (finding(_tolerating(bare, secs + 0.001), "E03")) is not None
    rest = timings.unanswered_outlived_secs(conditions, "refused" if answer == "error" else "error")
    silent = finding(_tolerating(bare, min(secs, secs if rest is None else rest)), "E03")
    assert silent is None


@given(subjects)
def test_e04_speaks_exactly_below_the_soonest_rejection(subject: Subject) -> None:
    bare = changed(replace(subject, guards=frozenset()), open_check_open_only=False, open_check_interval_secs=5.0)
    secs = timings.missing_outlived_secs(bare.conditions(bare.clients[0]), "error")
    assert secs is not None
    assert finding(_tolerating(bare, secs), "E04") is None
    assert finding(_tolerating(bare, secs + 0.001), "E04") is not None


@given(subjects, st.floats(1.0, 60.0))
def test_e21_speaks_exactly_below_giving_up(subject: Subject, interval: float) -> None:
    bare = changed(replace(subject, guards=frozenset()), position_check_interval_secs=interval)
    secs = timings.position_gives_up_secs(bare.checks, bare.guards)
    assert secs is not None
    assert finding(_tolerating(bare, secs), "E21") is None
    assert finding(_tolerating(bare, secs + 0.001), "E21") is not None


@given(subjects)
def test_the_plain_relations_hold_exactly(subject: Subject) -> None:
    r, facts = subject.reconciliation, subject.facts
    interval, trip, oldest = r.open_check_interval_secs, facts.venue_round_trip_ms, facts.max_resting_order_mins
    whole = interval is not None and not r.open_check_open_only
    queries = r.max_single_order_queries_per_cycle * (r.single_order_query_delay_ms + (trip or 0)) / 1_000
    told = plan(subject)
    together = fleet(told, DatabaseLoad(0.0, 0.0), nodes=1)
    expected = {
        "E17": whole and trip is not None and interval is not None and queries >= interval,
        "W22": whole
        and oldest is not None
        and oldest > r.open_check_lookback_mins
        and not ("reports" in subject.guards and subject.clients[0].guarded),
        "W24": interval is not None and trip is not None and trip >= r.open_check_threshold_ms,
        "W31": facts.container_grace_secs is not None and facts.container_grace_secs <= 40.0,
        "W32": min(interval or 5.0, r.position_check_interval_secs or 5.0) < 5.0,
        "W36": max(told.budget.worst_weight_per_min, together.first_min or 0) > 2_400,
    }
    found = {said.id for said in check(subject)}
    assert {rule_id: rule_id in found for rule_id in expected} == expected


@given(st.dictionaries(st.sampled_from(["A-1", "B-1", "C-1"]), st.lists(st.sampled_from(["A.X", "B.X"]), max_size=3)))
def test_e19_wants_each_instrument_claimed_once(claims: dict[str, list[str]]) -> None:
    claimed = [instrument for instruments in claims.values() for instrument in instruments]
    subject = hand(claims={owner: tuple(instruments) for owner, instruments in claims.items()})
    assert (finding(subject, "E19") is not None) == (len(claimed) != len(set(claimed)))


def _tolerating(subject: Subject, secs: float) -> Subject:
    return replace(subject, node=subject.node.model_copy(update={"tolerated_outage_secs": secs}))
