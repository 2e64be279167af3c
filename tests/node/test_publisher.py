"""A node in its fleet: published while it lasts, whatever its database does, and without its secrets."""

import logging
import os
import signal
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal

import pytest
from jail import LOCAL_VENUE, shipped
from stage import until

from reconciliation.cache_client import connect
from reconciliation.embedded.cache import EmbeddedCache
from reconciliation.monitor.identity import Identity
from reconciliation.monitor.status import Counted, Status
from reconciliation.node import fleet
from reconciliation.node.fleet import EXPIRES_SECS, Publisher, entry_of
from reconciliation.node.fleet_entry import Entry, read

ACCOUNT, BTC, ETH = "BINANCE-USDT_FUTURES-master", "BTCUSDT-PERP.BINANCE", "ETHUSDT-PERP.BINANCE"
IDENTITY = Identity("MAKER-001", ACCOUNT, "standard", "f00d", "1", "2", begun=3.0)
CANARY = "canary-7Hq"


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a publisher's turns come quickly."""
    monkeypatch.setattr(fleet, "TOLD_EVERY_SECS", 0.02)


def entry(status: Status, env: Mapping[str, str] | None = None, accounts: tuple[str, ...] = (ACCOUNT,)) -> Entry:
    settings = shipped(LOCAL_VENUE | dict(env or {}))
    return entry_of(settings, IDENTITY, accounts, "http://127.0.0.1:9464", status)


@contextmanager
def published(url: str, status: Status | None = None) -> Iterator[Entry]:
    status = status or Status(time.time, {})
    first = entry(status)
    publisher = Publisher(url, first, status)
    try:
        yield first
    finally:
        publisher.close()


def found(url: str) -> tuple[Entry, ...]:
    with connect(url) as client:
        told = read(client)
    assert not told.unreadable
    return told.entries


def test_a_node_is_there_with_what_it_is_and_gone_once_it_is_closed(redis: str) -> None:
    status = Status(time.time, {})
    with published(redis, status):
        (first,) = until(lambda: found(redis), "it is published")
        assert (first.trader_id, first.accounts, first.fingerprint) == ("MAKER-001", (ACCOUNT,), "f00d")
        assert (first.state, first.is_ready, first.reason) == ("INITIALIZING", False, "it is INITIALIZING")
        assert (first.pid, first.monitor_url, first.positions) == (os.getpid(), "http://127.0.0.1:9464", ())
        assert first.values["reconciliation"]["startup_delay_secs"] == 10.0
        status.verified(succeeded=True, secs=1.0)
        status.started()
        status.beat(Counted(positions={(ACCOUNT, ETH): Decimal("-1.50"), (ACCOUNT, BTC): Decimal("1E+2")}))
        until(lambda: found(redis)[0].positions, "what it holds is published")
        (now,) = found(redis)
        assert (now.state, now.is_ready, now.is_reconciled, now.reason) == ("MONITORING", True, True, "")
        assert [(held.account, held.instrument_id, held.net) for held in now.positions] == [
            (ACCOUNT, BTC, "100"),
            (ACCOUNT, ETH, "-1.50"),
        ]
    assert found(redis) == ()


def test_a_node_that_ends_without_a_word_expires(redis: str) -> None:
    with published(redis) as first, connect(redis) as client:
        until(lambda: client.exists(first.key), "it is published")
        assert 0 < int(client.pttl(first.key)) <= EXPIRES_SECS * 1_000


def test_two_nodes_of_one_trader_are_two_and_leave_one_by_one(redis: str) -> None:
    with published(redis):
        with published(redis):
            until(lambda: len(found(redis)) == 2, "both are there")
        assert len(found(redis)) == 1


def test_a_database_that_comes_back_has_the_node_again(caplog: pytest.LogCaptureFixture) -> None:
    with EmbeddedCache() as cache, published(cache.url):
        until(lambda: found(cache.url), "it is published")
        cache.kill()
        time.sleep(0.1)
        cache.come_back(empty=True)
        until(lambda: found(cache.url), "it is published again")
    assert not caplog.records


@pytest.mark.parametrize("answers_within_secs", [fleet.ANSWERS_WITHIN_SECS, 60.0])
def test_a_database_that_is_silent_holds_up_nobody(monkeypatch: pytest.MonkeyPatch, answers_within_secs: float) -> None:
    """Even where more than its answer is awaited without limit, such as the address of its host."""
    monkeypatch.setattr(fleet, "ANSWERS_WITHIN_SECS", answers_within_secs)
    with EmbeddedCache() as cache:
        with connect(cache.url) as client:
            pid = int(client.info("server")["process_id"])
        with published(cache.url):
            until(lambda: found(cache.url), "it is published")
            os.kill(pid, signal.SIGSTOP)
            begun = time.monotonic()
        assert time.monotonic() - begun < fleet.CLOSES_WITHIN_SECS + 1
        os.kill(pid, signal.SIGCONT)


def test_a_database_that_refuses_is_told_once(redis: str, caplog: pytest.LogCaptureFixture) -> None:
    with connect(redis) as client:
        client.execute_command("ACL", "SETUSER", "node", "on", ">p", "~trader-*", "+@all")
        url = redis.replace("redis://", "redis://node:p@")
        with published(url):
            until(lambda: caplog.records, "the refusal is told")
            time.sleep(0.2)
            (record,) = caplog.records
            assert record.levelno == logging.WARNING
            assert record.getMessage().startswith("`recon fleet` does not see this node: ")
            client.execute_command("ACL", "SETUSER", "node", "resetkeys", "-@all", "~recon:fleet:*", "+set", "+del")
            until(lambda: found(redis), "these rights are enough")
        assert found(redis) == ()
    assert len(caplog.records) == 1


def test_no_secret_is_published() -> None:
    secrets = {
        "RECON_VENUE_API_KEY": f"{CANARY}1",
        "RECON_VENUE_API_SECRET": f"{CANARY}2",
        "RECON_CACHE_URL": f"redis://{CANARY}3:{CANARY}4@127.0.0.1:1",
        "RECON_MONITOR_USER": "me",
        "RECON_MONITOR_PASSWORD": f"{CANARY}5",
    }
    text = entry(Status(time.time, {}), secrets).model_dump_json()
    assert "RECON_VENUE_API_SECRET" in text
    assert CANARY not in text


def test_one_api_key_has_one_digest_and_only_where_it_is_sure_whose_it_is() -> None:
    status = Status(time.time, {})
    one, same, other = (entry(status, {"RECON_VENUE_API_KEY": key}).account_key for key in ("one", "one", "other"))
    assert one == same != other
    assert entry(status, accounts=(ACCOUNT, "OTHER-001")).account_key is None
    assert entry_of(shipped(), IDENTITY, (ACCOUNT,), "", status).account_key is None
