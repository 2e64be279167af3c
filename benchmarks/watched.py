"""`make bench`: what it costs a node to be watched, and how long a scrape takes while its event loop is blocked.

Linux only. All nodes are recon's own, with every guard. What the event loop pays is measured in virtual time, where a
node does exactly the same again with a status that is kept and without, and no venue, database or scraper shares its
processor; what the threads pay that tell others is measured in a real node that is scraped, on their own clocks. The
process that serves is the node's child, and counted nowhere.
"""

import asyncio
import gc
import multiprocessing
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import asdict, dataclass
from decimal import Decimal
from functools import partial
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from typing import Final

import click

from benchmarks import goals, results
from benchmarks.goals import Goal
from benchmarks.limits.measuring import PRESET, RECON, cache, surroundings, told_by
from benchmarks.limits.sizes import FULL, QUICK, Sizes
from benchmarks.measured_process import NotMeasuredError
from benchmarks.scraping import scraped
from reconciliation.drill.runs.job import Chosen
from reconciliation.drill.schedule import Boot, Schedule, Settle, Submit, Until, Wait
from reconciliation.drill.virtual import START_NS, VirtualRun
from reconciliation.engine.counts import Counts
from reconciliation.engine.generation import generation
from reconciliation.engine.lifecycle import Event
from reconciliation.layers.settings_folder import shipped_settings
from reconciliation.node.observation import Observation
from reconciliation.rules.plan import Plan
from reconciliation.settings import Settings

SCRAPED_WITHIN_MS: Final = 50.0
COSTS_AT_MOST: Final = 1.05
SUBMITS_A_SEC: Final = 20
"""What the venue allows, 1,200 a minute."""
ANSWERED_SECS: Final = 5.0
"""Within which the last of them has traded."""
BETWEEN_SECS: Final = 0.05
OFTEN_SECS: Final = 1.0
"""Between two scrapes of a node whose cost is measured: fifteen times as often as is usual."""
LEAST_PART: Final = 0.8
"""Of the scrapes that are due while a node reconciles; what fewer came to says nothing."""
LIVES_ON_SECS: Final = 60
"""For so long a node lives after its start, so that a scrape which waits is answered."""


class Unheard(Observation):
    """A status that is told nothing, of a node on which nobody looks: neither its gate nor its watchdog is asked."""

    def __call__(self, event: Event) -> None:
        """Hear of nothing."""

    async def beat(self, counts: Callable[[], Counts], then: Callable[[], None]) -> None:  # noqa: ARG002 - its signature
        """Count nothing."""
        await asyncio.Event().wait()


class UnwatchedRun(VirtualRun):
    """A run whose nodes keep no status."""

    def _observed(self, settings: Settings, planned: Plan, accounts: tuple[str, ...]) -> Observation:
        return Unheard(settings, planned, accounts, lambda: START_NS / 1_000_000_000)


def _scrapes(sizes: Sizes, folder: Path) -> tuple[list[float], float]:
    """Return how long each scrape took while a node reconciled at its start, and for how long it did."""
    with (
        surroundings(fills=sizes.fills, open_orders=1, symbols=sizes.symbols, progress=_tell, built_up=True) as env,
        cache() as url,
        scraped(BETWEEN_SECS) as (watched, scraper),
        closing(told_by(RECON, env | url | watched, folder, "rest", LIVES_ON_SECS)) as node,
    ):
        _tell("a node starts and is scraped")
        _, told = next(node)
        scraper.stop()
        until, lasted = float(told["until"]), float(told["reconciliation"])
        return scraper.secs_between(until - lasted, until), lasted


def _played_secs(*, orders: int, is_watched: bool) -> float:
    """Return how much processor time a node takes for so many orders; in a process that has played nothing before."""
    trading = tuple(
        operation
        for number in range(orders)
        for operation in (
            Submit(name=f"order-{number}", side="SELL" if number % 2 else "BUY", quantity=Decimal("0.010")),
            Wait(secs=1 / SUBMITS_A_SEC),
        )
    )
    whole = (Boot(), Until(event="Started"), *trading, Wait(secs=ANSWERED_SECS), Settle(within_secs=30))
    schedule = Schedule(name="orders", seed=1, operations=whole)
    settings = Chosen(preset=PRESET, settings_dir=shipped_settings(), env={}).load()
    run = (VirtualRun if is_watched else UnwatchedRun)(settings, schedule)
    gc.collect()
    gc.freeze()
    begun = time.process_time()
    played = run.play()
    took = time.process_time() - begun
    if played.anomalies or played.fills != orders:
        raise RuntimeError(f"{played.fills} of {orders} orders traded: {', '.join(map(str, played.anomalies))}")
    return took


