"""How the errors of the Binance adapter read."""

from nautilus_trader.adapters.binance.http.error import BinanceError

from reconciliation.engine.v1.reasons import text_of


@text_of.register
def _(error: BinanceError) -> str:
    return f"HTTP {error.status} {error.message}"
