"""The identifiers a setting may hold, checked before the engine sees them.

The engine's own `InstrumentId.from_str` splits at the last dot and lets outer blanks, tabs, newlines and
`BTC..X` pass; an id that matches no instrument is then skipped in silence. This grammar is narrower, and all it
accepts round-trips through `InstrumentId`.
"""

import re
from typing import Annotated, Final

from pydantic import AfterValidator, BeforeValidator, WithJsonSchema

TRADER_ID: Final = re.compile(r"[A-Za-z0-9_]+(-[A-Za-z0-9_]+)+")
"""A name and a tag joined by a hyphen; no character that is special in a Redis key pattern."""

STRATEGY_ID: Final = TRADER_ID


def _one_printable_line(text: str, what: str) -> None:
    if not text or text != text.strip() or not text.isprintable():
        raise ValueError(f"{what} must be one printable line without outer blanks")


def instrument_id(text: str) -> str:
    """Check one instrument id such as `BTCUSDT-PERP.BINANCE`.

    Raises:
        ValueError: naming what is wrong with it.
    """
    _one_printable_line(text, "an instrument id")
    if "*" in text:
        raise ValueError(f"{text!r} holds a wildcard, and the engine knows none; list the ids, or use claim_all")
    symbol, dot, venue = text.rpartition(".")
    whole = dot and symbol and not symbol.endswith(".") and venue and venue == venue.strip()
    if not whole or not venue.isascii():
        raise ValueError(f"{text!r} is not SYMBOL.VENUE, as in BTCUSDT-PERP.BINANCE")
    return text


def client_order_id(text: str) -> str:
    """Check one client order id.

    Raises:
        ValueError: it is empty, not one printable line, or not ASCII (the engine ends the process at any other).
    """
    _one_printable_line(text, "a client order id")
    if not text.isascii():
        raise ValueError(f"{text!r} holds a character outside ASCII, which the engine's ids cannot")
    return text


def strategy_id(text: str) -> str:
    """Check one strategy id such as `MAKER-001`.

    Raises:
        ValueError: it is not a name and a tag joined by a hyphen, or it is the engine's own EXTERNAL.
    """
    if not STRATEGY_ID.fullmatch(text):
        raise ValueError(f"{text!r} is not a strategy id NAME-TAG, as in MAKER-001")
    return text


def tuple_of(value: object) -> object:
    """Return a list as the tuple that a frozen model holds, and anything else as it is."""
    return tuple(value) if isinstance(value, list) else value


def distinct(values: tuple[str, ...]) -> tuple[str, ...]:
    """Check that no text stands twice.

    Raises:
        ValueError: naming the one that does.
    """
    seen: set[str] = set()
    for value in values:
        if value in seen:
            raise ValueError(f"{value!r} stands here twice")
        seen.add(value)
    return values


InstrumentIdText = Annotated[str, AfterValidator(instrument_id)]
ClientOrderIdText = Annotated[str, AfterValidator(client_order_id)]
StrategyIdText = Annotated[
    str,
    AfterValidator(strategy_id),
    WithJsonSchema({"type": "string", "pattern": f"^{STRATEGY_ID.pattern}$"}),
]
InstrumentIds = Annotated[tuple[InstrumentIdText, ...], BeforeValidator(tuple_of), AfterValidator(distinct)]
ClientOrderIds = Annotated[tuple[ClientOrderIdText, ...], BeforeValidator(tuple_of), AfterValidator(distinct)]
