"""Functions of a user's own that a drill takes as `recon run` does."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reconciliation import NodeBuilder


def adds(builder: "NodeBuilder") -> None:
    """Add a strategy that rests one bid, under a tag that no other has."""
    from nautilus_trader.config import StrategyConfig

    from reconciliation.strategies.driven import Driven

    print("a function of the user's prints")
    builder.add_strategy(Driven(StrategyConfig(strategy_id="OWN", order_id_tag="001")))


def fails(_builder: "NodeBuilder") -> None:
    """Fail."""
    raise ValueError("not today")
