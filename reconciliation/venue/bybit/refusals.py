"""What is refused, in the exchange's terms. A refusal is an answer with status 200 whose retCode is not 0."""

from typing import Final

from reconciliation.venue.errors import ExchangeError, RequestRefused


class Refusal(RequestRefused):
    """A call that is refused.

    Args:
        code: the retCode, positive.
        message: the retMsg.
    """

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def wrong_parameter(name: str) -> Refusal:
    """10001, for a parameter that is missing or malformed."""
    return Refusal(10001, f"params error: {name} invalid")


def no_such_order() -> Refusal:
    """110001, the answer to an amendment or a cancel, also of an order that is no longer open."""
    return Refusal(110001, "order not exists or too late to replace or cancel")


WOULD_TAKE: Final = -5022
"""The ledger's code for a post-only order that would trade, which this exchange takes all the same."""
_MEANINGS: Final[dict[int, tuple[int, str]]] = {
    -1121: (10001, "params error: symbol invalid"),
    -1111: (10001, "params error: precision over the maximum of the symbol"),
    -4001: (10001, "params error: price invalid"),
    -4002: (110003, "Order price exceeds the allowable range."),
    -4014: (10001, "params error: price is off the tick size"),
    -4003: (10001, "Qty invalid"),
    -4005: (10001, "The number of contracts exceeds maximum limit allowed: too large"),
    -4116: (110072, "OrderLinkedID is duplicate"),
    -4164: (110094, "Order does not meet minimum order value"),
    -2022: (110017, "current position is zero, cannot fix reduce-only order qty"),
    -5027: (10001, "The order remains unchanged as the parameters entered match the existing ones."),
}


def refusal_of(error: ExchangeError) -> Refusal:
    """What the ledger refused, in this exchange's terms."""
    if error.code in {-2011, -2013}:
        return no_such_order()
    return Refusal(*_MEANINGS.get(error.code, (10001, error.message)))
