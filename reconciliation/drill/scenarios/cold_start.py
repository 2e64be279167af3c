"""A node starts for the first time on an account with a history: what counts today comes in, to whom it belongs."""

from decimal import Decimal

from reconciliation.drill.scenario import Scenario
from reconciliation.drill.schedule import Place, Seed, Wait
from reconciliation.drill.venues import EVERYWHERE

_NETS = {"long": Decimal("0.300"), "short": Decimal("-0.300"), "flat": Decimal(0)}

_AT_ONCE = (
    Place(name="web_1", symbol="ETHUSDT", quantity=Decimal("1.000")),
    Wait(secs=1),
    Place(name="web_2", symbol="ETHUSDT", side="SELL", quantity=Decimal("1.000")),
    Place(name="web_3", symbol="ETHUSDT", quantity=Decimal("2.000")),
    Wait(secs=1),
    Place(name="web_4", symbol="ETHUSDT", quantity=Decimal("1.000")),
    Place(name="web_5", symbol="ETHUSDT", quantity=Decimal("1.000"), price=Decimal(3_000)),
    Wait(secs=1),
)
"""A position ends and the next one begins in the same millisecond, in which nothing is left of the order of times."""

_TURNED = (
    Place(name="web_1", quantity=Decimal("0.100")),
    Wait(secs=1),
    Place(name="web_2", side="SELL", quantity=Decimal("0.150")),
    Wait(secs=1),
    Place(name="web_3", side="SELL", quantity=Decimal("0.020")),
    Wait(secs=1),
)

SCENARIOS = (
    *(
        Scenario(
            name=f"cold start with history [{held}]",
            text="Resting orders and positions of a claimed and an unclaimed instrument come in with their trades.",
            venues=EVERYWHERE,
            alerts=frozenset({"ReconExternalOrderAppeared"}),
            given=(
                Seed(symbol="BTCUSDT", fills=20, open_orders=3, net=net),
                Seed(symbol="ETHUSDT", fills=21, open_orders=2, net=net * 10),
            ),
        )
        for held, net in _NETS.items()
    ),
    Scenario(
        name="cold start with history [closed and opened at once]",
        text="A position that began in the millisecond in which the one before ended comes in with its own trades.",
        venues=EVERYWHERE,
        alerts=frozenset({"ReconExternalOrderAppeared"}),
        given=_AT_ONCE,
    ),
    Scenario(
        name="cold start with history [turned, and traded on]",
        text="A position that one trade turned, and that was traded since, comes in with all of its trades.",
        venues=EVERYWHERE,
        given=_TURNED,
    ),
)
