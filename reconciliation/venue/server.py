"""The venue as a process: sockets, signals and the line that says it is ready."""

import asyncio
import ipaddress
import json
import signal
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from aiohttp import web

from reconciliation.venue.control import PREFIX
from reconciliation.venue.errors import NotLoopback, PortUnusable, VenueError
from reconciliation.venue.exchange import Exchange
from reconciliation.venue.journal import DataDir
from reconciliation.venue.sockets import application

EXIT_FINE: Final = 0
EXIT_NOT_USABLE: Final = 3
# How long a hanging request may hold up the end of the process; aiohttp waits twice.
GRACE_SECS: Final = 0.1


def system_now_ms() -> int:
    """The system clock, milliseconds since the epoch."""
    return time.time_ns() // 1_000_000


class LocalVenue:
    """The venue in this process, between `start` and `stop`.

    Args:
        port: the TCP port, 0 for a free one.
        data_dir: where ledger and key pair are kept; None keeps them in memory only.
        host: the address to listen on, of this machine alone.
        market_seed: what quotes are drawn from.
        now_ms: the clock, milliseconds since the epoch.

    Attributes:
        ledger: the truth, once started.
        keys: the account's key pair, once started.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        data_dir: Path | None = None,
        host: str = "127.0.0.1",
        market_seed: int = 1,
        now_ms: Callable[[], int] = system_now_ms,
    ) -> None:
        check_loopback(host)
        self._market_seed = market_seed
        self._host = host
        self._port = port
        self._now_ms = now_ms
        self._data_dir_path = data_dir
        self._data_dir: DataDir | None = None
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        """Open the data folder, replay it and listen.

        Raises:
            VenueError: the port or the data folder is not usable; nothing is left open.
        """
        try:
            exchange = self._restored()
            self.ledger, self.keys = exchange.ledger, exchange.keys
            listener = _bound(self._host, self._port)
            self._port = listener.getsockname()[1]
            self._runner = web.AppRunner(application(exchange), access_log=None, shutdown_timeout=GRACE_SECS)
            await self._runner.setup()
            await web.SockSite(self._runner, listener).start()
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Stop listening, break what is still open, close the data folder."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None
        if self._data_dir is not None:
            self._data_dir.close()
            self._data_dir = None

    @property
    def http_url(self) -> str:
        """Where the REST calls go."""
        return f"http://{self._authority}"

    @property
    def stream_url(self) -> str:
        """What the adapter makes the user stream's address from."""
        return f"ws://{self._authority}"

    @property
    def control_url(self) -> str:
        """Where the control calls go."""
        return self.http_url + PREFIX

    @property
    def ready(self) -> dict[str, str]:
        """What a client must know to use the venue."""
        return {
            "http_url": self.http_url,
            "stream_url": self.stream_url,
            "control_url": self.control_url,
            "api_key": self.keys.api_key,
            "api_secret": self.keys.api_secret,
        }

    @property
    def _authority(self) -> str:
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"{host}:{self._port}"

    def _restored(self) -> Exchange:
        """Return the exchange as the data folder holds it, and journal into that from now on."""
        path = self._data_dir_path
        self._data_dir = kept = None if path is None else DataDir(path)
        exchange = Exchange(
            self._now_ms,
            None if kept is None else kept.keys,
            now_secs=time.time,
            after=asyncio.get_running_loop().call_later,
            market_seed=self._market_seed,
        )
        if kept is not None:
            for entry in kept.entries:
                exchange.ledger.apply(entry)
            exchange.ledger.record = kept.append
        return exchange


async def serve(venue: LocalVenue, on_ready: Callable[[dict[str, str]], None]) -> None:
    """Run the venue until SIGTERM or SIGINT.

    Args:
        venue: not started yet.
        on_ready: told once, with `LocalVenue.ready`, when requests are answered.

    Raises:
        VenueError: it cannot start.
    """
    over = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, over.set)
    await venue.start()
    try:
        on_ready(venue.ready)
        await over.wait()
    finally:
        await venue.stop()


def run_venue(
    port: int = 0,
    data_dir: Path | None = None,
    host: str = "127.0.0.1",
    *,
    market_seed: int = 1,
    shown: Callable[[dict[str, str]], str] = json.dumps,
) -> int:
    """Run the venue as this process: what `shown` makes of its addresses on stdout when ready, problems on stderr.

    Args:
        port: the TCP port, 0 for a free one.
        data_dir: where ledger and key pair are kept; None keeps them in memory only.
        host: the address to listen on, of this machine alone.
        market_seed: what quotes are drawn from.
        shown: makes text of `LocalVenue.ready`; JSON on one line when absent.

    Returns:
        The exit code: 0 after a signal, 3 when it cannot start.
    """
    try:
        venue = LocalVenue(port=port, data_dir=data_dir, host=host, market_seed=market_seed)
        asyncio.run(serve(venue, lambda ready: print(shown(ready), flush=True)))  # noqa: T201 - this process's output
    except VenueError as error:
        print(error, file=sys.stderr)  # noqa: T201 - as above
        return EXIT_NOT_USABLE
    return EXIT_FINE


def check_loopback(host: str) -> None:
    """Raise NotLoopback unless an address can be reached from this machine alone."""
    try:
        loopback = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        raise NotLoopback(
            f"host {host!r} is not a loopback address: the venue answers only this machine; use 127.0.0.1"
        )


def _bound(host: str, port: int) -> socket.socket:
    """A socket bound to the port; the kernel picks one for 0."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    # A venue that was killed must get its port back at once.
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except (OSError, OverflowError) as error:
        listener.close()
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        raise PortUnusable(f"cannot listen on {host} port {port}: {reason}; use another port") from error
    return listener
