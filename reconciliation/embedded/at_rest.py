"""The cache of a node that need not run, for who wants to look into it."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from msgspec import Struct

from reconciliation.embedded.cache import EmbeddedCache, running_url
from reconciliation.embedded.failures import EmbeddedCacheError
from reconciliation.settings import Settings


class CacheAtRest(Struct, frozen=True):
    """A cache's database.

    Attributes:
        url: where it is.
        in_use: whether a node is known to use it: of an embedded one it is known, of any other it is not.
    """

    url: str
    in_use: bool = False


@contextmanager
def cache_at_rest(settings: Settings) -> Iterator[CacheAtRest | None]:
    """Yield the cache that a node of these settings would use, started where it is an embedded one; None without any.

    Raises:
        EmbeddedCacheError: the embedded cache cannot start.
    """
    folder = Path(settings.cache.data_dir)
    with ExitStack() as stack:
        if settings.cache.url is not None:
            yield CacheAtRest(settings.cache.url.get_secret_value())
        elif folder.exists():
            yield _embedded(stack, folder)
        else:
            yield None


def _embedded(stack: ExitStack, folder: Path) -> CacheAtRest:
    try:
        return CacheAtRest(stack.enter_context(EmbeddedCache(folder)).url)
    except EmbeddedCacheError:
        url = running_url(folder)
        if url is None:
            raise
        return CacheAtRest(url, in_use=True)
