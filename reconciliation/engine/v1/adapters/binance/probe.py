"""Asking Binance USD-M futures before there is a client: the adapter's own requests, over a connection of their own."""

from collections.abc import Awaitable, Collection
from typing import Any, Final

from nautilus_trader.adapters.binance.common.credentials import get_api_key, get_api_secret
from nautilus_trader.adapters.binance.common.symbol import BinanceSymbol
from nautilus_trader.adapters.binance.config import BinanceExecClientConfig
from nautilus_trader.adapters.binance.factories import _resolve_environment, get_cached_binance_http_client
from nautilus_trader.adapters.binance.futures.enums import BinanceFuturesContractStatus
from nautilus_trader.adapters.binance.futures.http.account import BinanceFuturesAccountHttpAPI
from nautilus_trader.adapters.binance.futures.http.market import BinanceFuturesMarketHttpAPI
from nautilus_trader.adapters.binance.http.error import BinanceClientError
from nautilus_trader.common.component import LiveClock

from reconciliation.engine.client import PositionMode
from reconciliation.engine.probe import ClockRefusedError, ProbeRefusedError

AHEAD_MS: Final = 1_000
"""The venue refuses a timestamp that is further ahead of its own clock, whatever the window."""
DEFAULT_WINDOW_MS: Final = 5_000
"""The venue's own `recvWindow`, which holds for the requests that the adapter sends without one."""
_OUT_OF_WINDOW: Final = -1021
_BAD_SIGNATURE: Final = -1022
_REFUSED: Final = frozenset({401, 403})


class BinanceProbe:
    """Asks for one client.

    Args:
        name: the client's.
        config: the client's.
    """

    def __init__(self, name: str, config: BinanceExecClientConfig) -> None:
        environment = _resolve_environment(config.environment)
        clock = LiveClock()
        key = config.api_key or get_api_key(config.account_type, environment)
        secret = config.api_secret or get_api_secret(config.account_type, environment)
        self._is_keyed = bool(key and secret)
        client = get_cached_binance_http_client.__wrapped__(  # one of its own, which no client of the engine's shares
            clock=clock,
            account_type=config.account_type,
            api_key=key,
            api_secret=secret,
            key_type=config.key_type,
            base_url=config.base_url_http,
            environment=environment,
            is_us=config.us,
            proxy_url=config.proxy_url,
        )
        self.name = name
        self.venue = str(config.venue)
        self.address: str = client.base_url
        self.ahead_ms = AHEAD_MS
        self.behind_ms = min(config.recv_window_ms, DEFAULT_WINDOW_MS)
        self._config = config
        self._market = BinanceFuturesMarketHttpAPI(client, account_type=config.account_type)
        self._account = BinanceFuturesAccountHttpAPI(client, clock, config.account_type)

    async def venue_time_ms(self) -> int:
        """Return the venue's time."""
        return int(await _answered(self._market.request_server_time()))

    async def position_mode(self) -> PositionMode:
        """Return how the account keeps positions."""
        if not self._is_keyed:
            raise ProbeRefusedError("no key is given, neither to the client nor to the adapter's own variables")
        answer = await _answered(self._account.query_futures_hedge_mode())
        return "hedging" if answer.dualSidePosition else "netting"

    async def instrument_ids(self) -> Collection[str]:
        """Return the ids of what is traded, as the adapter's instrument provider names them."""
        told = await _answered(self._market.query_futures_exchange_info())
        return {
            f"{BinanceSymbol(symbol.symbol).parse_as_nautilus(self._config.account_type)}.{self.venue}"
            for symbol in told.symbols
            if symbol.contractType and symbol.status != BinanceFuturesContractStatus.PENDING_TRADING
        }


async def _answered(request: Awaitable[Any]) -> Any:
    """Await an answer.

    Raises:
        ProbeRefusedError: it is a refusal.
    """
    try:
        return await request
    except BinanceClientError as error:
        code = error.message.get("code") if isinstance(error.message, dict) else None
        told = error.message.get("msg") if isinstance(error.message, dict) else error.message
        text = f"HTTP {error.status} {told}" if code is None else f"{code} {told}"
        if code == _OUT_OF_WINDOW:
            raise ClockRefusedError(text) from None
        if error.status in _REFUSED or code == _BAD_SIGNATURE:
            raise ProbeRefusedError(text) from None
        raise


def probe_of_config(name: str, config: Any) -> BinanceProbe | None:
    """Return who asks for a client; None where it is none of USD-M futures."""
    if not isinstance(config, BinanceExecClientConfig) or not config.account_type.is_futures:
        return None
    return BinanceProbe(name, config)
