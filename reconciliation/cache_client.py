"""A client of the cache database that never makes anybody wait."""

from typing import Final

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

REACHABLE_WITHIN_SECS: Final = 2.0


def connect(url: str, answer_within_secs: float = REACHABLE_WITHIN_SECS) -> redis.Redis:
    """Return a client that gives up within a limit, never retries, and asks nothing by itself.

    Args:
        url: `redis://` or `rediss://`, with its credentials.
        answer_within_secs: how long one answer may take; connecting may take two seconds.
    """
    return redis.Redis.from_url(
        url,
        socket_connect_timeout=REACHABLE_WITHIN_SECS,
        socket_timeout=answer_within_secs,
        protocol=2,
        retry=Retry(NoBackoff(), 0),
        driver_info=None,  # or each connection looks up the client's version, and tells it: 0.7 ms
    )
