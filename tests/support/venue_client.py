"""A small client of the venue, for its tests."""

import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import aiohttp

from reconciliation.venue import LocalVenue
from reconciliation.venue.credentials import KeyPair
from reconciliation.venue.ledger import Ledger
from reconciliation.venue.records import OrderRequest, OrderType, Side, TimeInForce

NOW_MS = 1_800_000_000_000


class Clock:
    """A clock that moves when told."""

    def __init__(self, now_ms: int = NOW_MS) -> None:
        self.now_ms = now_ms

    def __call__(self) -> int:
        return self.now_ms


def order(
    side: str = "BUY",
    quantity: str = "0.010",
    price: str | None = None,
    *,
    client_order_id: str = "a",
    symbol: str = "BTCUSDT",
    time_in_force: str = "GTC",
    reduce_only: bool = False,
) -> OrderRequest:
    """An order request; without a price a market order."""
    return OrderRequest(
        client_order_id=client_order_id,
        symbol=symbol,
        side=Side(side),
        type=OrderType.MARKET if price is None else OrderType.LIMIT,
        time_in_force=TimeInForce(time_in_force),
        quantity=Decimal(quantity),
        price=Decimal(price or 0),
        reduce_only=reduce_only,
    )


def state(ledger: Ledger) -> tuple[Any, ...]:
    """Everything a ledger holds, to compare two."""
    return (
        ledger.orders,
        ledger.fills,
        ledger.positions,
        ledger.leverages,
        ledger.commissions,
        ledger.wallet,
        [order.order_id for order in ledger.open_orders()],
    )


def signed_query(keys: KeyPair, now_ms: int | None = None, **params: object) -> str:
    """A query with timestamp and signature, as the adapter makes it."""
    stamp = time.time_ns() // 1_000_000 if now_ms is None else now_ms
    query = urlencode({**params, "timestamp": stamp})
    return f"{query}&signature={keys.sign(query)}"


@dataclass
class Client:
    """Calls to a running venue; every answer is a status and its JSON."""

    venue: LocalVenue
    http: aiohttp.ClientSession

    async def control(self, method: str, path: str, body: object = None) -> tuple[int, Any]:
        data = None if body is None else json.dumps(body)
        async with self.http.request(method, f"{self.venue.control_url}/{path}", data=data) as answer:
            return answer.status, await answer.json()

    async def signed(self, method: str, path: str, **params: object) -> tuple[int, Any]:
        query = signed_query(self.venue.keys, None, **params)
        url = f"{self.venue.http_url}{path}?{query}"
        headers = {"X-MBX-APIKEY": self.venue.keys.api_key}
        async with self.http.request(method, url, headers=headers) as answer:
            return answer.status, await answer.json(content_type=None)

    def stream(self, listen_key: str | None = None) -> Any:
        key = listen_key or self.venue.keys.listen_key
        return self.http.ws_connect(f"{self.venue.stream_url}/ws", params={"listenKey": key})


@asynccontextmanager
async def running(now_ms: Callable[[], int] | None = None) -> AsyncIterator[Client]:
    """A venue in this process and a client of it."""
    venue = LocalVenue() if now_ms is None else LocalVenue(now_ms=now_ms)
    await venue.start()
    try:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as http:
            yield Client(venue, http)
    finally:
        await venue.stop()
