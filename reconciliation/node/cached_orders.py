"""The orders that a cache's database holds as EXTERNAL: read, and given to other strategies while no node runs.

The engine writes a list of events per order. What is given away is written in one transaction, and a file keeps every
list as it was before and as it is then, so that it can be put back.
"""

import base64
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import redis
from pydantic import BaseModel, ConfigDict, ValidationError
from redis.exceptions import RedisError, WatchError

from reconciliation.cache_client import connect
from reconciliation.engine.generation import generation
from reconciliation.engine.ownership import EXTERNAL, StoredOrder
from reconciliation.errors import ExitCode, NotReadyError, ReconError, UnusableError
from reconciliation.node.fleet_entry import PREFIX as FLEET
from reconciliation.node.holder import Holder
from reconciliation.node.lease import PREFIX as LEASES
from reconciliation.node.preflight.examine import check_cache

LEASE: Final = f"{LEASES}trader:"
"""What the key of a trader's lease begins with; a node holds it as long as it runs."""

_ANSWER_WITHIN_SECS: Final = 30.0
_BATCH: Final = 500

History = tuple[bytes, ...]


class NodeRunsError(ReconError):
    """A node runs on the keys that are to be changed."""

    exit_code = ExitCode.LEASE


class CopyFileError(UnusableError):
    """The file that keeps, or should keep, what was changed cannot be used."""


class _Change(BaseModel):
    """One key's list before and after; base64, because events are no text."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    before: tuple[str, ...]
    after: tuple[str, ...]


class _Copy(BaseModel):
    """What a file keeps."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    trader_id: str
    keys: Mapping[str, _Change]


class CachedOrders:
    """The orders of one trader in a database.

    Args:
        url: of the database.
        trader_id: whose orders.
    """

    def __init__(self, url: str, trader_id: str) -> None:
        check_cache(url)
        self._url = url
        self._trader_id = trader_id
        self._prefix = f"trader-{trader_id}:orders:"

    def external(self) -> tuple[StoredOrder, ...]:
        """Return the orders that are EXTERNAL's and may still trade, or whose histories tell no more, by their ids.

        Raises:
            NotReadyError: the database failed.
        """
        with self._connected() as client:
            orders = [generation().stored_order(events) for events in self._histories(client).values()]
        mine = [order for order in orders if order.strategy_id == EXTERNAL and (order.is_open or order.fault)]
        return tuple(sorted(mine, key=lambda order: order.client_order_id))

    def user(self) -> str:
        """Return what says that a node runs on these keys: who, or the name of a key; empty where nothing says so.

        Raises:
            NotReadyError: the database failed.
        """
        with self._connected() as client:
            lease = f"{LEASE}{self._trader_id}"
            value: Any = client.get(lease)
            if value is not None:
                return str(Holder.read(value) or lease)
            published = client.scan_iter(f"{FLEET}{self._trader_id}:*", count=_BATCH)
            return next((key.decode() for key in published), "")

    def give(self, gifts: Mapping[str, str], copy: Path) -> None:
        """Give orders to strategies; a file keeps what is changed before it is.

        Args:
            gifts: the strategy id by client order id; of orders that nothing binds.
            copy: the file; it must not exist.

        Raises:
            NodeRunsError: the orders change while they are given.
            CopyFileError: the file cannot be written.
            NotReadyError: the database failed.
        """
        with self._connected() as client:
            before = self._histories(client, gifts)
            owners = {self._prefix + order: strategy_id for order, strategy_id in gifts.items()}
            after = {key: generation().reowned(events, owners[key]) for key, events in before.items()}
            _keep(copy, self._trader_id, before, after)
            _replace(client, self._trader_id, before, after)

    def _histories(self, client: redis.Redis, orders: Mapping[str, Any] | None = None) -> dict[str, History]:
        if orders is None:
            keys = sorted({key.decode() for key in client.scan_iter(f"{self._prefix}*", count=_BATCH, _type="list")})
        else:
            keys = [self._prefix + order for order in orders]
        found: dict[str, History] = {}
        for begin in range(0, len(keys), _BATCH):
            with client.pipeline(transaction=False) as read:
                for key in keys[begin : begin + _BATCH]:
                    read.lrange(key, 0, -1)
                found |= zip(keys[begin : begin + _BATCH], map(tuple, read.execute()), strict=True)
        return {key: events for key, events in found.items() if events}

    @contextmanager
    def _connected(self) -> Iterator[redis.Redis]:
        with _failing(), connect(self._url, _ANSWER_WITHIN_SECS) as client:
            yield client


