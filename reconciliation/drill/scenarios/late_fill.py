"""A fill reaches the node late, after its checks have found it out: it must not count twice."""

from decimal import Decimal

from reconciliation.drill.anomalies import Kind
from reconciliation.drill.scenario import Scenario
from reconciliation.drill.schedule import Fail, Fill, Lag, Mend, Retell, Stream, Submit, Wait

_SUBMIT = (Submit(name="resting", quantity=Decimal("0.010"), price=Decimal(50_000)), Wait(secs=15))
_NO_TRADES = Fail(call="GET /fapi/v1/userTrades", body=[])
_DENIED = "the venue answered that the order has no trade, so that a fill was inferred; the engine takes none back"

SCENARIOS = (
    *(
        Scenario(
            name=f"late real fill after an inferred one [{part}, {secs} s]",
            text="The stream lags so far that a check learns of the trade first; the message then changes nothing.",
            alerts=frozenset({"ReconFillDuplicate", "ReconFillsRecovered"}),
            when=(
                *_SUBMIT,
                Lag(secs=secs),
                Fill(name="resting", quantity=quantity),
                Wait(secs=1),
                Lag(secs=0),
                Wait(secs=secs + 60),
            ),
        )
        for part, quantity in (("full", None), ("partial", Decimal("0.004")))
        for secs in (20, 90)
    ),
    Scenario(
        name="late real fill after an inferred one [trades denied]",
        text="The venue tells no trade of a filled order, and then tells it: quantities and positions stay right.",
        alerts=frozenset({"ReconFillInferred"}),
        when=(
            *_SUBMIT,
            _NO_TRADES,
            Stream(action="mute"),
            Fill(name="resting", quantity=Decimal("0.004")),
            Wait(secs=1),
            Stream(action="unmute"),
            Wait(secs=120),
            Mend(),
            Retell(),
            Wait(secs=60),
        ),
        known={Kind.INVENTED_FILL: _DENIED, Kind.MISSING_FILL: _DENIED},
    ),
)
