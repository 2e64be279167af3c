"""A node of either kind that trades in virtual time, and the processor time that this takes it.

Everything is in one process: the node with its engine and adapter, the network, the database and the venue. What venue
and database take is counted by itself and left out. Nothing is waited for, and both kinds of node are told the same.
"""

import asyncio
import gc
import time
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any, Final

from nautilus_trader.adapters.binance import BinanceLiveDataClientFactory, BinanceLiveExecClientFactory
from nautilus_trader.config import StrategyConfig
from nautilus_trader.live.node import TradingNode
from nautilus_trader.model.enums import OrderSide
from nautilus_trader.model.events import OrderDenied, OrderFilled, OrderRejected
from nautilus_trader.model.identifiers import InstrumentId
from nautilus_trader.system.kernel import NautilusKernel
from nautilus_trader.trading.strategy import Strategy

from benchmarks.limits.measuring import ACCEPTED, PRESET, RECON
from reconciliation import LiveTradingNodeConfig, NodeBuilder, load
from reconciliation.drill.virtual import KEYS, START_NS
from reconciliation.drill.virtual_cache import Unsettled, VirtualCacheWatch, VirtualKeys, VirtualLease, unsupervised
from reconciliation.engine.v1.simulated.database import DatabaseClient
from reconciliation.engine.v1.simulated.world import World
from reconciliation.layers.settings_folder import shipped_settings
from reconciliation.node.draft import draft
from reconciliation.node.node import Node
from reconciliation.node.observation import Observation
from reconciliation.node.outside import Outside
from reconciliation.settings import Settings
from reconciliation.venue.exchange import Exchange
from reconciliation.venue.faults import Handling

INSTRUMENT: Final = InstrumentId.from_str("BTCUSDT-PERP.BINANCE")
QUANTITY: Final = "0.010"
UNPACED: Final = "1000000/00:00:01"
"""The engine denies what goes beyond a rate, which is 100 a second unless told otherwise."""
NS: Final = 1_000_000_000
ENVIRONMENT: Final = {
    "RECON_VENUE_HTTP_URL": "http://127.0.0.1:1",
    "RECON_VENUE_STREAM_URL": "ws://127.0.0.1:1",
    "RECON_VENUE_API_KEY": KEYS.api_key,
    "RECON_VENUE_API_SECRET": KEYS.api_secret,
    "RECON_CACHE_URL": "redis://127.0.0.1:1",
    "RECON_NODE_ACCEPT": ",".join(ACCEPTED),
    # Checks are measured by themselves; here they would read all that has traded, again and again.
    "RECON_OPEN_CHECK_INTERVAL_SECS": "86400",
    "RECON_POSITION_CHECK_INTERVAL_SECS": "86400",
}


class Trader(Strategy):  # type: ignore[misc] # the engine is untyped
    """Keeps so many market orders in flight, by turns one that buys and one that sells.

    Args:
        in_flight: how many at once.
    """

    def __init__(self, in_flight: int) -> None:
        super().__init__(StrategyConfig(strategy_id="BENCH", order_id_tag="001"))
        self._in_flight = in_flight
        self._sent = self._filled = self._wanted = 0
        self._over = asyncio.Event()

    async def trade(self, orders: int) -> None:
        """Send so many, and return once all of them have traded."""
        self._wanted += orders
        self._over.clear()
        for _ in range(min(self._in_flight, orders)):
            self._send()
        await self._over.wait()

    def on_order_filled(self, event: OrderFilled) -> None:  # noqa: ARG002 - the engine's signature
        """Send the next."""
        self._filled += 1
        if self._sent < self._wanted:
            self._send()
        elif self._filled == self._wanted:
            self._over.set()

    def on_order_denied(self, event: OrderDenied) -> None:
        """Go no further: something else would be measured."""
        raise RuntimeError(event.reason)

    def on_order_rejected(self, event: OrderRejected) -> None:
        """Go no further."""
        raise RuntimeError(event.reason)

    def _send(self) -> None:
        side = OrderSide.SELL if self._sent % 2 else OrderSide.BUY
        self._sent += 1
        quantity = self.cache.instrument(INSTRUMENT).make_qty(QUANTITY)
        self.submit_order(self.order_factory.market(INSTRUMENT, side, quantity))


class Meter:
    """Counts the processor time of what is not the node's, as `secs`."""

    def __init__(self) -> None:
        self.secs = 0.0

    def counted[T](self, call: Callable[..., T]) -> Callable[..., T]:
        """Return a call that is counted."""

        def counted(*given: Any) -> T:
            begun = time.thread_time()
            try:
                return call(*given)
            finally:
                self.secs += time.thread_time() - begun

        return counted


