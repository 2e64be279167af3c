"""Scrapes are timed from when they are due, and those count that waited while something lasted."""

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from benchmarks.scraping import Scraper

BETWEEN_SECS = 0.05
FIRST, SLOW = 0.3, 0.4


class Endpoint:
    """Answers each scrape so late, and the others at once."""

    def __init__(self, delays: Sequence[float]) -> None:
        self.asked: list[float] = []
        asked, left = self.asked, [*delays]

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked.append(time.monotonic())
                time.sleep(left.pop(0) if left else 0)
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self.port = self._server.server_port

    @contextmanager
    def serving(self) -> Iterator[None]:
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        yield
        self._server.shutdown()
        self._server.server_close()

    def until_asked(self, times: int) -> None:
        while len(self.asked) < times:
            time.sleep(0.005)


def test_a_scrape_that_ends_later_counts_and_the_first_does_not() -> None:
    endpoint = Endpoint([FIRST, 0, SLOW])
    with endpoint.serving(), Scraper(endpoint.port, BETWEEN_SECS) as scraper:
        endpoint.until_asked(5)
        scraper.stop()
    until = endpoint.asked[2]
    fast, slow = scraper.secs_between(0, until)
    assert fast < FIRST
    assert slow == pytest.approx(SLOW, abs=0.2)
    assert scraper.secs_between(until, until) == [slow]


def test_a_scrape_that_waits_at_the_end_is_awaited() -> None:
    endpoint = Endpoint([0, SLOW])
    with endpoint.serving(), Scraper(endpoint.port, BETWEEN_SECS) as scraper:
        endpoint.until_asked(2)
        scraper.stop()
        (slow,) = scraper.secs_between(0, time.monotonic())
    assert slow >= SLOW


def test_a_scrape_that_fails_takes_until_one_is_answered_or_all_is_over() -> None:
    endpoint = Endpoint([])
    with Scraper(endpoint.port, BETWEEN_SECS) as scraper:
        with endpoint.serving():
            endpoint.until_asked(3)
        time.sleep(SLOW)
        scraper.stop()
        *_, failed = scraper.secs_between(0, time.monotonic())
    assert failed > SLOW / 2
