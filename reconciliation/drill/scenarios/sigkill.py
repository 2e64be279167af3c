"""The node is killed on the way of an order: the next life must find out how far it had come."""

from decimal import Decimal

from reconciliation.drill.scenario import Scenario
from reconciliation.drill.schedule import AnyOperation, Boot, Fail, Fill, Kill, Mend, Stream, Submit, Until, Wait
from reconciliation.drill.venues import AT_BINANCE, EVERYWHERE

_RESTING = Submit(name="order", quantity=Decimal("0.010"), price=Decimal(50_000))
_MARKET = Submit(name="order", quantity=Decimal("0.010"))
_CALL = "POST /fapi/v1/order"
_SENT = (Until(asked=_CALL), Wait(secs=1))
_UNANSWERED = (Stream(action="mute"), Fail(call=_CALL, delay_secs=60, apply=True))
_TRADE = Fill(name="order", quantity=Decimal("0.003"))

_STORIES: dict[str, tuple[tuple[AnyOperation, ...], tuple[AnyOperation, ...]]] = {
    "before send": ((_RESTING,), ()),
    "on the way": ((_RESTING, Until(asked=_CALL)), ()),
    "on the way, filled": ((_MARKET, Until(asked=_CALL)), ()),
    "send failed": ((Fail(call=_CALL, drop=True), _RESTING, *_SENT), ()),
    "after send": ((*_UNANSWERED, _RESTING, *_SENT), (_TRADE,)),
    "after send, filled": ((*_UNANSWERED, _MARKET, *_SENT), ()),
    "after ack": ((_RESTING, Wait(secs=2)), (_TRADE,)),
    "mid-fill": ((_RESTING, Wait(secs=2), _TRADE, Wait(secs=1)), (_TRADE,)),
}
"""By where the node is killed: what happens before, and what while it is down."""

SCENARIOS = tuple(
    Scenario(
        name=f"SIGKILL [{where}{f', {lost} writes lost' if lost else ''}]",
        text="Killed while an order is on its way, the database's last writes lost: the next life holds the truth.",
        venues=AT_BINANCE if lost else EVERYWHERE,
        when=(
            *before,
            Kill(lost_writes=lost),
            Mend(),
            Stream(action="unmute"),
            *down,
            Wait(secs=5),
            Boot(),
            Until(event="Started"),
        ),
    )
    for where, (before, down) in _STORIES.items()
    for lost in (0, 1, 2, 3)
)
