"""Is the cache usable? Asked before the engine is built, because its own client would hang a boot for minutes."""

from typing import Final

import redis
from redis.backoff import NoBackoff
from redis.exceptions import AuthenticationError, NoPermissionError, RedisError
from redis.retry import Retry

from reconciliation.settings.urls import masked_url

REACHABLE_WITHIN_SECS: Final = 2.0
LEAST_VERSION: Final = (6, 2)
"""The engine's own requirement, for streams."""


class PreflightError(Exception):
    """The cache is not usable; the message says what to do."""


def connect(url: str, answer_within_secs: float = REACHABLE_WITHIN_SECS) -> "redis.Redis":
    """Return a client that gives up within a limit, never retries, and asks nothing by itself."""
    return redis.Redis.from_url(
        url,
        socket_connect_timeout=REACHABLE_WITHIN_SECS,
        socket_timeout=answer_within_secs,
        protocol=2,
        retry=Retry(NoBackoff(), 0),
    )


def check_cache(url: str) -> None:
    """Check that the database at a `redis://` url answers within two seconds and is new enough.

    Raises:
        PreflightError: it does not, or refuses the credentials, or is older than 6.2.
    """
    where = masked_url(url)
    try:
        with connect(url) as client:
            version = str(client.info("server").get("redis_version", "0"))
    except (AuthenticationError, NoPermissionError) as error:
        raise PreflightError(f"the cache at {where} refuses the credentials ({error}); check RECON_CACHE_URL") from None
    except (RedisError, OSError) as error:
        reason = " ".join(str(error).split())
        raise PreflightError(
            f"the cache at {where} cannot be reached ({reason}); start it, or correct RECON_CACHE_URL"
        ) from None
    numbers = tuple(int(part) for part in version.split(".")[:2] if part.isdigit())
    if numbers < LEAST_VERSION:
        raise PreflightError(f"the cache at {where} is version {version}; the engine needs 6.2 or newer")
