"""Copying one trader's keys from a database that must stay untouched to one of our own.

Keys are copied by type and not with DUMP, whose format one server's version refuses from another's. The four types are
the ones the engine writes; nothing but SCAN and the four reads is asked of the source, which the least privileges that
a node can live with allow.
"""

from collections.abc import Callable
from itertools import batched
from typing import TYPE_CHECKING, Any, Final

from reconciliation.cache_client import connect

if TYPE_CHECKING:
    import redis

_BATCH: Final = 500
_ANSWER_WITHIN_SECS: Final = 30.0
"""A long history takes longer than a preflight may."""


def copy_trader(source_url: str, trader_id: str, target_url: str) -> int:
    """Copy a trader's keys; the source is only read.

    Returns:
        How many keys were copied.

    Raises:
        redis.RedisError: a database failed.
    """
    copied: set[bytes] = set()
    with connect(source_url, _ANSWER_WITHIN_SECS) as source, connect(target_url, _ANSWER_WITHIN_SECS) as target:
        for kind, copy in _COPIERS.items():
            found = source.scan_iter(f"trader-{trader_id}:*", count=_BATCH, _type=kind)
            for keys in batched(found, _BATCH):
                with target.pipeline(transaction=False) as write:
                    for key in set(keys) - copied:  # a scan may name a key twice
                        copy(source, write, key)
                    write.execute()
                copied.update(keys)
    return len(copied)


# What reads as nothing is a key that a running node deleted after it was listed.


def _string(source: "redis.Redis", write: Any, key: bytes) -> None:
    if (value := source.get(key)) is not None:
        write.set(key, value)


def _list(source: "redis.Redis", write: Any, key: bytes) -> None:
    if values := source.lrange(key, 0, -1):
        write.rpush(key, *values)


def _set(source: "redis.Redis", write: Any, key: bytes) -> None:
    if values := source.smembers(key):
        write.sadd(key, *values)


def _hash(source: "redis.Redis", write: Any, key: bytes) -> None:
    if values := source.hgetall(key):
        write.hset(key, mapping=values)


_COPIERS: Final[dict[str, Callable[["redis.Redis", Any, bytes], None]]] = {
    "string": _string,
    "list": _list,
    "set": _set,
    "hash": _hash,
}
