"""Is the cache usable? Asked before the engine is built, because its own client would hang a boot for minutes."""

from typing import Final

from redis.exceptions import AuthenticationError, NoPermissionError, RedisError

from reconciliation.cache_client import connect
from reconciliation.node.errors import PreflightError
from reconciliation.settings.urls import masked_url

LEAST_VERSION: Final = (6, 2)
"""The engine's own requirement, for streams."""


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
        raise PreflightError(
            f"the cache at {where} refuses the credentials ({error})", "check RECON_CACHE_URL"
        ) from None
    except (RedisError, OSError) as error:
        reason = " ".join(str(error).split())
        raise PreflightError(
            f"the cache at {where} cannot be reached ({reason})", "start it, or correct RECON_CACHE_URL"
        ) from None
    numbers = tuple(int(part) for part in version.split(".")[:2] if part.isdigit())
    if numbers < LEAST_VERSION:
        raise PreflightError(f"the cache at {where} is version {version}; the engine needs 6.2 or newer")
