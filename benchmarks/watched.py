"""`make bench`: what it costs a node to be watched, and how long a scrape takes while its event loop is blocked.

Linux only. Both nodes are recon's own, with every guard; of the pair one serves its metrics and is scraped every
second, fifteen times as often as is usual.
"""

import re
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from typing import Final, Self

import click

from benchmarks.limits.measures import FULL, QUICK, Sizes
from benchmarks.limits.measuring import RECON, cache, surroundings, told_by

SCRAPED_WITHIN_SECS: Final = 0.05
COSTS_AT_MOST: Final = 1.05
BETWEEN_SECS: Final = 0.05
BLOCKED: Final = re.compile(rb'state="RECONCILING"[^}]*} 1')
"""What the answer of a node holds whose startup reconciliation runs."""
USUAL_SECS: Final = 1.0


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
def _scraped(between_secs: float) -> Iterator[tuple[dict[str, str], Scraper]]:
    """Yield the variables of a node that is scraped, and what scrapes it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    with Scraper(port, between_secs) as scraper:
        yield {"RECON_MONITOR_ENABLED": "true", "RECON_MONITOR_PORT": str(port)}, scraper


def _scrapes(sizes: Sizes, folder: Path) -> list[float]:
    """Return how long each scrape took while a node reconciled at its start."""
    with (
        surroundings(fills=sizes.fills, open_orders=1, symbols=sizes.symbols, progress=_tell) as env,
        cache() as url,
        _scraped(BETWEEN_SECS) as (watched, scraper),
    ):
        _tell("a node starts and is scraped")
        for _, _told in told_by(RECON, env | url | watched, folder, "start"):
            return list(scraper.secs)
    return []


def _costs(folder: Path, rounds: int, orders: int) -> list[tuple[float, float]]:
    """Return what each round cost a node without and with a watch, in milliseconds of processor time an order."""
    found = []
    for number in range(rounds):
        cpu: list[float] = []
        for is_watched in (False, True) if number % 2 else (True, False):
            _tell(f"round {number + 1} of {rounds}, {'' if is_watched else 'not '}watched")
            with (
                surroundings(fills=0, open_orders=1, symbols=1, progress=_tell) as env,
                cache() as url,
                _scraped(USUAL_SECS) as (watched, _),
            ):
                variables = env | url | (watched if is_watched else {})
                told = [told for _, told in told_by(RECON, variables, folder, "trades", 1, orders)]
            cpu.append(sum(each["cpu"] for each in told if "cpu" in each) / orders * 1_000)
        found.append((cpu[0], cpu[1]) if number % 2 else (cpu[1], cpu[0]))
    return found


def _tell(text: str) -> None:
    click.echo(text, err=True)


@click.command("watched")
@click.option("--quick", is_flag=True, help="Small sizes: shows that everything runs, measures nothing.")
def main(*, quick: bool) -> None:
    """Measure scrapes and the cost of being watched: some seven minutes."""
    rounds, orders = (2, 4) if quick else (6, 300)
    with TemporaryDirectory() as folder:
        secs = _scrapes(QUICK if quick else FULL, Path(folder))
        costs = _costs(Path(folder), rounds, orders)
    p99 = quantiles(secs, n=100)[98] if len(secs) > 1 else 0.0
    ratio = median(watched / alone for alone, watched in costs)
    alone, watched = (median(each) for each in zip(*costs, strict=True))
    click.echo("| | limit | measured |\n|---|---|---|")
    click.echo(
        f"| a scrape while 10,000 orders are reconciled, p99 of {len(secs)} |"
        f" {SCRAPED_WITHIN_SECS * 1_000:.0f} ms | {p99 * 1_000:.1f} ms (median {median(secs) * 1_000:.1f} ms) |"
    )
    click.echo(
        f"| processor time an order, watched / not, median of {rounds} pairs of {orders} orders |"
        f" {COSTS_AT_MOST:.2f} | {ratio:.3f} ({watched:.2f} / {alone:.2f} ms) |"
    )


if __name__ == "__main__":
    sys.exit(main())
