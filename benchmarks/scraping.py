"""Scraping a node again and again while it does something."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from typing import Self


class Scraper:
    """Scrapes a node again and again from a thread, and keeps how long each scrape took from when it was due.

    All from the first on that is answered, which waits for the process to start that answers. One that fails is not
    over before the next is answered.

    Args:
        port: where it serves.
        between_secs: from when a scrape is due to when the next is.
    """

    def __init__(self, port: int, between_secs: float) -> None:
        self._port = port
        self._between_secs = between_secs
        self._scrapes: list[tuple[float, float]] = []
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def stop(self) -> None:
        """Scrape no more, and wait for the scrape that is on its way."""
        self._is_over.set()
        self._thread.join()

    def secs_between(self, begun: float, until: float) -> list[float]:
        """Return how long those took that waited between two moments of the monotonic clock, the first one left out."""
        return [ended - due for due, ended in self._scrapes[1:] if due <= until and ended >= begun]

    def _run(self) -> None:
        due = waiting = time.monotonic()
        while not self._is_over.wait(max(due - time.monotonic(), 0)):
            waiting, due = min(waiting, due), due + self._between_secs
            if self._is_answered():
                if not self._scrapes:
                    due = time.monotonic()
                self._scrapes.append((waiting, time.monotonic()))
            elif self._scrapes:
                continue  # whoever waits goes on waiting
            waiting = due
        if waiting < due:  # nobody knows how much longer it would have waited
            self._scrapes.append((waiting, time.monotonic()))

    def _is_answered(self) -> bool:
        connection = HTTPConnection("127.0.0.1", self._port, timeout=30)
        try:
            connection.request("GET", "/metrics")
            connection.getresponse().read()
        except (OSError, HTTPException):
            return False
        finally:
            connection.close()
        return True

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


@contextmanager
def scraped(between_secs: float) -> Iterator[tuple[dict[str, str], Scraper]]:
    """Yield the variables of a node that is scraped, and what scrapes it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    with Scraper(port, between_secs) as scraper:
        yield {"RECON_MONITOR_ENABLED": "true", "RECON_MONITOR_PORT": str(port)}, scraper
