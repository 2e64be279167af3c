"""A user's configure function with the stock Bybit clients and a strategy that rests a bid there."""

import os
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from nautilus_trader.model.identifiers import InstrumentId

from reconciliation.strategies.bybit_clients import add_bybit_clients
from reconciliation.strategies.example_with_claims import RestingBid, RestingBidConfig

if TYPE_CHECKING:
    from reconciliation import NodeBuilder

BTC: Final = "BTCUSDT-LINEAR.BYBIT"


def configure(builder: "NodeBuilder") -> None:
    """Add the clients for the venue that `STOCK_VENUE_*` names; they ask once more where an answer failed, at once."""
    names = ("http_url", "stream_url", "api_key", "api_secret")
    account = {name: os.environ[f"STOCK_VENUE_{name.upper()}"] for name in names}
    add_bybit_clients(builder, **account, max_retries=1, retry_delay_initial_ms=1, retry_delay_max_ms=1)


def configure_trading(builder: "NodeBuilder") -> None:
    """Add the clients, and MAKER-001, which bids far below the market."""
    configure(builder)
    config = RestingBidConfig(
        strategy_id="MAKER",
        order_id_tag="001",
        instrument_id=InstrumentId.from_str(BTC),
        quantity=Decimal("0.010"),
        price=Decimal(50_000),
    )
    builder.add_strategy(RestingBid(config))
