"""What a node does that is measured, alone in its process. It imports nothing of recon, which a stock node has not.

Arguments: what it does once its trader runs, and how often and how much. `RECON_*` variables say where venue and cache
are.
"""

import asyncio
import gc
import os
import sys
import threading
import time
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from nautilus_trader.config import StrategyConfig
from nautilus_trader.live.node import TradingNode
from nautilus_trader.model.enums import OrderSide
from nautilus_trader.model.identifiers import InstrumentId
from nautilus_trader.trading.strategy import Strategy

from benchmarks.limits.blocks import blocks_noted
from benchmarks.measured_process import tell

INSTRUMENT: Final = InstrumentId.from_str("BTCUSDT-PERP.BINANCE")
QUANTITY: Final = Decimal("0.010")
SUBMITS_A_SEC: Final = 10
"""Half of what the venue allows and the adapter paces itself to, 1,200 a minute."""
POLL_SECS: Final = 0.02
TELLING: Final = {"monitor", "fleet"}
"""The names of those threads."""

CHECKS: Final = {
    "open orders": "_check_orders_consistency",
    "positions": "_check_positions_consistency",
    "in-flight orders": "_check_inflight_orders",
}
"""The engine's own; none has a public name."""

type Tell = Callable[..., None]
type Begin = Callable[["Trader"], AbstractAsyncContextManager[TradingNode]]
"""Runs a node of one kind, which has that strategy."""


class Trader(Strategy):  # type: ignore[misc] # the engine is untyped
    """Sends market orders when it is asked to.

    Attributes:
        started: when it was started, on the clock that all processes share, and at what processor time of its own, all
            threads.
        reconciled: for how long the engine reconciled, and how long it took with all that its node adds; of recon's
            also until when.
    """

    def __init__(self) -> None:
        super().__init__(StrategyConfig(strategy_id="BENCH", order_id_tag="001"))
        self.started: dict[str, float] = {}
        self.reconciled: dict[str, float] = {}

    def on_start(self) -> None:
        """Note when."""
        self.started = {"at": time.monotonic(), "cpu": time.process_time()}

    def trade(self, side: OrderSide) -> Any:
        """Submit one and return it."""
        instrument = self.cache.instrument(INSTRUMENT)
        order = self.order_factory.market(INSTRUMENT, side, instrument.make_qty(QUANTITY))
        self.submit_order(order)
        return order


async def start(node: TradingNode, _trader: Trader, tell: Tell) -> None:
    """Tell what the cache holds right after the start."""
    cache = node.cache
    fills = sum(len(order.trade_ids) for order in cache.orders())
    tell(orders=cache.orders_total_count(), open=cache.orders_open_count(), fills=fills)


async def rest(_node: TradingNode, _trader: Trader, tell: Tell, secs: int) -> None:
    """Do nothing for so long, and tell when that begins and when it ends."""
    tell(rest="begins")
    await asyncio.sleep(secs)
    tell(rest="ends")


async def checks(node: TradingNode, _trader: Trader, tell: Tell, times: int) -> None:
    """Run each of the engine's own checks so often, and tell of each how long it took and when.

    They run by themselves only after the startup delay, and are called by hand alone here.
    """
    engine = node.kernel.exec_engine
    await asyncio.sleep(engine.open_check_threshold_ms / 1_000)
    for name, method in CHECKS.items():
        for _ in range(times):
            async with blocks_noted() as blocks:
                began, wall, cpu = time.time(), time.perf_counter(), time.process_time()
                await getattr(engine, method)()
                secs, cpu_secs = time.perf_counter() - wall, time.process_time() - cpu
            tell(
                check=name,
                secs=secs,
                cpu=cpu_secs,
                block=blocks.wall_secs,
                block_cpu=blocks.cpu_secs,
                began=began,
                ended=time.time(),
                open=node.cache.orders_open_count(),
            )


async def cycles(node: TradingNode, trader: Trader, tell: Tell, times: int, orders: int) -> None:
    """Trade so many orders from flat to flat, purge what is closed, and tell what is left; so often.

    The purge is the call that the engine's timers make, with no buffer, in place of an hour's wait.
    """
    for _ in range(times):
        await _traded(node, trader, orders)
        cache, engine, now = node.cache, node.kernel.exec_engine, node.kernel.clock.timestamp_ns()
        cache.purge_closed_orders(ts_now=now, buffer_secs=0, purge_from_database=engine.purge_from_database)
        cache.purge_closed_positions(ts_now=now, buffer_secs=0, purge_from_database=engine.purge_from_database)
        cache.purge_account_events(ts_now=now, lookback_secs=0)
        gc.collect()
        tell(orders=cache.orders_total_count(), positions=cache.positions_total_count(), rss=_rss_bytes())


async def trades(node: TradingNode, trader: Trader, tell: Tell, times: int, orders: int) -> None:
    """Trade so many orders from flat to flat, so often, and tell how much processor time each time took.

    With it, how much of that the threads took which tell others how the node is.
    """
    for _ in range(times):
        begun, telling_begun = time.process_time(), _telling_secs()
        await _traded(node, trader, orders)
        tell(cpu=time.process_time() - begun, telling=_telling_secs() - telling_begun)


async def _traded(node: TradingNode, trader: Trader, orders: int) -> None:
    """Trade so many orders and wait until all of them are over."""
    held = len(node.cache.positions_open())
    sent = []
    for number in range(orders):
        sent.append(trader.trade(OrderSide.SELL if number % 2 else OrderSide.BUY))
        await asyncio.sleep(1 / SUBMITS_A_SEC)
    await _until(lambda: all(order.is_closed for order in sent) and len(node.cache.positions_open()) == held)


async def _until(condition: Callable[[], bool]) -> None:
    while not condition():  # noqa: ASYNC110 - the engine offers no event to wait for
        await asyncio.sleep(POLL_SECS)


def _telling_secs() -> float:
    """Return how much processor time the threads have taken that tell others how the node is; Linux only."""
    idents = [thread.ident for thread in threading.enumerate() if thread.name in TELLING]
    return sum(time.clock_gettime(time.pthread_getcpuclockid(ident)) for ident in idents if ident is not None)


def _rss_bytes() -> int:
    """Return how much memory this process has; Linux tells it in pages."""
    return int(Path("/proc/self/statm").read_text("utf-8").split()[1]) * os.sysconf("SC_PAGE_SIZE")


def run(begin: Begin) -> None:
    """Start a node, do what the arguments ask for, tell it, and end the process."""
    what, *figures = sys.argv[1:]
    asyncio.run(_measured(begin, what, [int(figure) for figure in figures]))
    os._exit(0)  # what is told is told; the engine's threads may linger


async def _measured(begin: Begin, what: str, figures: list[int]) -> None:
    trader = Trader()
    does: tuple[Callable[..., Awaitable[None]], ...] = (start, rest, checks, cycles, trades)
    measures = {measure.__name__: measure for measure in does}
    async with begin(trader) as node:
        tell(**trader.started, **trader.reconciled)
        await measures[what](node, trader, tell, *figures)
        tell(done=1)