def restore(url: str, trader_id: str, copy: Path) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Put back what a file keeps, of the keys that nobody has changed since.

    Returns:
        The client order ids that were put back, and those whose histories have gone on.

    Raises:
        CopyFileError: the file is none, or another trader's.
        NodeRunsError: the orders change meanwhile.
        NotReadyError: the database failed.
    """
    kept = _read(copy)
    if kept.trader_id != trader_id:
        raise CopyFileError(f"{copy} keeps orders of {kept.trader_id}, and the settings are of {trader_id}")
    check_cache(url)
    put_back, gone_on = {}, []
    with _failing(), connect(url, _ANSWER_WITHIN_SECS) as client:
        for key, change in kept.keys.items():
            found: Any = client.lrange(key, 0, -1)
            if tuple(found) == _decoded(change.after):
                put_back[key] = change
            elif tuple(found) != _decoded(change.before):
                gone_on.append(key)
        _replace(
            client,
            trader_id,
            {key: _decoded(change.after) for key, change in put_back.items()},
            {key: _decoded(change.before) for key, change in put_back.items()},
        )
    return tuple(map(_order, put_back)), tuple(map(_order, gone_on))


def _order(key: str) -> str:
    return key.partition(":orders:")[2]


def _replace(client: redis.Redis, trader_id: str, before: Mapping[str, History], after: Mapping[str, History]) -> None:
    """Write lists in place of others, all or none; none once a node has taken the trader's lease."""
    if not before:
        return
    with client.pipeline(transaction=True) as write:
        try:
            write.watch(f"{LEASE}{trader_id}", *before)  # type: ignore[no-untyped-call] # the client has no types for it
            found = {key: tuple(write.lrange(key, 0, -1)) for key in before}
            is_free = write.get(f"{LEASE}{trader_id}") is None
            write.multi()
            for key, events in after.items():
                write.delete(key)
                write.rpush(key, *events)
            is_written = is_free and found == before and bool(write.execute())
        except WatchError:
            is_written = False
    if not is_written:
        raise NodeRunsError("the orders change while they are given away; nothing was changed", "stop the node")


def _keep(copy: Path, trader_id: str, before: Mapping[str, History], after: Mapping[str, History]) -> None:
    changes = {key: _Change(before=_encoded(before[key]), after=_encoded(after[key])) for key in before}
    text = _Copy(trader_id=trader_id, keys=changes).model_dump_json(indent=1)
    try:
        with open(copy, "x", encoding="utf-8", opener=_private) as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise CopyFileError(
            f"{copy} cannot be written ({error.strerror}); nothing was changed", "name another file"
        ) from None


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _read(copy: Path) -> _Copy:
    try:
        return _Copy.model_validate_json(copy.read_bytes())
    except OSError as error:
        raise CopyFileError(f"{copy} cannot be read ({error.strerror})", "name a file that --reown wrote") from None
    except ValidationError:
        raise CopyFileError(f"{copy} is no file that --reown wrote", "name one") from None


def _encoded(events: History) -> tuple[str, ...]:
    return tuple(base64.b64encode(event).decode() for event in events)


def _decoded(texts: tuple[str, ...]) -> History:
    return tuple(map(base64.b64decode, texts))


@contextmanager
def _failing() -> Iterator[None]:
    """Turn what a database fails with into an error that a user can cure."""
    try:
        yield
    except RedisError as error:
        reason = " ".join(str(error).split())
        raise NotReadyError(f"the cache failed: {reason}", "check its state and the user's rights") from None
