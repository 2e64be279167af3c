"""A line to a server that is slow, that lets nothing through, or that is cut."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit


@contextmanager
def slow_line(url: str, delay_secs: float | None, cut: threading.Event | None = None) -> Iterator[str]:
    """Yield an address that leads to a server.

    Args:
        url: of the server; its host and port are replaced.
        delay_secs: how long what is sent takes one way; None lets nothing through.
        cut: while it is set, what is sent is lost; nobody is told.
    """
    parts = urlsplit(url)
    loop = asyncio.new_event_loop()
    port: list[int] = []
    ready = threading.Event()

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65_536):
            if cut is not None and cut.is_set():
                continue
            loop.call_later(delay_secs or 0.0, writer.write, data)
        loop.call_later(delay_secs or 0.0, writer.close)

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if delay_secs is None:
            await reader.read(-1)
            writer.close()
            return
        there, back = await asyncio.open_connection(parts.hostname, parts.port)
        await asyncio.gather(carry(reader, back), carry(there, writer), return_exceptions=True)

    async def serve() -> None:
        server = await asyncio.start_server(connected, "127.0.0.1", 0)
        port.append(server.sockets[0].getsockname()[1])
        ready.set()

    thread = threading.Thread(target=lambda: (loop.create_task(serve()), loop.run_forever()), daemon=True)
    thread.start()
    assert ready.wait(10)
    try:
        yield url.replace(f"{parts.hostname}:{parts.port}", f"127.0.0.1:{port[0]}")
    finally:
        asyncio.run_coroutine_threadsafe(_ended(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


async def _ended() -> None:
    """End all else that the loop does."""
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
