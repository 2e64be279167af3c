"""The user data stream: sockets that hear of every change of an order."""

import asyncio
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final

from aiohttp import web

from reconciliation.venue.credentials import KeyPair
from reconciliation.venue.records import Event
from reconciliation.venue.shapes import messages

PATH: Final = "/ws"


@dataclass(eq=False, slots=True)
class _Socket:
    """One open socket: the request that opened it and what it has still to be told."""

    request: web.Request
    queue: asyncio.Queue[str] = field(default_factory=asyncio.Queue)


class UserStream:
    """All open user stream sockets of the account.

    A message is queued on every socket the moment the ledger changed, so each socket hears the changes in the
    ledger's order; what is told while there is no socket, or while the stream is muted, is lost.

    Args:
        keys: whose listen key opens a socket.
        now_ms: the clock, milliseconds since the epoch, for the messages' event time.

    Attributes:
        muted: whether sockets stay open but hear nothing.
    """

    def __init__(self, keys: KeyPair, now_ms: Callable[[], int]) -> None:
        self.muted = False
        self._keys = keys
        self._now_ms = now_ms
        self._sockets: list[_Socket] = []

    @property
    def sockets(self) -> int:
        """How many sockets are open."""
        return len(self._sockets)

    def tell(self, events: Iterable[Event]) -> None:
        """Queue what the stream says about these events on every socket."""
        if self.muted:
            return
        for event in events:
            for message in messages(event, self._now_ms()):
                text = json.dumps(message)
                for socket in self._sockets:
                    socket.queue.put_nowait(text)

    def drop(self) -> int:
        """Break every socket without a closing handshake, as a network failure does; answer how many."""
        dropped, self._sockets = self._sockets, []
        for socket in dropped:
            if socket.request.transport is not None:
                socket.request.transport.abort()
        return len(dropped)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Serve one socket until either side ends it; pings are answered with pongs."""
        if request.query.get("listenKey") != self._keys.listen_key:
            return web.json_response({"code": -1125, "msg": "This listenKey does not exist."}, status=400)
        response = web.WebSocketResponse()
        await response.prepare(request)
        socket = _Socket(request)
        self._sockets.append(socket)
        sender = asyncio.create_task(_send(response, socket.queue))
        try:
            async for _ in response:
                pass  # a user stream listens to nothing its client says
        finally:
            if socket in self._sockets:
                self._sockets.remove(socket)
            sender.cancel()
        return response


async def _send(response: web.WebSocketResponse, queue: asyncio.Queue[str]) -> None:
    try:
        while True:
            await response.send_str(await queue.get())
    except ConnectionError:
        return  # the reading side notices the same and ends the socket
