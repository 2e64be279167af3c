"""A position comes from orders by hand that filled at once: it comes in with the venue's own trades."""

from decimal import Decimal

from reconciliation.drill.scenario import Scenario
from reconciliation.drill.schedule import AnyOperation, Boot, Place, Stop, Until, Wait

_MARKETS = {"claimed": ("BTCUSDT", Decimal("0.010")), "unclaimed": ("ETHUSDT", Decimal("0.500"))}


def _trades(symbol: str, quantity: Decimal, *, silent: bool) -> tuple[AnyOperation, ...]:
    return (
        Place(name="web_1", symbol=symbol, quantity=quantity, silent=silent),
        Place(name="web_2", symbol=symbol, quantity=quantity, silent=silent),
        Place(name="web_3", symbol=symbol, side="SELL", quantity=quantity / 2, silent=silent),
    )


SCENARIOS = (
    *(
        Scenario(
            name=f"external position [{claim}, {'silent' if silent else 'told'}]",
            text="Opened and reduced by hand while the node runs.",
            alerts=frozenset({"ReconExternalOrderAppeared", *(["ReconFillsRecovered"] if silent else [])}),
            when=(Wait(secs=15), *_trades(symbol, quantity, silent=silent)),
        )
        for claim, (symbol, quantity) in _MARKETS.items()
        for silent in (False, True)
    ),
    *(
        Scenario(
            name=f"external position [{claim}, while down]",
            text="Opened and reduced by hand while the node is down.",
            when=(
                Wait(secs=15),
                Stop(),
                *_trades(symbol, quantity, silent=False),
                Wait(secs=5),
                Boot(),
                Until(event="Started"),
            ),
        )
        for claim, (symbol, quantity) in _MARKETS.items()
    ),
)