def _costs(rounds: int, orders: int) -> list[tuple[float, float]]:
    """Return what an order costs a node without and with a watch, milliseconds of processor time, of each round.

    The two of a round run one after the other, and what makes a processor quicker or slower meanwhile is of both.
    """
    generation()  # imports the engine, for all processes that are forked from here on
    found: list[tuple[float, float]] = []
    with (
        warnings.catch_warnings(action="ignore", category=DeprecationWarning),  # of the engine's threads, which sleep
        multiprocessing.get_context("fork").Pool(1, maxtasksperchild=1) as pool,
    ):
        for number in range(rounds):
            ms = {
                is_watched: pool.apply(partial(_played_secs, orders=orders, is_watched=is_watched)) / orders * 1_000
                for is_watched in ((False, True) if number % 2 else (True, False))
            }
            found.append((ms[False], ms[True]))
            _tell(f"round {number + 1} of {rounds}")
    return found


def _telling(folder: Path, orders: int) -> float:
    """Return the part of a scraped node's processor time that its threads take which tell others how it is."""
    with (
        surroundings(fills=0, open_orders=1, symbols=1, progress=_tell) as env,
        cache() as url,
        scraped(OFTEN_SECS) as (watched, _),
    ):
        _tell(f"a node trades {orders} orders and is scraped")
        *_, (_, told) = told_by(RECON, env | url | watched, folder, "trades", 1, orders)
    return float(told["telling"] / told["cpu"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """What being watched costs.

    Attributes:
        reconciled: how many orders a node took in that was scraped.
        reconciled_secs: for how long.
        scrapes: how many were made meanwhile.
        p99_ms: of their durations; of few it is nearly the slowest.
        median_ms: of their durations.
        rounds: how many runs were made each, watched and not.
        orders: in each of them.
        alone_ms: of processor time an order, not watched, the median.
        watched_ms: of processor time an order, watched, the median.
        event: what the event loop pays, as a ratio: the median of those of each round.
        telling: part of the processor time that the threads take which tell others.
    """

    reconciled: int
    reconciled_secs: float
    scrapes: int
    p99_ms: float
    median_ms: float
    rounds: int
    orders: int
    alone_ms: float
    watched_ms: float
    event: float
    telling: float

    def lines(self) -> Iterator[str]:
        """Yield a table."""
        yield "| | measured |"
        yield "|---|---|"
        yield (
            f"| a scrape while {self.reconciled:,} orders are reconciled, p99 of {self.scrapes} |"
            f" {self.p99_ms:.1f} ms (median {self.median_ms:.1f} ms) |"
        )
        yield (
            f"| the event loop, watched / not: {self.orders} orders, the median of {self.rounds} rounds |"
            f" {self.event:.3f} ({self.watched_ms:.2f} / {self.alone_ms:.2f} ms an order) |"
        )
        yield f"| the threads that tell others, part of a node's processor time | {self.telling:.1%} |"
        yield f"| both together | {self.together:.3f} |"

    @property
    def together(self) -> float:
        """What the event loop and the threads pay, as a ratio."""
        return self.event / (1 - self.telling)

    @property
    def _are_enough(self) -> bool:
        return self.scrapes > 1 and self.scrapes >= LEAST_PART * self.reconciled_secs / BETWEEN_SECS

    def goals(self) -> Iterator[Goal]:
        """Yield what is wanted."""
        yield Goal(
            name=f"a scrape while {self.reconciled:,} orders are reconciled, p99",
            bound=SCRAPED_WITHIN_MS,
            unit="ms",
            measured=self.p99_ms if self._are_enough else None,
            note=f"of {self.scrapes} scrapes",
        )
        yield Goal(
            name="processor time of a node that is watched, to one that is not",
            bound=COSTS_AT_MOST,
            measured=self.together,
        )


def _measured(*, quick: bool) -> Watched:
    sizes = QUICK if quick else FULL
    rounds, orders = (1, 4) if quick else (30, 400)
    costs = _costs(rounds, orders)
    with TemporaryDirectory() as folder:
        telling = _telling(Path(folder), orders)
        secs, reconciled_secs = _scrapes(sizes, Path(folder))
    return Watched(
        reconciled=sizes.symbols * sizes.fills,
        reconciled_secs=reconciled_secs,
        scrapes=len(secs),
        p99_ms=quantiles(secs, n=100, method="inclusive")[98] * 1_000 if len(secs) > 1 else 0.0,
        median_ms=median(secs or [0.0]) * 1_000,
        rounds=rounds,
        orders=orders,
        alone_ms=median(alone for alone, _ in costs),
        watched_ms=median(watched for _, watched in costs),
        event=median(watched / alone for alone, watched in costs),
        telling=telling,
    )


def _tell(text: str) -> None:
    click.echo(text, err=True)


@click.command("watched")
@click.option("--quick", is_flag=True, help="Small sizes: shows that everything runs, measures nothing.")
@click.option(
    "--json", "json_file", type=click.Path(path_type=Path, dir_okay=False), help="Write the figures here too."
)
def main(*, quick: bool, json_file: Path | None) -> None:
    """Measure scrapes and the cost of being watched: some five minutes."""
    try:
        found = _measured(quick=quick)
    except NotMeasuredError as error:
        raise click.ClickException(str(error)) from None
    for line in (*found.lines(), "", *goals.table([*found.goals()], are_judged=not quick)):
        click.echo(line)
    if json_file is not None:
        results.keep(json_file, {"watched": asdict(found)}, [*found.goals()])


if __name__ == "__main__":
    sys.exit(main())
