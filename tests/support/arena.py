"""A real node in the test's own process, with settings the product would refuse: short delays, raw values."""

import asyncio
from collections.abc import Callable, Collection, Coroutine, Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from nautilus_trader.config import CacheConfig, LiveExecEngineConfig, LoggingConfig, StrategyConfig
from nautilus_trader.live.node import TradingNode
from nautilus_trader.model.enums import OrderSide
from nautilus_trader.model.identifiers import ClientOrderId, InstrumentId
from nautilus_trader.model.objects import Price, Quantity
from nautilus_trader.model.orders import Order
from nautilus_trader.trading.strategy import Strategy
from stage import BTC, PATIENCE_SECS

from reconciliation import NodeBuilder, load
from reconciliation.embedded.venue import VenueProcess
from reconciliation.engine.lifecycle import Lifecycle, Observer
from reconciliation.engine.v1 import emit
from reconciliation.engine.v1.adapters.lookup import add_settings_clients, client_of
from reconciliation.engine.v1.adapters.stock.client import StockClient
from reconciliation.engine.v1.guards.install import install
from reconciliation.settings.guards import GUARDS

QUICK_TO_END = {"timeout_post_stop": 0.01, "timeout_disconnection": 2.0, "timeout_shutdown": 1.0}

QUICK: dict[str, Any] = {
    "reconciliation_startup_delay_secs": 0.1,
    "inflight_check_interval_ms": 200,
    "inflight_check_threshold_ms": 400,
    "inflight_check_retries": 3,
    "open_check_interval_secs": 0.4,
    "open_check_open_only": False,
    "open_check_threshold_ms": 200,
    "open_check_missing_retries": 2,
    "position_check_interval_secs": 0.6,
    "position_check_threshold_ms": 200,
    "position_check_retries": 3,
}
"""Checks as quick as a test wants them; the product's settings forbid most of it."""

OFF: dict[str, Any] = {
    "inflight_check_interval_ms": 0,
    "open_check_interval_secs": None,
    "position_check_interval_secs": None,
}


class Arena:
    """One node on a loop that runs only while something is awaited."""

    def __init__(self, node: TradingNode, loop: asyncio.AbstractEventLoop, clients: list[StockClient]) -> None:
        self.node = node
        self.loop = loop
        self.clients = clients
        self.cache = node.cache
        self.engine = node.kernel.exec_engine
        self.running: asyncio.Task[None] | None = None

    def until[T](self, asked: Callable[[], T], what: str, within_secs: float = PATIENCE_SECS) -> T:
        """Run the node until the answer is true and return it."""
        return self.loop.run_until_complete(self._until(asked, what, within_secs))

    async def _until[T](self, asked: Callable[[], T], what: str, within_secs: float) -> T:
        deadline = self.loop.time() + within_secs
        while not (answer := asked()):
            if self.loop.time() > deadline:
                raise AssertionError(f"not within {within_secs:g} s: {what}")
            await asyncio.sleep(0.01)
        return answer

    def start(self) -> None:
        self.running = self.loop.create_task(self.node.run_async())
        self.until(lambda: self.node.trader.is_running, "the trader runs")

    def begin(self) -> bool:
        """Start, and say whether startup reconciliation succeeded; the engine goes on as a zombie when it did not."""
        outcome: list[bool] = []
        reconcile = self.engine.reconcile_execution_state

        async def reconcile_execution_state(timeout_secs: float) -> bool:
            outcome.append(await reconcile(timeout_secs=timeout_secs))
            return outcome[-1]

        self.engine.reconcile_execution_state = reconcile_execution_state
        self.running = self.loop.create_task(self.node.run_async())
        self.until(lambda: outcome, "startup reconciliation has ended")
        return outcome[-1]

    def asks(self, venue: VenueProcess, call: str, more: int) -> None:
        """Run the node until it has asked the venue so many times more."""
        begun = asked(venue, call)
        self.until(lambda: asked(venue, call) >= begun + more, f"{more} more {call}")

    def run_for(self, secs: float) -> None:
        """Let the node work for so long, to see that something does not happen."""
        self.loop.run_until_complete(asyncio.sleep(secs))

    def run[T](self, work: Coroutine[Any, Any, T]) -> T:
        """Run the node until a coroutine is done, and return its result."""
        return self.loop.run_until_complete(work)

    @property
    def client(self) -> Any:
        return next(iter(self.engine._clients.values()))

    def order(self, client_order_id: str) -> Order:
        return self.cache.order(ClientOrderId(client_order_id))

    def status(self, client_order_id: str) -> str:
        order = self.order(client_order_id)
        return "" if order is None else str(order.status_string())

    def net(self, instrument: str = BTC) -> Decimal:
        """The signed net quantity the node believes it holds."""
        positions = self.cache.positions_open(instrument_id=InstrumentId.from_str(instrument))
        return sum((position.signed_decimal_qty() for position in positions), Decimal(0))

    def trade_ids(self) -> list[str]:
        return sorted(trade.value for order in self.cache.orders() for trade in order.trade_ids)

    def place_bid(self, price: str = "30000", quantity: str = "0.010", instrument: str = BTC) -> str:
        """Have the strategy place a resting bid; return its client order id."""
        strategy = self.node.trader.strategies()[0]
        bid = strategy.order_factory.limit(
            InstrumentId.from_str(instrument), OrderSide.BUY, Quantity.from_str(quantity), Price.from_str(price)
        )
        strategy.submit_order(bid)
        return str(bid.client_order_id)


