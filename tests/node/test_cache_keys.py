"""A history is completed at one stroke, or not at all: with a real server, and somebody else who writes."""

from collections.abc import Iterator
from typing import Any

import pytest
from redis import Redis
from redis.exceptions import NoPermissionError

from reconciliation.cache_client import connect
from reconciliation.engine.written import Found, Written
from reconciliation.node.cache_keys import AT_ONCE, TraderKeys
from reconciliation.node.preflight.rights import acl_line

TRADER = "TESTER-001"
KEY = "orders:O-1"
NAME = f"trader-{TRADER}:{KEY}"
LEASE = f"recon:lease:trader:{TRADER}"


@pytest.fixture
def admin(redis: str) -> Iterator[Redis]:
    with connect(redis) as admin:
        yield admin


@pytest.fixture
def keys(redis: str) -> Iterator[TraderKeys]:
    keys = TraderKeys(redis, TRADER, LEASE)
    yield keys
    keys.close()


def held(admin: Redis) -> list[bytes]:
    found: list[bytes] = admin.lrange(NAME, 0, -1)  # type: ignore[assignment] # of either kind of client
    return found


def always() -> bool:
    return True


@pytest.mark.parametrize(
    ("stored", "whole"),
    [((), (b"1", b"2")), ((b"1",), (b"1", b"2", b"3")), ((b"1", b"3"), (b"1", b"2", b"3")), ((b"3",), (b"1",))],
    ids=["all of it", "its end", "its middle", "another life"],
)
def test_what_a_history_lacks_is_written(
    keys: TraderKeys, admin: Redis, stored: tuple[bytes, ...], whole: tuple[bytes, ...]
) -> None:
    if stored:
        admin.rpush(NAME, *stored)
    assert keys.complete(KEY, stored, whole, always)
    assert held(admin) == list(whole)


def test_what_has_changed_since_it_was_read_is_left(keys: TraderKeys, admin: Redis) -> None:
    admin.rpush(NAME, b"1", b"2")
    assert not keys.complete(KEY, (b"1",), (b"1", b"3"), always)
    assert held(admin) == [b"1", b"2"]


@pytest.mark.parametrize("lives", [True, False], ids=["appended", "removed"])
def test_what_changes_meanwhile_is_left(keys: TraderKeys, admin: Redis, *, lives: bool) -> None:
    """The last moment at which anybody can come between is when it is asked whether it may."""
    admin.rpush(NAME, b"1")

    def somebody_writes() -> bool:
        admin.rpushx(NAME, "2") if lives else admin.delete(NAME)
        return True

    assert not keys.complete(KEY, (b"1",), (b"1", b"3"), somebody_writes)
    assert held(admin) == ([b"1", b"2"] if lives else [])


def test_nothing_is_written_without_the_lease(keys: TraderKeys, admin: Redis) -> None:
    admin.set(LEASE, "ours")
    assert not keys.complete(KEY, (), (b"1",), lambda: False)

    def somebody_takes_over() -> bool:
        admin.set(LEASE, "theirs")
        return True

    assert not keys.complete(KEY, (), (b"1",), somebody_takes_over)
    assert held(admin) == []


def test_all_kinds_of_keys_are_read_however_many(keys: TraderKeys, admin: Redis) -> None:
    names = [f"orders:O-{number}" for number in range(AT_ONCE + 1)]
    for name in names:
        admin.rpush(f"trader-{TRADER}:{name}", name)
    admin.sadd(f"trader-{TRADER}:index:orders", "O-1")
    admin.hset(f"trader-{TRADER}:index:order_client", "O-1", "BINANCE")
    admin.set(f"trader-{TRADER}:general:word", "value")
    asked = Written(
        dict.fromkeys([*names, "orders:none"], ()),
        {"index:orders": {}, "index:none": {}},
        {"index:order_client": {}},
        {"general:word": b"", "general:none": b""},
    )
    assert keys.read(asked) == Found(
        {**{name: (name.encode(),) for name in names}, "orders:none": ()},
        {"index:orders": frozenset({b"O-1"}), "index:none": frozenset()},
        {"index:order_client": {b"O-1": b"BINANCE"}},
        {"general:word": b"value"},
    )


def test_the_rights_that_are_printed_are_enough_and_watch_is_one_of_them(redis: str, admin: Redis) -> None:
    set_rights: Any = admin.execute_command
    set_rights(*acl_line(TRADER, "node").replace("PASSWORD", "word").split())
    keys = TraderKeys(redis.replace("redis://", "redis://node:word@"), TRADER, LEASE)
    assert keys.complete(KEY, (), (b"1",), always)
    assert keys.complete(KEY, (b"1",), (b"2",), always)
    set_rights("ACL", "SETUSER", "node", "-watch")
    with pytest.raises(NoPermissionError):
        keys.complete(KEY, (b"2",), (b"2", b"3"), always)
    keys.close()
    assert held(admin) == [b"2"]
