"""A node that agrees with the venue is started again, and nothing happened meanwhile: it must not touch anything."""

from decimal import Decimal

from reconciliation.drill.scenario import Scenario
from reconciliation.drill.schedule import AnyOperation, Boot, Fill, Kill, Seed, Settle, Silence, Stop, Submit, Wait
from reconciliation.drill.venues import EVERYWHERE

_ENDS: dict[str, AnyOperation] = {"SIGTERM": Stop(), "SIGKILL": Kill()}

SCENARIOS = tuple(
    Scenario(
        name=f"warm restart, nothing changed [{name}]",
        text="From its boot on, the second life emits no event of an order or a position.",
        venues=EVERYWHERE,
        alerts=frozenset({"ReconExternalOrderAppeared"}),
        given=(Seed(symbol="ETHUSDT", fills=20, open_orders=2, net=Decimal("1.500")),),
        when=(
            Submit(name="bought", quantity=Decimal("0.020")),
            Submit(name="part", quantity=Decimal("0.010"), price=Decimal(50_000)),
            Wait(secs=10),
            Fill(name="part", quantity=Decimal("0.004")),
            Wait(secs=30),
        ),
        then=(Settle(within_secs=0), end, Wait(secs=10), Boot(), Silence(secs=120), Settle(within_secs=0)),
    )
    for name, end in _ENDS.items()
)
