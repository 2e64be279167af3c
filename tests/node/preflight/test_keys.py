"""What stands in a cache's database, and what the engine will make of it."""

from collections.abc import Iterator
from typing import Any

import pytest
from jail import shipped
from redis import Redis
from redis_servers import set_user
from stored_orders import ACCEPTED, CANCELED, INITIALIZED, order_history

from reconciliation.cache_client import connect
from reconciliation.node.preflight.keys import NAMES, key_outcomes, unloadable
from reconciliation.node.preflight.outcome import Outcome
from reconciliation.settings import Settings

TRADER = "TESTER-001"
BTC = "BTCUSDT-PERP.BINANCE"


@pytest.fixture
def admin(redis: str) -> Iterator[Redis]:
    with connect(redis) as client:
        yield client


def settings(url: str, **variables: str) -> Settings:
    return shipped({"RECON_CACHE_URL": url, "RECON_NODE_TRADER_ID": TRADER} | variables)


def found(url: str, **variables: str) -> dict[str, Outcome]:
    outcomes = key_outcomes(settings(url, **variables), url)
    assert tuple(outcome.name for outcome in outcomes) == NAMES
    return {outcome.name: outcome for outcome in outcomes}


def put(admin: Redis, name: str, events: list[bytes], trader: str = TRADER) -> None:
    values: Any = events
    admin.rpush(f"trader-{trader}:orders:{name}", *values)
    admin.sadd(f"trader-{trader}:index:orders", name)


def test_an_empty_database_is_fit(redis: str) -> None:
    assert {outcome.verdict for outcome in found(redis).values()} == {"ok"}


def test_other_traders_are_named_unless_they_are_meant(redis: str, admin: Redis) -> None:
    put(admin, "O-1", order_history("O-1", INITIALIZED, ACCEPTED))
    for number in range(12):
        put(admin, "O-1", [b"anything"], f"OTHER-{number:03}")
    outcome = found(redis)["other traders"]
    assert outcome.verdict == "warn"
    assert outcome.found.startswith("OTHER-000 (2 keys), ")
    assert outcome.found.endswith(f"and 2 more beside {TRADER} (2 keys)")
    assert found(redis, RECON_FACTS_DATABASE_SHARED="true")["other traders"].verdict == "ok"
    assert found(redis)["cache form"].verdict == "ok"


def test_an_order_that_a_claim_comes_too_late_for_is_told(redis: str, admin: Redis) -> None:
    put(admin, "O-1", order_history("O-1", INITIALIZED, ACCEPTED))
    put(admin, "O-2", order_history("O-2", INITIALIZED, ACCEPTED, CANCELED))
    put(admin, "O-3", order_history("O-3", INITIALIZED, ACCEPTED, strategy_id="MAKER-001"))
    outcome = found(redis)["external orders"]
    assert (outcome.verdict, outcome.found) == ("ok", f"open, and claimed by nobody: 1 of {BTC}")
    for claim in (f'{{"instrument_ids": ["{BTC}"]}}', '{"claim_all": true}'):
        outcome = found(redis, RECON_CLAIMS=f'{{"MAKER-001": {claim}}}')["external orders"]
        assert outcome.verdict == "warn"
        assert f"1 of {BTC} (MAKER-001)" in outcome.found


def test_a_history_that_ends_every_boot_is_named_with_the_way_back(redis: str, admin: Redis) -> None:
    put(admin, "O-1", order_history("O-1", INITIALIZED, ACCEPTED, CANCELED, CANCELED))
    put(admin, "O-2", order_history("O-2", ACCEPTED))
    outcome = found(redis)["histories"]
    assert outcome.verdict == "fail"
    assert "orders:O-1 (InvalidStateTrigger: CANCELED -> CANCELED)" in outcome.found
    assert "orders:O-2 (it begins with OrderAccepted, and its OrderInitialized is missing)" in outcome.found
    assert "`recon doctor --repair`" in outcome.action
    assert [failed.name for failed in unloadable(settings(redis))] == ["histories"]
    assert unloadable(settings(redis, RECON_CACHE_LOAD_CACHE="false")) == []


def test_what_the_engine_passes_over_in_silence_is_told(redis: str, admin: Redis) -> None:
    put(admin, "web:1", order_history("web:1", INITIALIZED, ACCEPTED))
    admin.sadd(f"trader-{TRADER}:index:orders", "O-9")
    outcome = found(redis)["histories"]
    assert outcome.verdict == "warn"
    assert "orders:web:1 (the engine cannot read a name with a colon" in outcome.found
    assert "orders:O-9 (its first event is not there" in outcome.found


@pytest.mark.parametrize(
    ("event", "words"), [(b'{"type":"OrderInitialized"}', "it is JSON"), (b"\x81\xa4type\xa5Order", "no event")]
)
def test_a_cache_of_another_engine_is_told_apart(redis: str, admin: Redis, event: bytes, words: str) -> None:
    put(admin, "O-1", [event])
    outcomes = found(redis)
    assert (outcomes["histories"].verdict, outcomes["cache form"].verdict) == ("ok", "fail")
    assert words in outcomes["cache form"].found


def test_one_who_may_not_read_is_told_so(redis: str, admin: Redis) -> None:
    set_user(admin, "node", "on", ">word", "~*", "+@all", "-smembers")
    outcomes = found(redis.replace("redis://", "redis://node:word@"))
    assert outcomes["engine's client"].verdict == "ok"
    assert [outcomes[name].verdict for name in NAMES[1:]] == ["unknown"] * 4


@pytest.mark.parametrize("word", ["a:b@c/d#e?f%g", "%2F", "p ä☃", "x" * 4_000, "\"\\'$`{}[]|<>~;*^,&+="])
def test_any_password_reaches_the_engines_own_client(redis: str, admin: Redis, word: str) -> None:
    from urllib.parse import quote

    set_user(admin, "nö:de", "on", f">{word}", "~*", "+@all")
    url = redis.replace("redis://", f"redis://{quote('nö:de', safe='')}:{quote(word, safe='')}@")
    assert found(url)["engine's client"].verdict == "ok"
    wrong = found(redis.replace("redis://", f"redis://{quote('nö:de', safe='')}:other@"))
    assert wrong["engine's client"].verdict == "fail"
