"""Which checks are made when."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from reconciliation.engine.builder import NodeBuilder
from reconciliation.engine.generation import generation
from reconciliation.node.errors import PreflightError
from reconciliation.node.preflight.outcome import Outcome, failed, not_asked
from reconciliation.node.preflight.server import CACHE, reached, server_outcomes
from reconciliation.node.preflight.venue import VENUE, venue_outcomes
from reconciliation.settings import Settings


def check_cache(url: str) -> None:
    """Check that the database at a `redis://` url answers within two seconds; it is only read.

    Raises:
        PreflightError: it does not, or refuses the credentials.
    """
    if refused := failed([reached(url)]):
        raise PreflightError.of(refused)


def at_boot(settings: Settings, builder: NodeBuilder) -> list[Outcome]:
    """Make the checks of a boot: those that cost a round trip or two, whatever stands in the cache.

    Args:
        settings: with the addresses of what is embedded.
        builder: with all clients.
    """
    return _both(settings, builder, lambda url: server_outcomes(url, settings.node), with_instruments=False)


def everything(settings: Settings, builder: NodeBuilder) -> list[Outcome]:
    """Make all checks: those of a boot, and those that read all that is in the cache and all that the venue lists."""
    from reconciliation.node.preflight import keys  # noqa: PLC0415 - no boot reads all that is in the cache

    def cache(url: str) -> list[Outcome]:
        server = server_outcomes(url, settings.node)
        if server[0].verdict == "fail":
            return [*server, *not_asked(keys.NAMES, "the cache cannot be used")]
        return [*server, *keys.key_outcomes(settings, url)]

    return _both(settings, builder, cache, with_instruments=True)


def _both(
    settings: Settings, builder: NodeBuilder, cache: Callable[[str], list[Outcome]], *, with_instruments: bool
) -> list[Outcome]:
    """Look at the cache while a thread asks the venues; the caller's own thread may run an event loop."""

    def venues_asked() -> list[Outcome]:
        return venue_outcomes(settings, generation().probes(builder), with_instruments=with_instruments)

    with ThreadPoolExecutor(1, "preflight") as pool:
        asking = pool.submit(venues_asked)
        url = settings.cache.url
        if url is None:
            found = [Outcome(CACHE, "ok", "none is named; a node starts an embedded one")]
        else:
            found = cache(url.get_secret_value())
        venues = asking.result()
    return [*found, *(venues or [Outcome(VENUE, "ok", "none is named; a node starts a local one")])]
