"""A node with the stock adapter, alone in its process: trades against a venue and prints what it saw.

The one argument is the venue's ready line; its last line on stdout is JSON, after the log.
"""

import asyncio
import json
import sys
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import aiohttp
from nautilus_trader.adapters.binance import (
    BinanceDataClientConfig,
    BinanceExecClientConfig,
    BinanceLiveDataClientFactory,
    BinanceLiveExecClientFactory,
)
from nautilus_trader.adapters.binance.common.enums import BinanceAccountType
from nautilus_trader.config import (
    InstrumentProviderConfig,
    LiveExecEngineConfig,
    LoggingConfig,
    StrategyConfig,
    TradingNodeConfig,
)
from nautilus_trader.live.node import TradingNode
from nautilus_trader.model.enums import OrderSide, OrderStatus
from nautilus_trader.model.identifiers import ClientOrderId, InstrumentId
from nautilus_trader.trading.strategy import Strategy

INSTRUMENT = InstrumentId.from_str("BTCUSDT-PERP.BINANCE")


def config(ready: dict[str, str]) -> TradingNodeConfig:
    common: dict[str, Any] = {
        "api_key": ready["api_key"],
        "api_secret": ready["api_secret"],
        "account_type": BinanceAccountType.USDT_FUTURES,
        "base_url_http": ready["http_url"],
        "instrument_provider": InstrumentProviderConfig(load_all=True),
    }
    stream = ready["stream_url"]
    return TradingNodeConfig(
        trader_id="STOCK-001",
        logging=LoggingConfig(log_level="ERROR", log_colors=False),
        exec_engine=LiveExecEngineConfig(reconciliation_startup_delay_secs=0.0),
        data_clients={"BINANCE": BinanceDataClientConfig(**common, base_url_ws=stream)},
        exec_clients={
            "BINANCE": BinanceExecClientConfig(**common, base_url_ws=f"{stream}/ws-fapi/v1", base_url_ws_stream=stream)
        },
        timeout_post_stop=0.1,
        timeout_disconnection=3.0,
    )


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(8):
        while not condition():  # noqa: ASYNC110 - the engine offers no event to wait for
            await asyncio.sleep(0.01)


async def trade(node: TradingNode, strategy: Strategy, control_url: str) -> dict[str, Any]:
    await until(lambda: strategy.is_running)
    cache = node.cache
    instrument = cache.instrument(INSTRUMENT)
    fills = [event for order in cache.orders() for event in order.events if "Filled" in type(event).__name__]
    seen: dict[str, Any] = {
        "orders": cache.orders_total_count(),
        "open": cache.orders_open_count(),
        "fills": len(fills),
        "positions": [str(position.signed_decimal_qty()) for position in cache.positions()],
    }
    quantity = instrument.make_qty(Decimal("0.010"))
    price = instrument.make_price(Decimal(90_000))
    limit = strategy.order_factory.limit(INSTRUMENT, OrderSide.BUY, quantity, price)
    strategy.submit_order(limit)
    await until(lambda: limit.status == OrderStatus.ACCEPTED)
    async with aiohttp.ClientSession() as http:
        filled = {"client_order_id": limit.client_order_id.value}
        await http.post(f"{control_url}/fills", json=filled)
        await until(lambda: limit.status == OrderStatus.FILLED)
        by_hand = {"symbol": "BTCUSDT", "side": "SELL", "quantity": "0.010", "price": "110000"}
        await http.post(f"{control_url}/orders", json={**by_hand, "client_order_id": "by-hand"})
        await until(lambda: cache.order(ClientOrderId("by-hand")) is not None)
    market = strategy.order_factory.market(INSTRUMENT, OrderSide.BUY, quantity)
    strategy.submit_order(market)
    await until(lambda: market.status == OrderStatus.FILLED)
    resting = strategy.order_factory.limit(INSTRUMENT, OrderSide.BUY, quantity, price)
    strategy.submit_order(resting)
    await until(lambda: resting.is_open)
    strategy.cancel_order(resting)
    await until(lambda: resting.status == OrderStatus.CANCELED)
    seen["trades"] = [trade_id.value for order in (limit, market) for trade_id in order.trade_ids]
    seen["position"] = str(cache.positions_open()[0].signed_decimal_qty())
    return seen


async def main(ready: dict[str, str]) -> None:
    node = TradingNode(config=config(ready))
    strategy = Strategy(StrategyConfig(order_id_tag="001"))
    node.trader.add_strategy(strategy)
    node.add_data_client_factory("BINANCE", BinanceLiveDataClientFactory)
    node.add_exec_client_factory("BINANCE", BinanceLiveExecClientFactory)
    node.build()
    run = asyncio.create_task(node.run_async())
    try:
        seen = await trade(node, strategy, ready["control_url"])
    finally:
        await node.stop_async()
    await asyncio.wait({run}, timeout=3)
    sys.stdout.write(json.dumps(seen) + "\n")


if __name__ == "__main__":
    asyncio.run(main(json.loads(sys.argv[1])))