class CountedVenue:
    """An exchange whose processor time is counted."""

    def __init__(self, exchange: Exchange, meter: Meter) -> None:
        self._receive = meter.counted(exchange.receive)
        self._meter = meter
        self.listen = exchange.listen

    def receive(self, method: str, target: str, headers: Mapping[str, str]) -> Handling:
        """Take a REST call in."""
        handling = self._receive(method, target, headers)
        return Handling(handling.delay_secs, self._meter.counted(handling.answer), handling.headers)


class CountedWorld(World):
    """Virtual time that keeps no record of what happens, and counts what its database takes."""

    def __init__(self, venue: CountedVenue, meter: Meter) -> None:
        super().__init__(venue, START_NS, seed=1)
        self._meter = meter

    def note(self, kind: str, text: str) -> None:
        """Note nothing."""

    def _database_client(self, *given: Any, **named: Any) -> DatabaseClient:
        client = super()._database_client(*given, **named)
        for name in ("insert", "update", "delete"):
            setattr(client, name, self._meter.counted(getattr(client, name)))
        return client


def traded_secs(kind: str, *, in_flight: int, orders: int, warmup: int) -> float:
    """Return the processor time that a node takes for so many orders; in a process that has traded nothing before.

    Args:
        kind: recon's with everything on, or the stock one.
        in_flight: how many orders are on their way at once.
        orders: how many are counted.
        warmup: how many go before them.
    """
    overrides = {"risk.max_order_submit_rate": UNPACED}
    settings = load(PRESET, ENVIRONMENT, shipped_settings(), overrides)
    exchange = Exchange(lambda: world.now_ns // 1_000_000, KEYS, after=lambda secs, do: world.at(_at(secs), do))
    meter = Meter()
    world = CountedWorld(CountedVenue(exchange, meter), meter)

    def _at(secs: float) -> int:
        return world.now_ns + int(secs * NS)

    trader = Trader(in_flight)
    took: list[float] = []

    async def measured() -> None:
        await trader.trade(warmup)
        gc.collect()
        gc.freeze()
        begun, others = time.thread_time(), meter.secs
        await trader.trade(orders)
        took.append(time.thread_time() - begun - (meter.secs - others))

    lives = _recon if kind == RECON else _stock
    world.live(lambda: lives(settings, world, trader, measured))
    return took[0]


async def _recon(settings: Settings, world: World, trader: Trader, measured: Callable[[], Awaitable[None]]) -> None:
    """Live as a node of recon with every guard, its gate, its watch, its lease and its metrics."""
    store = world.database(settings.node.trader_id)

    def configure(builder: NodeBuilder) -> None:
        builder.add_strategy(trader)

    def leased(*given: Any) -> VirtualLease:
        return VirtualLease(lambda secs, do: world.at(world.now_ns + int(secs * NS), do), 1, *given, is_free=True)

    outside = Outside(
        preflight=lambda *_: [],
        take_leases=leased,
        watch_cache=partial(VirtualCacheWatch, store),
        trader_keys=partial(VirtualKeys, store),
        supervise=unsupervised,
        unloadable=lambda _: [],
        settle=Unsettled,
        observe=partial(Observation, now=lambda: world.now_ns / NS),
    )
    node = Node(draft(settings, configure), outside=outside)
    running = asyncio.ensure_future(node.run_async())
    await _until(lambda: node.is_started, running)
    await measured()
    node.stop()
    await running
    node.dispose()


async def _stock(settings: Settings, _world: World, trader: Trader, measured: Callable[[], Awaitable[None]]) -> None:
    """Live as a node without recon, but for the values of its settings."""
    config = LiveTradingNodeConfig.from_settings(settings).build_trading_node_config()
    hear_signals, NautilusKernel._setup_loop = NautilusKernel._setup_loop, lambda _: None  # noqa: SLF001
    try:
        node = TradingNode(config, loop=asyncio.get_running_loop())
    finally:
        NautilusKernel._setup_loop = hear_signals  # noqa: SLF001
    node.trader.add_strategy(trader)
    node.add_data_client_factory(settings.venue.name, BinanceLiveDataClientFactory)
    node.add_exec_client_factory(settings.venue.name, BinanceLiveExecClientFactory)
    node.build()
    running = asyncio.ensure_future(node.run_async())
    await _until(lambda: trader.is_running, running)
    await measured()
    await node.stop_async()
    running.cancel()
    node.kernel.dispose()


async def _until(condition: Callable[[], bool], running: "asyncio.Future[None]") -> None:
    while not condition():
        if running.done():
            await running
            raise RuntimeError("the node ended without having started")
        await asyncio.sleep(0.02)
