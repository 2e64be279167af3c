"""Somebody places orders by hand: they belong to who claims their instrument, else to nobody."""

from decimal import Decimal

from reconciliation.drill.scenario import Scenario
from reconciliation.drill.schedule import Fill, Place, Wait, Withdraw
from reconciliation.drill.venues import EVERYWHERE

_MARKETS = {
    "claimed": ("BTCUSDT", Decimal("0.010"), Decimal(50_000)),
    "unclaimed": ("ETHUSDT", Decimal("0.500"), Decimal(3_000)),
}

SCENARIOS = tuple(
    Scenario(
        name=f"external order by hand [{claim}{', silent' if silent else ''}]",
        text="One order rests, one trades in part, one in full and one is taken back, told by the stream or found.",
        venues=EVERYWHERE,
        alerts=frozenset({"ReconExternalOrderAppeared", *(["ReconFillsRecovered"] if silent else [])}),
        when=(
            Wait(secs=15),
            *(
                Place(name=name, symbol=symbol, quantity=quantity, price=price, silent=silent)
                for name in ("web_rests", "web_part", "web_full", "web_ends")
            ),
            Wait(secs=30),
            Fill(name="web_part", quantity=quantity / 2, silent=silent),
            Fill(name="web_full", silent=silent),
            Withdraw(name="web_ends", silent=silent),
        ),
    )
    for claim, (symbol, quantity, price) in _MARKETS.items()
    for silent in (False, True)
)
