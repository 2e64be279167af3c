"""What each stock client makes of a venue that fails is as declared: the real class, whose HTTP object fails.

The clients are made by their own factories, and asked by the engine's own commands. Those behind extras are not
installed here; what they do was read.
"""

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Iterator
from importlib import import_module
from typing import Any, Final

import pytest
from nautilus_trader.cache.cache import Cache
from nautilus_trader.common.component import LiveClock, MessageBus
from nautilus_trader.core.nautilus_pyo3 import OKXInstrumentType
from nautilus_trader.core.uuid import UUID4
from nautilus_trader.execution.messages import (
    GenerateFillReports,
    GenerateOrderStatusReport,
    GenerateOrderStatusReports,
    GeneratePositionStatusReports,
)
from nautilus_trader.live.execution_client import LiveExecutionClient
from nautilus_trader.live.factories import LiveExecClientFactory
from nautilus_trader.model.identifiers import AccountId, ClientOrderId, InstrumentId, TraderId, VenueOrderId

from reconciliation.engine.v1.adapters.lookup import STOCK, traits_of
from reconciliation.engine.v1.adapters.stock import StockClient
from reconciliation.rules.client import Report, StockFacts

KEYS: Final[dict[str, dict[str, Any]]] = {
    "architect_ax": {"api_key": "k", "api_secret": "s"},
    "bitmex": {"api_key": "k", "api_secret": "s"},
    "bybit": {"api_key": "k", "api_secret": "s"},
    "deribit": {"api_key": "k", "api_secret": "s"},
    "dydx": {"private_key": "0x" + "1" * 64},
    "hyperliquid": {"private_key": "0x" + "1" * 64},
    "kraken": {"api_key": "k", "api_secret": "cw=="},
    "okx": {
        "api_key": "k",
        "api_secret": "s",
        "api_passphrase": "p",
        "instrument_types": (OKXInstrumentType.SWAP,),  # it has no positions of spot
    },
}
"""Of nobody, by the adapter: all that are installed without an extra. Binance has a suite of its own."""
HTTP: Final = ("_http_client", "_client", "_http_client_spot", "_http_client_futures")


class Http:
    """An HTTP object whose questions are answered in one way.

    Args:
        real: the one that is there; what it does without asking is left out.
        answer: called for each question with its name; what it returns is awaited.
    """

    def __init__(self, real: object, answer: Callable[[str], Awaitable[Any]]) -> None:
        self._real = real
        self._answer = answer

    def __getattr__(self, name: str) -> Any:
        real = getattr(self._real, name)
        if not callable(real):
            return real
        if not name.startswith(("request", "query", "get_")):
            return lambda *_, **__: None
        return lambda *_, **__: self._answer(name)


class Venue:
    """What the HTTP objects of a client are answered by, and what they have asked."""

    def __init__(self, client: LiveExecutionClient) -> None:
        self.asked: list[str] = []
        self.answer: Callable[[], Awaitable[Any]] = fails
        for name in HTTP:
            if (real := getattr(client, name, None)) is not None:
                setattr(client, name, Http(real, self._answered))

    def _answered(self, name: str) -> Awaitable[Any]:
        self.asked.append(name)
        return self.answer()


async def fails() -> None:
    """Fail as at a venue that answers 503."""
    raise RuntimeError("HTTP 503")


async def hangs() -> None:
    """Never answer."""
    await asyncio.sleep(3_600)


async def has_nothing() -> list[Any]:
    """Answer that there is nothing."""
    return []


@pytest.fixture
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    made = asyncio.new_event_loop()
    asyncio.set_event_loop(made)
    yield made
    for task in asyncio.all_tasks(made):
        task.cancel()
    made.run_until_complete(asyncio.sleep(0))
    asyncio.set_event_loop(None)
    made.close()


