"""Scraping a node again and again while it does something."""

import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from typing import Final, Self

BLOCKED: Final = re.compile(rb'state="RECONCILING"[^}]*} 1')
"""What the answer of a node holds whose startup reconciliation runs."""


class Scraper:
    """Scrapes a node again and again from a thread.

    Args:
        port: where it serves.
        between_secs: from when a scrape is due to when the next is.

    Attributes:
        secs: how long each took from when it was due, of a node that reconciles and whose endpoints have answered once;
            a scrape that fails is not over before the next is answered.
    """

    def __init__(self, port: int, between_secs: float) -> None:
        self.secs: list[float] = []
        self._port = port
        self._between_secs = between_secs
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        due = waiting = time.perf_counter()
        has_answered = False
        while not self._is_over.wait(max(due - time.perf_counter(), 0)):
            waiting, due = min(waiting, due), due + self._between_secs
            try:
                connection = HTTPConnection("127.0.0.1", self._port, timeout=30)
                connection.request("GET", "/metrics")
                is_blocked = BLOCKED.search(connection.getresponse().read())
                connection.close()
            except (OSError, HTTPException):
                if has_answered:
                    continue  # whoever waits goes on waiting
            else:
                if has_answered and is_blocked:
                    self.secs.append(time.perf_counter() - waiting)
                elif not has_answered:
                    has_answered, due = True, time.perf_counter()
            waiting = due

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self._thread.join()


@contextmanager
def scraped(between_secs: float) -> Iterator[tuple[dict[str, str], Scraper]]:
    """Yield the variables of a node that is scraped, and what scrapes it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    with Scraper(port, between_secs) as scraper:
        yield {"RECON_MONITOR_ENABLED": "true", "RECON_MONITOR_PORT": str(port)}, scraper
