"""What a node needs around it: the given venue and cache, or embedded ones."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from pydantic import SecretStr

from reconciliation.drill.processes import VenueProcess
from reconciliation.node.boot import Logger
from reconciliation.node.copy_cache import copy_trader
from reconciliation.node.embedded_cache import EmbeddedCache, running_url
from reconciliation.node.preflight import check_cache
from reconciliation.settings import Settings


class VenueMissingError(Exception):
    """A cache is given, and no venue."""

    def __init__(self) -> None:
        super().__init__(
            "RECON_CACHE_URL is set and no venue is given; set RECON_VENUE_HTTP_URL, RECON_VENUE_STREAM_URL,"
            " RECON_VENUE_API_KEY and RECON_VENUE_API_SECRET, or unset RECON_CACHE_URL for an embedded pair"
        )


@contextmanager
def surroundings(
    settings: Settings,
    log: Logger,
    *,
    data_dir: Path | None,
    own_clients: bool = False,
    touch_cache: bool = True,
) -> Iterator[Settings]:
    """Yield settings that name a venue and a cache, starting embedded ones where none is given.

    Args:
        settings: what was resolved.
        log: told about everything embedded.
        data_dir: where an embedded pair stays; temporary folders when absent.
        own_clients: a user's function adds clients, so that a given cache without a venue is no mistake.
        touch_cache: False works on a copy of the trader's keys and leaves the cache as it is.

    Raises:
        VenueMissingError: a cache is given and no venue.
        PreflightError: the given cache is not usable.
        EmbeddedCacheError: the embedded cache cannot start.
        ProcessFailedError: the embedded venue cannot start.
    """
    if settings.cache.url is not None and not settings.venue.is_given and not own_clients:
        raise VenueMissingError
    with ExitStack() as stack:
        cache_dir: Path | None = data_dir / "cache" if data_dir else Path(settings.cache.data_dir)
        if not settings.venue.is_given and settings.cache.url is None:
            settings = _with_embedded_venue(settings, stack, log, data_dir)
            cache_dir = data_dir / "cache" if data_dir else None
        if settings.cache.url is None:
            settings = _with_embedded_cache(settings, stack, log, cache_dir, touch_cache=touch_cache)
        if not touch_cache and settings.cache.url is not None:
            settings = _with_copied_cache(settings, stack, log)
        yield settings


def _with_embedded_venue(settings: Settings, stack: ExitStack, log: Logger, data_dir: Path | None) -> Settings:
    venue = stack.enter_context(VenueProcess(data_dir / "venue" if data_dir else None))
    log.info(
        "embedded_venue",
        http_url=venue.http_url,
        control_url=venue.control_url,
        data_dir=str(data_dir / "venue") if data_dir else "temporary",
    )
    section = settings.venue.model_copy(
        update={
            "http_url": venue.http_url,
            "stream_url": venue.stream_url,
            "api_key": SecretStr(venue.api_key),
            "api_secret": SecretStr(venue.api_secret),
        }
    )
    return settings.with_sections(venue=section)


def _with_embedded_cache(
    settings: Settings, stack: ExitStack, log: Logger, cache_dir: Path | None, *, touch_cache: bool
) -> Settings:
    if not touch_cache and cache_dir is not None and (url := running_url(cache_dir)) is not None:
        return _with_cache(settings, url)  # a node is using it; its keys can be copied all the same
    if not touch_cache and cache_dir is not None and not cache_dir.exists():
        cache_dir = None
    cache = stack.enter_context(EmbeddedCache(cache_dir))
    log.info(
        "embedded_cache",
        url=cache.url,
        data_dir=str(cache.data_dir) if cache_dir else "temporary",
        adopted=cache.adopted,
    )
    return _with_cache(settings, cache.url)


def _with_copied_cache(settings: Settings, stack: ExitStack, log: Logger) -> Settings:
    if settings.cache.url is None:
        return settings
    source = settings.cache.url.get_secret_value()
    check_cache(source)
    copy = stack.enter_context(EmbeddedCache())
    keys = copy_trader(source, settings.node.trader_id, copy.url)
    log.info("cache_copied", trader_id=settings.node.trader_id, keys=keys)
    return _with_cache(settings, copy.url)


def _with_cache(settings: Settings, url: str) -> Settings:
    return settings.with_sections(cache=settings.cache.model_copy(update={"url": SecretStr(url)}))
