"""Figures that every wire and the control API write alike."""

from decimal import Decimal

from reconciliation.venue.records import EIGHT_PLACES, Position
from reconciliation.venue.symbols import SYMBOLS


def money(amount: Decimal) -> str:
    """An amount of USDT with eight decimals."""
    return f"{amount.quantize(EIGHT_PLACES):f}"


def unrealized(position: Position) -> Decimal:
    """The open profit at the mark price, which is the last price."""
    return (SYMBOLS[position.symbol].last_price - position.entry_price) * position.quantity
