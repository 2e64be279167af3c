"""Closed orders are dropped from memory again and again: what is open stays, and what was dropped stays away."""

from decimal import Decimal

from reconciliation.drill.checks import Holds
from reconciliation.drill.scenario import Scenario
from reconciliation.drill.schedule import AnyOperation, Submit, Wait

_CYCLES = 4
_EACH = 5
_BUFFER_MINS = 60


def _cycle(number: int) -> tuple[AnyOperation, ...]:
    """Orders that close, then the time after which they may be dropped, and are."""
    bought = (Submit(name=f"bought-{number}-{index}", quantity=Decimal("0.010")) for index in range(_EACH))
    sold = Submit(name=f"sold-{number}", side="SELL", quantity=Decimal("0.010") * _EACH)
    return (*bought, Wait(secs=5), sold, Wait(secs=(_BUFFER_MINS + 2) * 60), Holds(orders=1))


SCENARIOS = (
    Scenario(
        name=f"purge cycles [{_CYCLES}]",
        text="After each purge the memory holds the one order that rests.",
        carriers=frozenset({"virtual"}),  # by the clock it takes four hours
        settings={
            "reconciliation.purge_closed_orders_interval_mins": 1,
            "reconciliation.purge_closed_orders_buffer_mins": _BUFFER_MINS,
        },
        when=(
            Submit(name="resting", quantity=Decimal("0.010"), price=Decimal(50_000)),
            Wait(secs=5),
            *(operation for number in range(_CYCLES) for operation in _cycle(number)),
        ),
    ),
)
