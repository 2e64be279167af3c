"""Taking out of the cache what the engine refuses to load, so that the next boot does; a copy of it is kept in a file.

Of each history stays what the engine takes; what the venue knows beyond that, the next startup reconciliation brings.
"""

import base64
import json
import os
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from msgspec import Struct
from redis.exceptions import RedisError, WatchError

from reconciliation.cache_client import connect
from reconciliation.engine.generation import generation
from reconciliation.engine.stored import Unloadable
from reconciliation.errors import ExitCode, ReconError
from reconciliation.node.lease import Lease
from reconciliation.node.preflight.keys import read
from reconciliation.node.preflight.server import short
from reconciliation.settings.node import NodeSettings

INDICES: Final = {
    "orders": ("orders", "orders_open", "orders_closed", "orders_emulated", "orders_inflight", "order_ids"),
    "positions": ("positions", "positions_open", "positions_closed"),
}
"""The sets from which the name of a history goes that goes altogether."""
ORDER_HASHES: Final = ("order_position", "order_client")


class RepairError(ReconError):
    """Nothing was taken out of the cache, or not all that should have been."""

    exit_code = ExitCode.PREFLIGHT


class Repaired(Struct, frozen=True):
    """What was done.

    Attributes:
        file: where the histories stand as they were; None where there was nothing to do.
        histories: what was taken out of them.
    """

    file: Path | None
    histories: tuple[Unloadable, ...]


def repair(url: str, node: NodeSettings, folder: Path) -> Repaired:
    """Take out of a trader's histories what the engine refuses, under the trader's lease.

    Args:
        url: of the database.
        node: whose histories.
        folder: where the file goes that keeps them as they were.

    Raises:
        LeaseHeldError: a node of that trader id runs.
        RepairError: another engine wrote the cache, or the database or the folder refuses.
    """
    lease = Lease(url, (f"trader:{node.trader_id}",), node, lambda _: None, lambda: None) if node.lease else None
    try:
        return _repaired(url, node.trader_id, folder)
    except (RedisError, OSError) as error:
        raise RepairError(f"the cache was not repaired ({short(error)})", "mend that, and ask again") from None
    finally:
        if lease is not None:
            lease.release()


def _repaired(url: str, trader_id: str, folder: Path) -> Repaired:
    database = read(url, trader_id)
    found = generation().loaded(database.stored).unloadable
    if any(history.trouble == "foreign" for history in found):
        raise RepairError("another engine wrote this cache", "give this node a trader id or a database of its own")
    refused = tuple(history for history in found if history.trouble == "refused")
    if not refused:
        return Repaired(None, ())
    prefix = f"trader-{trader_id}:"
    before = {history.key: database.stored.histories[history.key] for history in refused}
    file = folder / f"recon-repair-{trader_id}-{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}.json"
    _keep(file, {f"{prefix}{key}": events for key, events in before.items()})
    with connect(url) as client, client.pipeline() as write:
        write.watch(*(f"{prefix}{key}" for key in before))
        is_as_it_was = all(tuple(write.lrange(f"{prefix}{key}", 0, -1)) == events for key, events in before.items())
        write.multi()
        for history in refused:
            _replace(write, prefix, history)
        try:
            if is_as_it_was:
                write.execute()
        except WatchError:
            is_as_it_was = False
    if not is_as_it_was:
        raise RepairError(f"something writes to the cache of {trader_id} just now, and nothing was changed", "stop it")
    return Repaired(file, refused)


def _replace(write: Any, prefix: str, history: Unloadable) -> None:
    write.delete(f"{prefix}{history.key}")
    if history.kept:
        write.rpush(f"{prefix}{history.key}", *history.kept)
        return
    kind, _, name = history.key.partition(":")
    for index in INDICES.get(kind, ()):
        write.srem(f"{prefix}index:{index}", name)
    for index in ORDER_HASHES if kind == "orders" else ():
        write.hdel(f"{prefix}index:{index}", name)


def _keep(file: Path, histories: dict[str, tuple[bytes, ...]]) -> None:
    """Write histories to a new file that its owner alone can read, and see it on disk."""
    told = {key: [base64.b64encode(event).decode() for event in events] for key, events in histories.items()}
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as opened:
        json.dump({"histories": told}, opened, indent=1)
        opened.flush()
        os.fsync(opened.fileno())


def names(histories: Iterable[Unloadable]) -> list[str]:
    """Return what was done to each history, in words."""
    return [
        f"{history.key}: {f'{len(history.kept)} events stay' if history.kept else 'gone'} ({history.reason})"
        for history in histories
    ]
