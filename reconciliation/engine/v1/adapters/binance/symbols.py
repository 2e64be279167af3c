"""The symbol guard: one name per symbol, so that no trade is counted twice.

Upstream's `_get_cache_active_symbols` returns Nautilus symbols (`BTCUSDT-PERP`) while the venue's side adds raw
ones (`BTCUSDT`). Both reach the same endpoint, every trade of a cached position comes twice, and the partial-window
adjustment makes up a phantom position opposite to the real one at each warm restart. Measured with 1.231.0.
"""

from nautilus_trader.adapters.binance.common.symbol import BinanceSymbol
from nautilus_trader.adapters.binance.futures.execution import BinanceFuturesExecutionClient


class SymbolGuard(BinanceFuturesExecutionClient):
    """The stock futures client with every cached symbol spelled as the venue spells it."""

    def _get_cache_active_symbols(self) -> set[str]:
        return {str(BinanceSymbol(symbol)) for symbol in super()._get_cache_active_symbols()}
