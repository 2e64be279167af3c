"""A node starts for the first time on an account with a history: what counts today comes in, to whom it belongs."""

from decimal import Decimal

from reconciliation.drill.scenario import Scenario
from reconciliation.drill.schedule import Seed

_NETS = {"long": Decimal("0.300"), "short": Decimal("-0.300"), "flat": Decimal(0)}

SCENARIOS = tuple(
    Scenario(
        name=f"cold start with history [{held}]",
        text="Resting orders and positions of a claimed and of an unclaimed instrument come in with their own trades.",
        given=(
            Seed(symbol="BTCUSDT", fills=20, open_orders=3, net=net),
            Seed(symbol="ETHUSDT", fills=21, open_orders=2, net=net * 10),
        ),
    )
    for held, net in _NETS.items()
)
