"""An exception as one line that may be shown."""

import re
from typing import Final

from nautilus_trader.adapters.binance.http.error import BinanceError

_QUERY: Final = re.compile(r"\?[^\s)'\"]*")


def reason_of(error: BaseException) -> str:
    """Return what went wrong as one line, without the signed part of any address in it."""
    if isinstance(error, BinanceError):
        text = f"HTTP {error.status} {error.message}"
    else:
        text = f"{type(error).__name__}: {error}"
    return _QUERY.sub("?...", " ".join(text.split()))
