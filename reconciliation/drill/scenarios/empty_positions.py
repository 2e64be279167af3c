"""The venue's list of positions is empty: by mistake, or because the account is flat."""

from decimal import Decimal

from reconciliation.drill.scenario import Scenario
from reconciliation.drill.schedule import AnyOperation, Boot, Fail, Mend, Place, Seed, Stop, Stream, Submit, Wait

_EMPTY = Fail(call="GET /fapi/v3/positionRisk", body=[])
_NET = Decimal("0.100")

_STORIES: dict[str, tuple[AnyOperation, ...]] = {
    "by mistake, at runtime": (Wait(secs=15), _EMPTY, Wait(secs=240), Mend()),
    "by mistake, at startup": (Stop(), _EMPTY, Boot(), Wait(secs=60), Mend()),
    "truly flat": (
        Wait(secs=15),
        Stream(action="mute"),
        Place(name="web_1", side="SELL", quantity=_NET),
        Wait(secs=1),
        Stream(action="unmute"),
    ),
    "truly flat, own order": (
        Wait(secs=15),
        Stream(action="mute"),
        Submit(name="closing", side="SELL", quantity=_NET),
        Wait(secs=1),
        Stream(action="unmute"),
    ),
}

_ALERTS = {
    "by mistake, at runtime": {"ReconCheckStale", "ReconGateClosed"},
    "by mistake, at startup": {"ReconNodeRestarting"},
    "truly flat": {"ReconExternalOrderAppeared", "ReconFillsRecovered"},
    "truly flat, own order": {"ReconFillsRecovered"},
}

SCENARIOS = tuple(
    Scenario(
        name=f"empty position reply [{why}]",
        text="A position is not closed here by an empty list alone, and not kept when it was closed at the venue.",
        alerts=frozenset(_ALERTS[why]),
        given=(Seed(fills=6, net=_NET),),
        when=story,
    )
    for why, story in _STORIES.items()
)
