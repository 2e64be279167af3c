"""The copy of a trader's keys: whole, of that trader alone, and made without touching the source."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import redis

from reconciliation.cache_client import connect
from reconciliation.embedded import cache_copy
from reconciliation.embedded.cache import EmbeddedCache
from reconciliation.embedded.cache_copy import copy_trader

TRADER = "TESTER-001"
READS: dict[str, Callable[[redis.Redis, bytes], Any]] = {
    "string": lambda cache, key: cache.get(key),
    "list": lambda cache, key: cache.lrange(key, 0, -1),
    "set": lambda cache, key: cache.smembers(key),
    "hash": lambda cache, key: cache.hgetall(key),
}


@pytest.fixture(scope="module")
def servers() -> Iterator[tuple[str, str]]:
    with EmbeddedCache() as source, EmbeddedCache() as target:
        yield source.url, target.url


@pytest.fixture
def source(servers: tuple[str, str]) -> Iterator[redis.Redis]:
    with connect(servers[0]) as cache:
        cache.flushall()
        yield cache


@pytest.fixture
def target(servers: tuple[str, str]) -> Iterator[redis.Redis]:
    with connect(servers[1]) as cache:
        cache.flushall()
        yield cache


def contents(cache: redis.Redis) -> dict[bytes, Any]:
    """Every key's type and value."""
    found: dict[bytes, Any] = {}
    for kind, read in READS.items():
        found |= {key: (kind, read(cache, key)) for key in cache.scan_iter("*", _type=kind)}
    return found


def dump(cache: redis.Redis) -> dict[bytes, tuple[Any, Any]]:
    """Every key byte for byte, with when it expires."""
    return {key: (cache.dump(key), cache.pexpiretime(key)) for key in cache.scan_iter("*")}


def fill(cache: redis.Redis, trader: str) -> None:
    """The four types, with bytes that are no text."""
    cache.set(f"trader-{trader}:accounts:BINANCE", b"\x00\xff")
    cache.rpush(f"trader-{trader}:orders:O-1", b"\x81first", b"", b"third", b"\x81first")
    cache.sadd(f"trader-{trader}:index:orders_open", "O-1", "O-2")
    cache.hset(f"trader-{trader}:index:order_ids", mapping={"O-1": "1", "": b"\xfe"})


def test_every_type_is_copied_and_the_source_left_as_it_was(
    servers: tuple[str, str], source: redis.Redis, target: redis.Redis
) -> None:
    fill(source, TRADER)
    fill(source, "OTHER-001")
    source.set(f"trader-{TRADER}", "no key of a trader")
    before = dump(source)
    assert copy_trader(servers[0], TRADER, servers[1]) == 4
    assert dump(source) == before
    copied = contents(target)
    assert copied == {
        key: value for key, value in contents(source).items() if key.startswith(f"trader-{TRADER}:".encode())
    }
    assert {kind for kind, _ in copied.values()} == set(READS)


def test_nothing_is_copied_of_a_trader_without_keys(
    servers: tuple[str, str], source: redis.Redis, target: redis.Redis
) -> None:
    fill(source, "OTHER-001")
    assert copy_trader(servers[0], TRADER, servers[1]) == 0
    assert contents(target) == {}


def test_more_keys_than_a_batch_holds_are_copied(
    servers: tuple[str, str], source: redis.Redis, target: redis.Redis
) -> None:
    names = [f"trader-{TRADER}:orders:O-{number}" for number in range(3 * cache_copy._BATCH + 1)]
    with source.pipeline(transaction=False) as write:
        for name in names:
            write.rpush(name, name)
        write.execute()
    assert copy_trader(servers[0], TRADER, servers[1]) == len(names)
    assert contents(target) == contents(source)


def scanned(monkeypatch: pytest.MonkeyPatch, change: Callable[[redis.Redis, list[bytes]], list[bytes]]) -> None:
    """Have something happen between the listing of keys and their reading, as beside a running node."""
    scan = redis.Redis.scan_iter

    def scan_iter(self: redis.Redis, *arguments: Any, **more: Any) -> Iterator[bytes]:
        yield from change(self, list(scan(self, *arguments, **more)))

    monkeypatch.setattr(redis.Redis, "scan_iter", scan_iter)


@pytest.mark.parametrize("kind", list(READS))
def test_a_key_that_vanished_after_it_was_listed_is_left_out(
    servers: tuple[str, str], source: redis.Redis, target: redis.Redis, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    fill(source, TRADER)
    (gone,) = source.scan_iter(f"trader-{TRADER}:*", _type=kind)
    kept = {key: value for key, value in contents(source).items() if key != gone}

    def vanish(cache: redis.Redis, keys: list[bytes]) -> list[bytes]:
        cache.delete(gone)
        return keys

    with monkeypatch.context() as patch:
        scanned(patch, vanish)
        copy_trader(servers[0], TRADER, servers[1])
    assert contents(target) == contents(source) == kept


def test_an_expired_key_is_left_out(
    servers: tuple[str, str], source: redis.Redis, target: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(source, TRADER)
    gone = f"trader-{TRADER}:orders:O-1"

    def expire(cache: redis.Redis, keys: list[bytes]) -> list[bytes]:
        cache.pexpireat(gone, 1)
        return keys

    with monkeypatch.context() as patch:
        scanned(patch, expire)
        copy_trader(servers[0], TRADER, servers[1])
    assert contents(target) == contents(source)
    assert gone.encode() not in contents(target)


@pytest.mark.parametrize("again", [1, cache_copy._BATCH], ids=["in one batch", "in the next batch"])
def test_a_key_that_a_scan_names_twice_is_copied_once(
    servers: tuple[str, str], source: redis.Redis, target: redis.Redis, monkeypatch: pytest.MonkeyPatch, again: int
) -> None:
    fill(source, TRADER)
    with monkeypatch.context() as patch:
        scanned(patch, lambda _, keys: [key for key in keys for _ in range(again + 1)])
        assert copy_trader(servers[0], TRADER, servers[1]) == 4
    assert contents(target) == contents(source)


def test_a_server_that_is_not_there_fails(servers: tuple[str, str]) -> None:
    with pytest.raises(redis.RedisError):
        copy_trader("redis://127.0.0.1:1", TRADER, servers[1])
