"""The exchange over sockets: its REST calls, its streams and its control API as one aiohttp application."""

import asyncio
from http import HTTPStatus
from typing import Final

from aiohttp import web

from reconciliation.venue.control import PREFIX
from reconciliation.venue.errors import NoSuchCall, RequestRefused
from reconciliation.venue.exchange import Exchange

MOST_CONTROL_BYTES: Final = 1024**2


def application(exchange: Exchange) -> web.Application:
    """Return the application that serves an exchange."""
    app = web.Application(client_max_size=MOST_CONTROL_BYTES)
    _add_control(app, exchange)
    _add_wires(app, exchange)
    return app


def _add_wires(app: web.Application, exchange: Exchange) -> None:
    async def answered(request: web.Request) -> web.StreamResponse:
        if request.headers.get("Upgrade", "").lower() == "websocket":
            return await _served(exchange, request)
        handling = exchange.receive(request.method, request.raw_path, request.headers, await request.read())
        await asyncio.sleep(handling.delay_secs)
        answer = handling.answer()
        if answer is None:
            return _broken(request)
        return web.Response(
            status=answer.status, body=answer.body, content_type="application/json", headers=handling.headers
        )

    async def drop_sockets(_: web.Application) -> None:
        exchange.drop()

    app.router.add_route("*", "/{path:.*}", answered)
    app.on_shutdown.append(drop_sockets)


def _add_control(app: web.Application, exchange: Exchange) -> None:
    async def control(request: web.Request) -> web.StreamResponse:
        path = request.path.removeprefix(PREFIX).removeprefix("/")
        try:
            return web.json_response(exchange.control.call(request.method, path, await request.read()))
        except NoSuchCall:
            refusal, status = f"no control call {request.method} {request.path}", HTTPStatus.NOT_FOUND
        except RequestRefused as error:
            refusal, status = str(error), HTTPStatus.BAD_REQUEST
        return web.json_response({"error": refusal}, status=status)

    app.router.add_route("*", PREFIX + "{tail:(/.*)?}", control)


class _Socket:
    """One open socket: the request that opened it and what it has still to be told, with when."""

    def __init__(self, request: web.Request) -> None:
        self._request = request
        self._loop = asyncio.get_running_loop()
        self._queue: asyncio.Queue[tuple[str, float]] = asyncio.Queue()

    def tell(self, text: str, lag_secs: float) -> None:
        """Queue a message."""
        self._queue.put_nowait((text, self._loop.time() + lag_secs))

    def break_off(self) -> None:
        """Break the connection."""
        if self._request.transport is not None:
            self._request.transport.abort()

    async def send_all(self, response: web.WebSocketResponse) -> None:
        """Send what is queued, in order, each no earlier than it is due."""
        try:
            while True:
                text, due = await self._queue.get()
                await asyncio.sleep(max(0.0, due - self._loop.time()))
                await response.send_str(text)
        except ConnectionError:
            return  # the reading side notices the same and ends the socket


async def _served(exchange: Exchange, request: web.Request) -> web.StreamResponse:
    """Serve one socket until either side ends it; pings are answered with pongs."""
    socket = _Socket(request)
    line = exchange.listen(request.raw_path, socket)
    if line is None and exchange.state.is_away:
        return _broken(request)
    if line is None:
        return web.json_response({"code": -1125, "msg": "This listenKey does not exist."}, status=400)
    response = web.WebSocketResponse()
    sender: asyncio.Task[None] | None = None
    try:
        await response.prepare(request)
        sender = asyncio.create_task(socket.send_all(response))
        async for message in response:
            line.hear(str(message.data))
    finally:
        line.leave()
        if sender is not None:
            sender.cancel()
    return response


def _broken(request: web.Request) -> web.Response:
    """Break the connection; what is returned goes nowhere."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()
