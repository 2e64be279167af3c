"""Publishing a node to its fleet: every few seconds it tells how it is, under a key of its own that expires.

The database is that of the engine's cache, and the key is `recon:fleet:<trader id>:<instance id>`; a user with an ACL
needs `~recon:fleet:* +set +del` beside what the engine needs. A thread does it, and nothing in the node waits for the
database. Secrets are not published. Of an API key a digest is, by which two nodes on one account are found; a key is
drawn at random, and no digest leads back to it.
"""

import hashlib
import logging
import os
import secrets
import socket
import threading
import time
from contextlib import suppress
from typing import Any, Final

from redis.exceptions import RedisError, ResponseError

from reconciliation.cache_client import connect
from reconciliation.engine.holdings import amount_text
from reconciliation.monitor.health import missing
from reconciliation.monitor.identity import Identity
from reconciliation.monitor.status import Status
from reconciliation.node.fleet_entry import LONGEST, Entry, NetPosition
from reconciliation.rules.database import TOLD_EVERY_SECS
from reconciliation.settings import Settings

EXPIRES_SECS: Final = 15
"""A node that was killed is gone after so long; one that misses two of its turns is still there."""
ANSWERS_WITHIN_SECS: Final = 1.0
CLOSES_WITHIN_SECS: Final = 2.0


class Publisher:
    """Publishes one node until it is closed.

    A database that is away is tried again at the next turn, and the cache watch tells of it; one that refuses is told.

    Args:
        url: of the database.
        entry: the node.
        status: how it is; read from a thread.
    """

    def __init__(self, url: str, entry: Entry, status: Status) -> None:
        self._url = url
        self._entry = entry
        self._status = status
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name="fleet", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Take the node out of the fleet; where the database does not answer, its key expires by itself."""
        self._closed.set()
        self._thread.join(CLOSES_WITHIN_SECS)

    def _run(self) -> None:
        refusal, is_published = "", False
        with connect(self._url, ANSWERS_WITHIN_SECS) as client:
            while True:
                entry = self._entry.model_copy(update=_changing(self._status))
                try:
                    client.set(entry.key, entry.model_dump_json(), ex=EXPIRES_SECS)
                    refusal, is_published = "", True
                except ResponseError as error:
                    if refusal != (refusal := str(error)):
                        logging.getLogger(__name__).warning("`recon fleet` does not see this node: %s", error)
                except (RedisError, OSError):
                    is_published = False
                if self._closed.wait(TOLD_EVERY_SECS):
                    break
            if is_published:
                with suppress(RedisError, OSError):
                    client.delete(entry.key)


def entry_of(
    settings: Settings, identity: Identity, accounts: tuple[str, ...], monitor_url: str, status: Status
) -> Entry:
    """Return a node as it is published first, under an instance id of its own."""
    return Entry(
        instance_id=secrets.token_hex(6),
        trader_id=identity.trader_id,
        accounts=accounts,
        account_key=_account_key(settings, accounts),
        host=socket.gethostname(),
        pid=os.getpid(),
        begun=identity.begun,
        preset=identity.preset,
        fingerprint=identity.fingerprint,
        version=identity.version,
        engine_version=identity.engine_version,
        monitor_url=monitor_url,
        values=settings.masked(),
        origins=dict(settings.origins),
        **_changing(status),
    )


def _account_key(settings: Settings, accounts: tuple[str, ...]) -> str | None:
    """Return the digest of the API key, where it is sure which account it is for."""
    if settings.venue.api_key is None or len(accounts) != 1:
        return None
    return hashlib.sha256(f"recon fleet {settings.venue.api_key.get_secret_value()}".encode()).hexdigest()[:16]


def _changing(status: Status) -> dict[str, Any]:
    """Return what of an entry changes while the node runs."""
    picture = status.picture
    lacking = missing(picture, time.time())
    return {
        "state": picture.state.value,
        "since": picture.since,
        "is_reconciled": picture.is_reconciled,
        "is_ready": not lacking,
        "reason": "; ".join(lacking.values())[:LONGEST],
        "positions": tuple(
            NetPosition(account=account, instrument_id=instrument_id, net=amount_text(amount))
            for (account, instrument_id), amount in sorted(picture.counted.positions.items())
        ),
    }
