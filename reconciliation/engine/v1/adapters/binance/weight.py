"""How much of its request weight an address has used up, as the venue tells in a header of each answer.

Upstream's transport hands out those headers only that it was made for, and the adapter makes it for none.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from nautilus_trader.adapters.binance.http import client as http_module

HEADER: Final = "x-mbx-used-weight-1m"
WINDOW_SECS: Final = 60.0


class WeighedTransport:
    """Stands before the transport of an adapter's HTTP client.

    Args:
        transport: made for the header.
    """

    def __init__(self, transport: Any) -> None:
        self._transport = transport
        self._loop: asyncio.AbstractEventLoop | None = None
        self._used = 0
        self._told = 0.0

    @property
    def used(self) -> int:
        """What the last answer told; 0 before the first, and once its minute is over."""
        if self._loop is None or self._loop.time() - self._told > WINDOW_SECS:
            return 0
        return self._used

    async def request(self, *args: Any, **kwargs: Any) -> Any:
        """Send a request as the transport does, and read what its answer tells."""
        response = await self._transport.request(*args, **kwargs)
        used = response.headers.get(HEADER, "")
        if used.isdecimal():
            self._loop = asyncio.get_running_loop()
            self._used, self._told = int(used), self._loop.time()
        return response


@contextmanager
def weight_read() -> Iterator[None]:
    """Have every HTTP client that the adapter makes meanwhile read what answers tell."""
    upstream = http_module.HttpClient
    http_module.HttpClient = lambda **given: WeighedTransport(upstream(header_keys=[HEADER], **given))
    try:
        yield
    finally:
        http_module.HttpClient = upstream
