"""A node's database as a real server that goes away, comes back, and is slow."""

import time
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Final, Self

from redis.exceptions import RedisError

from reconciliation.cache_client import connect
from reconciliation.embedded.cache import EmbeddedCache
from reconciliation.node.holder import Holder
from reconciliation.node.lease import COUNT
from reconciliation.node.lease import PREFIX as LEASES

_READ_WITHIN_SECS: Final = 30.0


class WireStore:
    """The server, between entering and leaving the context.

    Args:
        trader_id: whose histories are read.
    """

    def __init__(self, trader_id: str) -> None:
        self._prefix = f"trader-{trader_id}:"
        self._server = EmbeddedCache()
        self._back_at: float | None = None
        self._lag_secs = 0.0
        self._paused_until = 0.0

    def __enter__(self) -> Self:
        self._server.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.__exit__(kind, error, trace)

    @property
    def url(self) -> str:
        """Its address."""
        return self._server.url

    def histories(self) -> Mapping[str, tuple[bytes, ...]]:
        """Return the order and position histories, event by event, by key such as `orders:O-1`."""
        if self._back_at is not None:
            time.sleep(max(0.0, self._back_at - time.monotonic()))
            self.tend()
        found: dict[str, tuple[bytes, ...]] = {}
        with connect(self.url, _READ_WITHIN_SECS) as client:
            for kind in ("orders", "positions"):
                keys = list(client.scan_iter(f"{self._prefix}{kind}:*", count=500))
                read: Any = client.pipeline(transaction=False)
                for key in keys:
                    read.lrange(key, 0, -1)
                for key, events in zip(keys, read.execute(), strict=True):
                    found[key.decode().removeprefix(self._prefix)] = tuple(events)
        return found

    def clear(self) -> None:
        """Kill the server and start it again without its data."""
        self._server.kill()
        self._server.come_back(empty=True)

    def interrupt(self, secs: float) -> None:
        """Kill the server, and have it back after so long."""
        self._server.kill()
        self._back_at = time.monotonic() + secs

    def slow_down(self, secs: float) -> None:
        """Let every write wait for up to so long from now on; at 0 none."""
        self._lag_secs, self._paused_until = secs, 0.0
        if secs:
            self.tend()
        elif self._back_at is None:
            with connect(self.url) as client:
                client.execute_command("CLIENT", "UNPAUSE")

    def take_over(self, secs: float) -> None:
        """Write another holder into every lease, for so long."""
        with connect(self.url) as client:
            for key in list(client.scan_iter(f"{LEASES}*")):
                if not key.endswith(COUNT.encode()):
                    holder = Holder.current("ELSEWHERE-001", int(client.incr(key + COUNT.encode())))
                    client.set(key, holder.model_dump_json(), px=int(secs * 1_000))

    def tend(self) -> None:
        """Do what is due: start the server again, and let writes wait once more."""
        now = time.monotonic()
        if self._back_at is not None and now >= self._back_at:
            self._back_at = None
            self._server.come_back()
        if self._lag_secs and self._back_at is None and now >= self._paused_until:
            self._paused_until = now + self._lag_secs
            try:
                with connect(self.url) as client:
                    client.execute_command("CLIENT", "PAUSE", int(self._lag_secs * 1_000), "WRITE")
            except RedisError:
                return  # it is asked again in time
