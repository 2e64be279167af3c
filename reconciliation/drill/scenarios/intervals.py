"""The continuous checks run when the settings say so: not before their time, and again and again."""

from decimal import Decimal

from reconciliation.drill.checks import Asked
from reconciliation.drill.scenario import Scenario
from reconciliation.drill.schedule import AnyOperation, Fail, Stream, Submit, Until, Wait

_OPEN, _POSITIONS, _ORDER = "GET /fapi/v1/openOrders", "GET /fapi/v3/positionRisk", "GET /fapi/v1/order"
_SUBMIT = "POST /fapi/v1/order"
_DELAY = "reconciliation.startup_delay_secs"
_THRESHOLD = "reconciliation.inflight_check_threshold_ms"
_RESTING = Submit(name="resting", quantity=Decimal("0.010"), price=Decimal(50_000))
_UNANSWERED = (
    Stream(action="mute"),
    Fail(call=_SUBMIT, drop=True, apply=True, times=1),
    Fail(call=_ORDER, status=503),
    _RESTING,
    Until(asked=_SUBMIT),
)

_STORIES: dict[str, tuple[AnyOperation, ...]] = {
    "startup delay honoured": (
        *_UNANSWERED,
        Wait(secs=240),
        Asked(call=_OPEN, after=_DELAY, every="reconciliation.open_check_interval_secs"),
        Asked(call=_ORDER, after=_DELAY),
        Asked(call=_POSITIONS, after=_DELAY),
    ),
    "open check at its interval": (
        _RESTING,
        Wait(secs=300),
        Asked(call=_OPEN, least=3, after=_DELAY, every="reconciliation.open_check_interval_secs"),
    ),
}

SCENARIOS = (
    *(
        Scenario(name=name, text="What the venue is asked, and when, is what the settings say.", when=story)
        for name, story in _STORIES.items()
    ),
    Scenario(
        name="in-flight check at its interval",
        text="Without an open check, which finds the order by itself, an unanswered order is asked for time and again.",
        settings={"reconciliation.open_check_interval_secs": None},
        alerts=frozenset({"ReconGateClosed"}),
        when=(
            Wait(secs=60),
            *_UNANSWERED,
            Wait(secs=180),
            Asked(call=_ORDER, since=_SUBMIT, least=3, after=_THRESHOLD, every=_THRESHOLD),
        ),
    ),
    Scenario(
        name="position check at its interval",
        text="Without an open check, which asks for positions too, they are asked for at their own interval.",
        settings={"reconciliation.open_check_interval_secs": None},
        when=(
            Submit(name="bought", quantity=Decimal("0.010")),
            Wait(secs=600),
            Asked(call=_POSITIONS, least=3, after=_DELAY, every="reconciliation.position_check_interval_secs"),
        ),
    ),
)
