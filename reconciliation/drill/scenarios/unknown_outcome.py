"""The venue answers a submission with an error although the order is live: it must not stay rejected."""

from decimal import Decimal
from typing import Any

from reconciliation.drill.scenario import Scenario
from reconciliation.drill.schedule import Fail, Stream, Submit, Wait

_CALL = "POST /fapi/v1/order"
_UNKNOWN = {"code": -1007, "msg": "Timeout waiting for response from backend server. Send status unknown."}
_REFUSED = {"code": -2019, "msg": "Margin is insufficient."}
_ANSWERS: dict[str, dict[str, Any]] = {
    "-1007": {"status": 408, "body": _UNKNOWN},
    "503": {"status": 503},
    "-2019": {"status": 400, "body": _REFUSED},
}
_ORDERS = {
    "resting": Submit(name="order", quantity=Decimal("0.010"), price=Decimal(50_000)),
    "filled": Submit(name="order", quantity=Decimal("0.010")),
}

SCENARIOS = tuple(
    Scenario(
        name=f"submit answered {answer} though live [{fate}{', not told' if mute else ''}]",
        text="The order lives on as the venue has it, whether the stream tells of it or a check finds it.",
        alerts=frozenset({"ReconFillsRecovered"} if fate == "filled" and (mute or answer == "-2019") else ()),
        when=(
            Wait(secs=15),
            *([Stream(action="mute")] if mute else []),
            Fail(call=_CALL, apply=True, times=1, **values),
            submit,
            Wait(secs=1),
            Stream(action="unmute"),
        ),
    )
    for answer, values in _ANSWERS.items()
    for fate, submit in _ORDERS.items()
    for mute in (False, True)
)