def all_but(*guards: str) -> tuple[str, ...]:
    """Every guard but these, to see what they are for."""
    assert set(guards) <= set(GUARDS)
    return tuple(guard for guard in GUARDS if guard not in guards)


class Trader(Strategy):  # type: ignore[misc] # the engine is untyped
    """Does what a test tells it."""


def asked(venue: VenueProcess, call: str) -> int:
    """How often the venue was asked."""
    return len(venue.control.requests(call))


def nowhere() -> VenueProcess:
    """The address of a venue that is never asked, for nodes that do not start."""
    venue = VenueProcess()
    venue.http_url, venue.stream_url = "http://127.0.0.1:1", "ws://127.0.0.1:1"
    venue.api_key = venue.api_secret = "nobody"
    return venue


def add_second(builder: NodeBuilder, venue: VenueProcess) -> None:
    """Add the clients of another venue of the same kind."""
    env = venue.environment() | {"RECON_VENUE_NAME": "BINANCE_SECOND", "RECON_CACHE_URL": "redis://127.0.0.1:1"}
    other = NodeBuilder(load(env=env, overrides={"node.guards": list(builder.settings.node.guards)}))
    add_settings_clients(other, read_only=False)
    for name, client in other.data_clients.items():
        builder.add_data_client(name, client.config, client.factory)
    for name, client in other.exec_clients.items():
        builder.add_exec_client(name, client.config, client.factory)


@contextmanager
def node_on(
    venue: VenueProcess | None,
    *,
    guards: Collection[str] = (),
    tolerated_secs: float = 30.0,
    report_secs: float = 10.0,
    cache_url: str | None = None,
    second: VenueProcess | None = None,
    cache: CacheConfig | None = None,
    timeouts: Mapping[str, float] = QUICK_TO_END,
    configure: Callable[[NodeBuilder], None] | None = None,
    start: bool = True,
    read_only: bool = False,
    position_mode: str = "netting",
    observer: Observer = lambda _: None,
    **engine: Any,
) -> Iterator[Arena]:
    """Run a stock node with the named guards and an engine configuration of one's own; without a venue, no client."""
    env = (venue.environment() if venue else {}) | {"RECON_CACHE_URL": cache_url or "redis://127.0.0.1:1"}
    settings = load(env=env, overrides={"node.guards": list(guards), "node.position_mode": position_mode})
    builder = NodeBuilder(settings)
    add_settings_clients(builder, read_only=read_only)
    builder.add_strategy(Trader(StrategyConfig(use_uuid_client_order_ids=True)))
    if second is not None:
        add_second(builder, second)
    if configure is not None:
        configure(builder)
    stock = emit.trading_node_config(
        settings,
        {name: client.config for name, client in builder.data_clients.items()},
        {name: client.config for name, client in builder.exec_clients.items()},
    )
    fields = {name: getattr(stock, name) for name in stock.__struct_fields__}
    fields["exec_engine"] = LiveExecEngineConfig(**(QUICK | engine))
    fields["logging"] = LoggingConfig(log_level="ERROR")
    fields |= timeouts
    if cache_url is None:
        fields["cache"] = cache or CacheConfig()
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    node = TradingNode(type(stock)(**fields), loop=loop)
    for name, client in builder.data_clients.items():
        node.add_data_client_factory(name, client.factory)
    for name, client in builder.exec_clients.items():
        node.add_exec_client_factory(name, client.factory)
    node.build()
    for strategy in builder.strategies:
        node.trader.add_strategy(strategy)
    clients = [client_of(built) for built in node.kernel.exec_engine._clients.values()]
    lifecycle = Lifecycle()
    lifecycle.observe(observer)
    for wrapped in clients:
        wrapped.report_to(lifecycle)
    install(node, clients, guards, tolerated_secs=tolerated_secs, report_secs=report_secs, lifecycle=lifecycle)
    arena = Arena(node, loop, clients)
    try:
        if start:
            arena.start()
        yield arena
    finally:
        loop.run_until_complete(_ended(arena))
        node.dispose()
        loop.close()
        asyncio.set_event_loop(None)


async def _ended(arena: Arena) -> None:
    await arena.node.stop_async()
    if arena.running is not None:
        await asyncio.wait({arena.running}, timeout=2)
    left = asyncio.all_tasks() - {asyncio.current_task()}
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)
