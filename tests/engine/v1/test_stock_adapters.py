"""What each stock client makes of a venue that fails is as declared: the real class, whose HTTP object fails.

The clients are made by their own factories, and asked by the engine's own commands. Those behind extras are not
installed here; what they do was read.
"""

import asyncio
import inspect
from collections.abc import Callable, Iterator
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
from reconciliation.rules.client import Report

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


class Failing:
    """An HTTP object whose questions fail, as at a venue that answers 503.

    Args:
        real: the one that is there; what it does without asking is left out.
        asked: each question is added here.
    """

    def __init__(self, real: object, asked: list[str]) -> None:
        self._real = real
        self._asked = asked

    def __getattr__(self, name: str) -> Any:
        real = getattr(self._real, name)
        if not callable(real):
            return real
        if not name.startswith(("request", "query", "get_")):
            return lambda *_, **__: None

        def fails(*_: object, **__: object) -> None:
            self._asked.append(name)
            raise RuntimeError("HTTP 503")

        return fails


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


@pytest.mark.parametrize("adapter", KEYS)
def test_a_failed_query_is_answered_as_declared(adapter: str, loop: asyncio.AbstractEventLoop) -> None:
    client, config = client_of(adapter, loop)
    facts = traits_of("X", config, guarded=False).stock
    assert facts is not None
    asked: list[str] = []
    for name in HTTP:
        if (real := getattr(client, name, None)) is not None:
            setattr(client, name, Failing(real, asked))
    empties = []
    for report, ask in questions(client).items():
        asked.clear()
        try:
            answer = loop.run_until_complete(ask())
        except RuntimeError:
            assert asked
        else:
            assert answer == []
            assert asked, f"{report}: it answered without having asked, which shows nothing"
            empties.append(report)
    assert tuple(empties) == facts.empties

    asked.clear()
    one = GenerateOrderStatusReport(
        instrument_id=InstrumentId.from_str(f"BTCUSDT.{client.venue}"),
        client_order_id=ClientOrderId("O-1"),
        venue_order_id=VenueOrderId("1"),
        command_id=UUID4(),
        ts_init=0,
    )
    assert loop.run_until_complete(client.generate_order_status_report(one)) is None
    assert facts.asks_single or not asked


def test_every_stock_client_is_declared_once() -> None:
    assert {config.split(".")[2] for config in STOCK} == {*KEYS, "betfair", "interactive_brokers", "polymarket"}
