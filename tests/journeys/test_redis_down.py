import json
import socket
import time
from collections.abc import Iterator

import pytest
from stage import Stage, environment

from reconciliation.embedded.venue import VenueProcess

# Importing the engine on a busy machine, and the preflight's two seconds; the engine's own client takes minutes.
SOON_SECS = 20.0
# Of the venue a boot asks this meanwhile, so that all that is wrong is told at once.
ASKED = {"GET /fapi/v1/time", "GET /fapi/v1/positionSide/dual"}


@pytest.fixture
def no_redis() -> Iterator[socket.socket]:
    """Something that is no Redis: it refuses, until it is told to listen and then stays silent."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        yield other


@pytest.mark.parametrize(("command", "listens"), [("run", False), ("reconcile", True)], ids=["refused", "silent"])
def test_without_redis_nothing_starts(
    stage: Stage, venue: VenueProcess, no_redis: socket.socket, command: str, *, listens: bool
) -> None:
    """Cache: a Redis that is down ends the command with exit 3 within seconds, in one line that says what to do."""
    if listens:
        no_redis.listen()
    url = f"redis://user:{'pass' * 3}@127.0.0.1:{no_redis.getsockname()[1]}"
    begun = time.monotonic()
    told = stage.recon(command, **environment(venue, url))
    assert told.code == 3
    assert time.monotonic() - begun < SOON_SECS
    (line,) = told.stderr.splitlines()
    reason = json.loads(line)["reason"] if command == "run" else line
    assert "cannot be reached" in reason
    assert "RECON_CACHE_URL" in reason
    assert "passpasspass" not in told.stdout + told.stderr
    assert {request.call for request in venue.control.requests()} <= ASKED
