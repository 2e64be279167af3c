"""A stream that broke comes back in virtual time as upstream's client brings it back over a socket."""

import asyncio
from collections.abc import Callable
from itertools import pairwise
from random import Random
from typing import Any, Final

from aiohttp import web
from nautilus_trader.common.component import init_logging, is_logging_initialized
from nautilus_trader.core.nautilus_pyo3 import WebSocketClient, WebSocketConfig

from reconciliation.engine.v1.simulated import transports
from reconciliation.engine.v1.simulated.loop import VirtualLoop
from reconciliation.engine.v1.simulated.time import SECOND_NS, VirtualTime

REFUSALS: Final = 2
PATIENCE_SECS: Final = 30.0


class Door:
    """The venue's end: it lets the first attempt in, breaks that off, and refuses some before the next."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self.attempts: list[float] = []
        self.told: list[float] = []

    def lets_in(self) -> bool:
        """Whether this attempt is let in."""
        self.attempts.append(self._now())
        return not 1 < len(self.attempts) <= 1 + REFUSALS

    def tell(self) -> None:
        """Hear from the client that it is connected again."""
        self.told.append(self._now())

    def check(self) -> None:
        """Hold what happened against the waits that are simulated; a busy machine is late, and never early."""
        _, *again = self.attempts
        first, second = (after - before for before, after in pairwise(again))
        assert transports.AFTER_REFUSAL_SECS <= first < transports.FIRST_DELAY_SECS
        least = transports.AFTER_REFUSAL_SECS + transports.FIRST_DELAY_SECS
        assert least <= second < least * transports.DELAY_FACTOR
        (told,) = self.told
        assert told - again[-1] >= transports.RECONNECTED_AFTER_SECS


def test_over_a_socket() -> None:
    if not is_logging_initialized():
        init_logging(bypass=True)

    async def main() -> Door:
        loop = asyncio.get_running_loop()
        door, opened, over = Door(loop.time), asyncio.Event(), asyncio.Event()

        async def serve(request: web.Request) -> web.StreamResponse:
            if not door.lets_in():
                assert request.transport is not None
                request.transport.abort()
                return web.Response()
            response = web.WebSocketResponse()
            await response.prepare(request)
            assert request.transport is not None
            if not opened.is_set():
                await opened.wait()
                request.transport.abort()
            async for _ in response:
                pass
            return response

        def reconnected() -> None:
            door.tell()
            loop.call_soon_threadsafe(over.set)  # it is called from the client's own thread

        app = web.Application()
        app.router.add_get("/ws", serve)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        host, port = runner.addresses[0][:2]
        config: Any = WebSocketConfig
        client: Any = await WebSocketClient.connect(
            loop_=loop,
            config=config(url=f"ws://{host}:{port}/ws", headers=[], heartbeat=60),
            handler=lambda _: None,
            post_reconnection=reconnected,
        )
        opened.set()
        await asyncio.wait_for(over.wait(), PATIENCE_SECS)
        await client.disconnect()
        await runner.cleanup()
        return door

    asyncio.run(main()).check()


def test_in_virtual_time() -> None:
    time = VirtualTime(0)
    loop = VirtualLoop(time)
    door = Door(time.secs)

    class Venue:
        listener: Any = None

        def listen(self, _target: str, listener: Any) -> Callable[[], None] | None:
            self.listener = listener
            return (lambda: None) if door.lets_in() else None

    venue: Any = Venue()
    seeded = Random(1)  # noqa: S311 - no secret
    network = transports.Network(
        venue, seeded, lambda _kind, _text: None, lambda secs, act: time.at(time.now_ns + int(secs * SECOND_NS), act)
    )

    async def main() -> None:
        config = transports.StreamConfig("ws://127.0.0.1:1/ws?listenKey=x")
        client = transports.stream_client(network)
        await client.connect(loop, config, lambda _: None, post_reconnection=door.tell)
        venue.listener.break_off()
        await asyncio.sleep(PATIENCE_SECS)

    loop.run_until_complete(main())
    loop.close()
    door.check()
