"""The ids that strategies have once a trader has them."""

from typing import Final

_NO_TAG: Final = (None, "None")


def id_from_trader(strategy_id: str, tag: object, number: int) -> str:
    """Return the id that a strategy has in a trader, which gives one without a tag the number of those before it.

    Args:
        strategy_id: as the strategy is made.
        tag: its order id tag; None, or that as a text, where it has none.
        number: of the strategies that the trader has already.
    """
    return f"{strategy_id.partition('-')[0]}-{number:03d}" if tag in _NO_TAG else strategy_id
