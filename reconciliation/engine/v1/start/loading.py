"""How far the load of a cache is, told while a node is made: no loop runs yet, so from within, between two reads."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any, Final

from reconciliation.engine.lifecycle import Lifecycle, StartupProgress
from reconciliation.engine.v1.start.progress import SAMPLE, TOLD_FROM_SECS, told_next

ALL_ORDERS: Final = "orders*"
"""What the engine asks the names of before it reads each order; positions come after them."""
ORDER: Final = "orders:"


class LoadProgress:
    """Follows the load of one cache.

    Args:
        lifecycle: told how far it is, where it lasts.
    """

    def __init__(self, lifecycle: Lifecycle) -> None:
        self._lifecycle = lifecycle
        self._is_on = True
        self._begun = self._now()
        self._orders_since = self._begun
        self._due_secs = TOLD_FROM_SECS
        self._loaded = self._to_load = 0

    @staticmethod
    def _now() -> float:
        return monotonic()

    def before(self, client: Any) -> "Followed":
        """Return what stands where the engine's client of its cache's database is."""
        return Followed(client, self)

    def begins(self, orders: int) -> None:
        """So many orders are to be read."""
        self._orders_since = self._now()
        self._loaded, self._to_load = 0, orders

    def has_read(self, key: str) -> None:
        """A key was read."""
        if self._is_on:
            self._loaded += key.startswith(ORDER)
            self._tell()

    def ends(self) -> None:
        """The cache is loaded; says so where it has told how far it was, as the next word may take long."""
        self._is_on = False
        if self._due_secs > TOLD_FROM_SECS:
            self._due_secs = 0.0
            self._tell()

    def _tell(self) -> None:
        secs = self._now() - self._begun
        if secs < self._due_secs:
            return
        self._due_secs = told_next(secs)
        self._lifecycle.emit(
            StartupProgress(
                step="loading",
                done=self._loaded,
                total=self._to_load,
                orders=0,
                fills=0,
                secs=secs,
                limit_secs=None,
                left_secs=self._left_secs(),
            )
        )

    def _left_secs(self) -> float | None:
        left = self._to_load - self._loaded
        if not left or self._loaded < SAMPLE:
            return None
        return (self._now() - self._orders_since) / self._loaded * left


class Followed:
    """Passes everything on to the engine's client, and notes which orders are read.

    Args:
        client: the engine's own, or what stands in its place.
        progress: of the load.
    """

    def __init__(self, client: Any, progress: LoadProgress) -> None:
        self._client = client
        self._progress = progress

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def keys(self, pattern: str) -> list[str]:
        """Return the names that match."""
        names: list[str] = self._client.keys(pattern)
        if pattern == ALL_ORDERS:
            self._progress.begins(len(names))
        return names

    def read(self, key: str) -> Any:
        """Return what a key holds."""
        found = self._client.read(key)
        self._progress.has_read(key)
        return found


@contextmanager
def load_told(lifecycle: Lifecycle) -> Iterator[LoadProgress]:
    """Tell how far the load of a cache is that is loaded meanwhile.

    Args:
        lifecycle: told it, where it lasts.
    """
    progress = LoadProgress(lifecycle)
    yield progress
    progress.ends()