def client_of(adapter: str, loop: asyncio.AbstractEventLoop) -> tuple[LiveExecutionClient, Any]:
    """Return an adapter's execution client as a node has it, and its configuration."""
    config_type, *_ = (
        each
        for name, each in vars(import_module(f"nautilus_trader.adapters.{adapter}.config")).items()
        if name.endswith("ExecClientConfig") and each.__module__.endswith(f"{adapter}.config")
    )
    factory: Any
    factory, *_ = (
        each
        for each in vars(import_module(f"nautilus_trader.adapters.{adapter}.factories")).values()
        if inspect.isclass(each) and issubclass(each, LiveExecClientFactory) and each is not LiveExecClientFactory
    )
    clock, config = LiveClock(), config_type(**KEYS[adapter])
    client = factory.create(loop, adapter.upper(), config, MessageBus(TraderId("T-1"), clock), Cache(), clock)
    if client.account_id is None:
        client._set_account_id(AccountId(f"{client.id}-001"))
    if adapter == "dydx":
        client._wallet_address = "dydx1"  # which it learns when it connects
    return client, config


def questions(client: LiveExecutionClient) -> dict[Report, Callable[[], Any]]:
    """Return what the engine asks a client for, by the report."""
    told = {"command_id": UUID4(), "ts_init": 0}
    span = {"instrument_id": None, "start": None, "end": None}
    return {
        "orders": lambda: client.generate_order_status_reports(
            GenerateOrderStatusReports(open_only=True, **span, **told)
        ),
        "fills": lambda: client.generate_fill_reports(GenerateFillReports(venue_order_id=None, **span, **told)),
        "positions": lambda: client.generate_position_status_reports(GeneratePositionStatusReports(**span, **told)),
    }


def one_order(client: LiveExecutionClient) -> Any:
    """Return what the engine asks for one order."""
    return client.generate_order_status_report(
        GenerateOrderStatusReport(
            instrument_id=InstrumentId.from_str(f"BTCUSDT-LINEAR.{client.venue}"),
            client_order_id=ClientOrderId("O-1"),
            venue_order_id=VenueOrderId("1"),
            command_id=UUID4(),
            ts_init=0,
        )
    )


def facts_of(config: Any) -> StockFacts:
    facts = traits_of("X", config, guarded=False).stock
    assert facts is not None
    return facts


@pytest.mark.parametrize("adapter", KEYS)
def test_a_failed_query_is_answered_as_declared(adapter: str, loop: asyncio.AbstractEventLoop) -> None:
    client, config = client_of(adapter, loop)
    venue, facts = Venue(client), facts_of(config)
    empties = []
    for report, ask in questions(client).items():
        venue.asked.clear()
        try:
            answer = loop.run_until_complete(ask())
        except RuntimeError:
            assert venue.asked
        else:
            assert answer == []
            assert venue.asked, f"{report}: it answered without having asked, which shows nothing"
            empties.append(report)
    assert tuple(empties) == facts.empties
    venue.asked.clear()
    assert loop.run_until_complete(one_order(client)) is None
    assert facts.asks_single or not venue.asked


@pytest.mark.parametrize("adapter", KEYS)
def test_with_the_guard_what_failed_raises_and_what_answered_answers(
    adapter: str, loop: asyncio.AbstractEventLoop
) -> None:
    client, config = client_of(adapter, loop)
    venue = Venue(client)
    StockClient(client).raise_failures()
    for ask in questions(client).values():
        with pytest.raises(RuntimeError, match="HTTP 503"):
            loop.run_until_complete(ask())
    if facts_of(config).asks_single:
        with pytest.raises((RuntimeError, ValueError)):  # some refuse what they have no instrument for
            loop.run_until_complete(one_order(client))
    venue.answer = has_nothing
    for ask in questions(client).values():
        assert loop.run_until_complete(ask()) == []


@pytest.mark.parametrize("adapter", KEYS)
def test_a_query_that_is_cut_short_is_no_empty_answer(adapter: str, loop: asyncio.AbstractEventLoop) -> None:
    """Most adapters catch the cancellation too, so that a time limit alone would read as nothing there."""
    client, _ = client_of(adapter, loop)
    Venue(client).answer = hangs
    stock = StockClient(client)
    stock.raise_failures()
    stock.limit_queries(0.05)
    for ask in questions(client).values():
        with pytest.raises(TimeoutError):
            loop.run_until_complete(ask())


def test_every_stock_client_is_declared_once() -> None:
    assert {config.split(".")[2] for config in STOCK} == {*KEYS, "betfair", "interactive_brokers", "polymarket"}
