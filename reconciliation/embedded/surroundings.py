"""What a node needs around it: the given venue and cache, or embedded ones."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from redis.exceptions import RedisError

from reconciliation.embedded.cache import EmbeddedCache, running_url
from reconciliation.embedded.cache_copy import copy_trader
from reconciliation.embedded.failures import CopyFailedError
from reconciliation.settings import Settings

Tell = Callable[..., Any]
"""Told of what was started: the event's name, and its figures by keyword."""


class Surroundings:
    """Starts what a node lacks, and ends it afterwards.

    Args:
        tell: told about everything embedded.
        data_dir: where an embedded pair stays; temporary folders when absent.
        may_go_on: called between two steps; what it raises ends them.
    """

    def __init__(self, tell: Tell, data_dir: Path | None, may_go_on: Callable[[], None]) -> None:
        self._tell = tell
        self._data_dir = data_dir
        self._may_go_on = may_go_on
        self._stack = ExitStack()

    @contextmanager
    def around(self, settings: Settings, *, wants_venue: bool, copied_cache: bool) -> Iterator[Settings]:
        """Yield settings that name a venue and a cache.

        Args:
            settings: what was resolved.
            wants_venue: whether nobody brings a client.
            copied_cache: work on a copy of the trader's keys, and leave the cache as it is.

        Raises:
            EmbeddedCacheError: the embedded cache cannot start.
            ProcessFailedError: the embedded venue cannot start.
            CopyFailedError: the cache that is to be copied failed.
        """
        with self._stack:
            cache_dir: Path | None = self._data_dir / "cache" if self._data_dir else Path(settings.cache.data_dir)
            if wants_venue:
                settings = self._with_venue(settings)
                cache_dir = self._data_dir / "cache" if self._data_dir else None
            if settings.cache.url is None:
                settings = self._with_cache(settings, cache_dir, copied=copied_cache)
            if copied_cache and settings.cache.url is not None:
                settings = self._with_copy(settings, settings.cache.url.get_secret_value())
            yield settings

    def _with_venue(self, settings: Settings) -> Settings:
        from reconciliation.embedded.venue import VenueProcess  # noqa: PLC0415 - most nodes have a venue

        folder = self._data_dir / "venue" if self._data_dir else None
        venue = self._stack.enter_context(VenueProcess(folder))
        self._may_go_on()
        self._tell(
            "embedded_venue",
            http_url=venue.http_url,
            control_url=venue.control_url,
            data_dir=str(folder) if folder else "temporary",
        )
        section = settings.venue.model_copy(
            update={
                "http_url": venue.http_url,
                "stream_url": venue.stream_url,
                "api_key": SecretStr(venue.api_key),
                "api_secret": SecretStr(venue.api_secret),
            }
        )
        return settings.with_sections("embedded", venue=section)

    def _with_cache(self, settings: Settings, folder: Path | None, *, copied: bool) -> Settings:
        if copied and folder is not None and (url := running_url(folder)) is not None:
            return _with_url(settings, url, "embedded")  # a node is using it; its keys can be copied all the same
        if copied and folder is not None and not folder.exists():
            folder = None
        cache = self._stack.enter_context(EmbeddedCache(folder))
        self._may_go_on()
        self._tell(
            "embedded_cache",
            url=cache.url,
            data_dir=str(cache.data_dir) if folder else "temporary",
            adopted=cache.adopted,
        )
        return _with_url(settings, cache.url, "embedded")

    def _with_copy(self, settings: Settings, source: str) -> Settings:
        copy = self._stack.enter_context(EmbeddedCache())
        self._may_go_on()
        try:
            keys = copy_trader(source, settings.node.trader_id, copy.url)
        except RedisError as error:
            reason = " ".join(str(error).split())
            raise CopyFailedError(f"the cache failed: {reason}", "check its state and the user's rights") from None
        self._may_go_on()
        self._tell("cache_copied", trader_id=settings.node.trader_id, keys=keys)
        return _with_url(settings, copy.url, "copy")


def _with_url(settings: Settings, url: str, origin: str) -> Settings:
    return settings.with_sections(origin, cache=settings.cache.model_copy(update={"url": SecretStr(url)}))
