"""Copying one trader's keys from a database that must stay untouched to one of our own.

Keys are copied by type and not with DUMP, whose format one server's version refuses from another's.
"""

from collections.abc import Callable
from itertools import batched
from typing import TYPE_CHECKING, Any, Final

from reconciliation.node.preflight import connect

if TYPE_CHECKING:
    import redis

_BATCH: Final = 500


class UnknownKeyTypeError(Exception):
    """The trader has a key of a type that the engine never writes."""

    def __init__(self, key: bytes, kind: object) -> None:
        name = key.decode(errors="replace")
        super().__init__(f"key {name} is a {kind!r}, which the engine never writes; is it the right trader id?")


def copy_trader(source_url: str, trader_id: str, target_url: str) -> int:
    """Copy a trader's keys; the source is only read.

    Returns:
        How many keys were copied.

    Raises:
        UnknownKeyTypeError: a key is neither a string, a list, a set nor a hash.
        redis.RedisError: a database failed.
    """
    copied = 0
    with connect(source_url) as source, connect(target_url) as target:
        for keys in batched(source.scan_iter(f"trader-{trader_id}:*", count=_BATCH), _BATCH):
            with target.pipeline(transaction=False) as write:
                for key in keys:
                    _COPIERS.get(source.type(key), _refuse)(source, write, key)
                write.execute()
            copied += len(keys)
    return copied


def _string(source: "redis.Redis", write: Any, key: bytes) -> None:
    write.set(key, source.get(key))


def _list(source: "redis.Redis", write: Any, key: bytes) -> None:
    write.rpush(key, *source.lrange(key, 0, -1))


def _set(source: "redis.Redis", write: Any, key: bytes) -> None:
    write.sadd(key, *source.smembers(key))


def _hash(source: "redis.Redis", write: Any, key: bytes) -> None:
    write.hset(key, mapping=source.hgetall(key))


def _gone(source: "redis.Redis", write: Any, key: bytes) -> None:
    """Skip a key that a running node deleted after it was listed."""


def _refuse(source: "redis.Redis", write: Any, key: bytes) -> None:  # noqa: ARG001
    raise UnknownKeyTypeError(key, source.type(key))


_COPIERS: Final[dict[bytes, Callable[["redis.Redis", Any, bytes], None]]] = {
    b"string": _string,
    b"list": _list,
    b"set": _set,
    b"hash": _hash,
    b"none": _gone,
}
