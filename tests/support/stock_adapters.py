"""The stock clients of every adapter, made by their own factories, with objects in them that fail or answer."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from decimal import Decimal
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Final

from nautilus_trader.adapters.binance import BinanceAccountType
from nautilus_trader.adapters.binance.http.error import BinanceClientError, BinanceServerError
from nautilus_trader.cache.cache import Cache
from nautilus_trader.common.component import LiveClock, MessageBus
from nautilus_trader.core import nautilus_pyo3
from nautilus_trader.core.nautilus_pyo3 import KrakenProductType, OKXInstrumentType
from nautilus_trader.core.uuid import UUID4
from nautilus_trader.execution.messages import (
    GenerateFillReports,
    GenerateOrderStatusReport,
    GenerateOrderStatusReports,
    GeneratePositionStatusReports,
    SubmitOrder,
)
from nautilus_trader.execution.reports import OrderStatusReport
from nautilus_trader.live.factories import LiveExecClientFactory
from nautilus_trader.model.currencies import BTC, USDT
from nautilus_trader.model.enums import OrderSide, OrderStatus, OrderType, TimeInForce
from nautilus_trader.model.identifiers import (
    AccountId,
    ClientOrderId,
    InstrumentId,
    StrategyId,
    Symbol,
    TraderId,
    Venue,
    VenueOrderId,
)
from nautilus_trader.model.instruments import CryptoPerpetual
from nautilus_trader.model.objects import Price, Quantity
from nautilus_trader.model.orders import LimitOrder

from reconciliation.rules.client import Report

TRADER, STRATEGY = TraderId("T-1"), StrategyId("S-1")


@dataclass(frozen=True)
class Adapter:
    """What it takes to make an adapter's client, and how its errors read.

    Attributes:
        package: of the engine's adapters.
        config: of its client; keys of nobody.
        symbol: of an instrument as the venue names it.
        unknown: how errors of a submit read that leave open what became of the order.
        refused: how those read by which the venue refuses it.
        reports: that are asked of its venue.
        in_threads: whether it asks in a thread, by functions that are no coroutines.
    """

    package: str
    config: dict[str, Any]
    symbol: str
    unknown: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    reports: tuple[Report, ...] = ("orders", "fills", "positions")
    in_threads: bool = False


ADAPTERS: Final[dict[str, Adapter]] = {
    "architect_ax": Adapter(
        "architect_ax", {"api_key": "k", "api_secret": "s"}, "BTC-PERP", ("Channel error: closed", "Timeout: 10 s")
    ),
    "binance_spot": Adapter(
        "binance",
        {"api_key": "spot", "api_secret": "s", "account_type": BinanceAccountType.SPOT},
        "BTCUSDT",
        ("503", "-1007"),
        ("-2010",),
        reports=("orders", "fills"),
    ),
    "bitmex": Adapter(
        "bitmex",
        {"api_key": "k", "api_secret": "s", "base_url_http": "http://127.0.0.1:1", "max_retries": 0},
        "XBTUSD",
        (
            "Network error: error sending request",
            "Unexpected HTTP status code 503 Service Unavailable: ",
            "BitMEX error HTTPError: Duplicate clOrdID",
        ),
        ("BitMEX error ValidationError: Account has insufficient Available Balance", "Order rejected: Price"),
    ),
    "bybit": Adapter(
        "bybit",
        {"api_key": "k", "api_secret": "s"},
        "BTCUSDT-LINEAR",
        ("WebSocket send error: closed",),
        ("Order rejected: EC_PostOnlyWillTakeLiquidity",),
    ),
    "deribit": Adapter(
        "deribit", {"api_key": "k", "api_secret": "s"}, "BTC-PERPETUAL", ("Timeout: Request timed out", "Not connected")
    ),
    "dydx": Adapter(
        "dydx",
        {"private_key": "0x" + "1" * 64},
        "BTC-USD-PERP",
        (
            "gRPC error: status: Unavailable",
            "Transaction broadcast failed: code=19, log=tx already in mempool",
            "Transaction broadcast failed: code=32, log=account sequence mismatch",
        ),
        ("Transaction broadcast failed: code=2003, log=the order would leave the account undercollateralized",),
    ),
    "hyperliquid": Adapter(
        "hyperliquid",
        {"private_key": "0x" + "1" * 64},
        "BTC-USD-PERP",
        ("timeout", "transport error: closed", "exchange error: HTTP 502: bad gateway"),
        ("exchange error: Insufficient margin to place order",),
    ),
    "kraken": Adapter(
        "kraken",
        {
            "api_key": "k",
            "api_secret": "cw==",
            "product_types": (KrakenProductType.SPOT, KrakenProductType.FUTURES),  # two markets, asked one by one
        },
        "PF_XBTUSD",
        (
            "Network error: HTTP error 503: ",
            "API error: EService:Unavailable",
            "Order not found in open orders or events: 7",
            "No order_id in send_status: clientOrderIdAlreadyExist",
        ),
        (
            "API error: EOrder:Insufficient funds",
            "No order_id in send_status: insufficientAvailableFunds",
            "POST_ONLY_REJECTED: Post-only order would have crossed",
        ),
    ),
    "okx": Adapter(
        "okx",
        {
            "api_key": "k",
            "api_secret": "s",
            "api_passphrase": "p",
            "instrument_types": (OKXInstrumentType.SWAP,),  # it has no positions of spot
        },
        "BTC-USDT-SWAP",
        ("Client error: Send error: closed", "OKX error 50004: Endpoint request timeout"),
        (
            "OKX error 51008: Order failed. Insufficient balance",
            "OKX API error: Insufficient balance",
            "Client error: OKX requires clOrdId to be alphanumeric only",
        ),
    ),
}
"""All that are installed; Binance USD-M futures has a suite of its own."""

EXTRAS: Final = {"betfair": "betfair_parser", "interactive_brokers": "ibapi", "polymarket": "py_clob_client_v2"}
"""What an adapter behind an extra needs; their submits were read, and are not tried."""
_NOBODY: Final = "127.0.0.1:1"

if find_spec(EXTRAS["betfair"]):
    from nautilus_trader.adapters.betfair.providers import BetfairInstrumentProviderConfig

    ADAPTERS["betfair"] = Adapter(
        "betfair",
        {
            "account_currency": "GBP",
            "username": "u",
            "password": "p",
            "app_key": "k",
            "certs_dir": ".",
            "instrument_config": BetfairInstrumentProviderConfig(account_currency="GBP"),
        },
        "1-2",
        reports=("orders", "fills"),
    )
if find_spec(EXTRAS["interactive_brokers"]):
    ADAPTERS["interactive_brokers"] = Adapter("interactive_brokers", {"ibg_port": 1, "account_id": "DU1"}, "AAPL")
if find_spec(EXTRAS["polymarket"]):
    ADAPTERS["polymarket"] = Adapter(
        "polymarket",
        {
            "private_key": "0x" + "1" * 64,
            "funder": "0x" + "1" * 40,
            "api_key": "k",
            "api_secret": "cw==",
            "passphrase": "p",
            "base_url_http": f"http://{_NOBODY}",
            "base_url_data_api": f"http://{_NOBODY}",
            "base_url_ws": f"ws://{_NOBODY}",
        },
        "0x1-2",
        reports=("orders", "fills"),  # that of positions raises, by a client of its own
        in_threads=True,
    )

_HTTP: Final = ("_http_client", "_client", "_http_client_spot", "_http_client_futures")
_SENDERS: Final = (
    *_HTTP,
    "_ws_client",
    "_ws_orders_client",
    "_ws_trade_client",
    "_submitter",
    "_order_submitter",
)
_ASKS: Final = ("request", "query", "get_", "list_")
_SENDS: Final = ("submit", "place", "broadcast", "send_request")


@dataclass
class Answers:
    """How a venue answers whatever it is asked, and what it was asked.

    Attributes:
        answer: what is awaited for an answer.
        asked: the names of the calls.
    """

    answer: Callable[[], Awaitable[Any]]
    asked: list[str] = field(default_factory=list)

    def __call__(self, name: str) -> Awaitable[Any]:
        """Answer a call of a name."""
        self.asked.append(name)
        return self.answer()


class Stand:
    """Stands where an object is that asks or sends; what it does otherwise is left out.

    Args:
        real: the one that is there; None before the client has connected.
        names: how the calls begin that are answered.
        answers: by which they are.
    """

    def __init__(self, real: object, names: tuple[str, ...], answers: Answers) -> None:
        self._real = real
        self._names = names
        self._answers = answers

    def __getattr__(self, name: str) -> Any:
        if name == "get_block_height":
            return lambda: 1
        if name.startswith(self._names):
            return lambda *_, **__: self._answers(name)
        real = getattr(self._real, name, None)
        return real if real is not None and not callable(real) else lambda *_, **__: None


class Client:
    """An adapter's execution client as a node has it.

    Args:
        adapter: which.
        loop: its event loop.
    """

    def __init__(self, adapter: Adapter, loop: asyncio.AbstractEventLoop) -> None:
        self._adapter = adapter
        self._loop = loop
        package = f"nautilus_trader.adapters.{adapter.package}"
        config_type, *_ = (
            each
            for name, each in vars(import_module(f"{package}.config")).items()
            if name.endswith("ExecClientConfig") and each.__module__ == f"{package}.config"
        )
        factory: Any
        factory, *_ = (
            each
            for each in vars(import_module(f"{package}.factories")).values()
            if inspect.isclass(each) and issubclass(each, LiveExecClientFactory) and each is not LiveExecClientFactory
        )
        self.events: list[Any] = []
        self.config = config_type(**adapter.config)
        clock = LiveClock()
        bus = MessageBus(TRADER, clock)
        bus.register("ExecEngine.process", self.events.append)
        self.cache = Cache()

        async def made() -> Any:  # where the loop runs, one of them does not wait until it has connected
            return factory.create(loop, adapter.package.upper(), self.config, bus, self.cache, clock)

        client = loop.run_until_complete(made())
        if client.account_id is None:
            client._set_account_id(AccountId(f"{client.id}-001"))
        venue = client.venue or Venue(adapter.package.upper())
        self.instrument_id = InstrumentId(Symbol(adapter.symbol), venue)
        self.cache.add_instrument(_instrument(self.instrument_id))
        client._instrument_provider.add(_instrument(self.instrument_id))
        # What they learn when they connect.
        if adapter.package == "dydx":
            client._wallet_address = "dydx1"
            client._encoder = nautilus_pyo3.DydxClientOrderIdEncoder()  # type: ignore[attr-defined]
        if adapter.package == "architect_ax":
            client._has_credentials = True
        if adapter.package == "polymarket":
            client._maintain_active_market = _nothing
        self.order = self._order()
        self.cache.add_order(self.order)
        self.engine_client = client

    def asks(self, answer: Callable[[], Awaitable[Any]]) -> Answers:
        """Have its questions answered in one way."""
        return self._stands(_HTTP, _ASKS, answer)

    def sends(self, answer: Callable[[], Awaitable[Any]]) -> Answers:
        """Have what it sends answered in one way."""
        return self._stands(_SENDERS, _SENDS, answer)

    def _stands(self, places: tuple[str, ...], names: tuple[str, ...], answer: Callable[[], Awaitable[Any]]) -> Answers:
        answers, client = Answers(answer), self.engine_client
        if self._adapter.package == "binance":  # whose objects ask through one function
            client._http_client.send_request = lambda *_, **__: answers("send_request")
            client._get_cache_active_symbols = lambda: {self._adapter.symbol}
            return answers
        for place in places:
            if hasattr(client, place):
                setattr(client, place, Stand(getattr(client, place), names, answers))
        return answers

    def submit(self) -> list[Any]:
        """Submit its order; return the events that came of it."""
        command = SubmitOrder(TRADER, STRATEGY, self.order, UUID4(), 0)
        self._loop.run_until_complete(self.engine_client._submit_order(command))
        return self.events

    def asked(self, report: Report, instrument_id: InstrumentId | None = None) -> Any:
        """Return what it answers when the engine asks for a report, of one instrument or of all."""
        told = {"command_id": UUID4(), "ts_init": 0}
        span = {"instrument_id": instrument_id, "start": None, "end": None}
        client = self.engine_client
        ask: dict[Report, Callable[[], Any]] = {
            "orders": lambda: client.generate_order_status_reports(
                GenerateOrderStatusReports(open_only=True, **span, **told)
            ),
            "fills": lambda: client.generate_fill_reports(GenerateFillReports(venue_order_id=None, **span, **told)),
            "positions": lambda: client.generate_position_status_reports(GeneratePositionStatusReports(**span, **told)),
        }
        return self._loop.run_until_complete(ask[report]())

    def asked_for_one(self) -> Any:
        """Return what it answers when the engine asks for its order."""
        return self._loop.run_until_complete(
            self.engine_client.generate_order_status_report(
                GenerateOrderStatusReport(
                    instrument_id=self.instrument_id,
                    client_order_id=self.order.client_order_id,
                    venue_order_id=VenueOrderId("1"),
                    command_id=UUID4(),
                    ts_init=0,
                )
            )
        )

    def report(self, venue_order_id: str, instrument_id: InstrumentId | None = None) -> OrderStatusReport:
        """Return a report of an order as the venue lists it, by its own id alone."""
        return OrderStatusReport(
            self.engine_client.account_id,
            instrument_id or self.instrument_id,
            VenueOrderId(venue_order_id),
            OrderSide.BUY,
            OrderType.LIMIT,
            TimeInForce.GTC,
            OrderStatus.ACCEPTED,
            self.order.quantity,
            Quantity.from_str("0.000"),
            UUID4(),
            0,
            0,
            0,
            price=self.order.price,
        )

    def _order(self) -> LimitOrder:
        return LimitOrder(
            TRADER,
            STRATEGY,
            self.instrument_id,
            ClientOrderId("O1"),
            OrderSide.BUY,
            Quantity.from_str("1.000"),
            Price.from_str("100.00"),
            UUID4(),
            0,
            time_in_force=TimeInForce.GTC,
        )


async def _nothing(*_: object) -> None:
    """Do nothing."""


def failing(adapter: Adapter, text: str = "HTTP 503") -> Callable[[], Awaitable[Any]]:
    """Return what fails as the adapter's own objects do, with an error that reads so."""

    def fails_in_a_thread() -> Any:
        raise import_module("py_clob_client_v2.exceptions").PolyApiException(error_msg=text)

    async def fails() -> None:
        if adapter.package != "binance":
            raise RuntimeError(text)
        if text.startswith("-"):
            raise BinanceClientError(400, {"code": int(text), "msg": "as told"}, {})
        raise BinanceServerError(503, "Service Unavailable", {})

    return fails_in_a_thread if adapter.in_threads else fails


def answering(adapter: Adapter) -> Callable[[], Awaitable[Any]]:
    """Return what answers that there is nothing."""
    given: Any = b"[]" if adapter.package == "binance" else []

    async def answers() -> Any:
        return given

    return (lambda: given) if adapter.in_threads else answers


def _instrument(instrument_id: InstrumentId) -> CryptoPerpetual:
    nothing = Decimal(0)
    return CryptoPerpetual(
        instrument_id,
        instrument_id.symbol,
        BTC,
        USDT,
        USDT,
        is_inverse=False,
        price_precision=2,
        size_precision=3,
        price_increment=Price.from_str("0.01"),
        size_increment=Quantity.from_str("0.001"),
        ts_event=0,
        ts_init=0,
        margin_init=nothing,
        margin_maint=nothing,
        maker_fee=nothing,
        taker_fee=nothing,
    )
