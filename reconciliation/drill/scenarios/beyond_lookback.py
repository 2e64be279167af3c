"""What lies further back than the node looks: the position is right all the same, and resting orders are known."""

from decimal import Decimal

from reconciliation.drill.anomalies import Kind
from reconciliation.drill.scenario import Scenario
from reconciliation.drill.schedule import (
    AnyOperation,
    Boot,
    Fail,
    Fill,
    Kill,
    LoseCache,
    Place,
    Seed,
    Stop,
    Stream,
    Submit,
    Until,
    Wait,
    Withdraw,
)
from reconciliation.drill.venues import EVERYWHERE

_BEYOND = "startup asks for no trade that old, so that one synthetic order stands for what opened the position"
_FORGOTTEN = (
    "the venue tells trades of seven days unless it is asked for older ones, so that one synthetic order stands in"
)
_DAY = 1_440
_HOUR_SECS = 3_600
_PART = Decimal("0.004")
_VIRTUAL = frozenset({"virtual"})  # hours pass
_STARTED: tuple[AnyOperation, ...] = (Boot(), Until(event="Started"))
_FIVE_MORE_STARTS: tuple[AnyOperation, ...] = (Stop(), *_STARTED) * 5
_OWN: tuple[AnyOperation, ...] = (
    Submit(name="own_1", quantity=Decimal("0.010"), price=Decimal(50_000)),
    Submit(name="own_2", quantity=Decimal("0.010"), price=Decimal(50_001)),
    Wait(secs=15),
    Fill(name="own_1", quantity=_PART),
    Wait(secs=15),
)


def _by_hand(*quantities: str) -> tuple[AnyOperation, ...]:
    """Trade by hand, sold what is negative, at one time each."""
    traded: list[AnyOperation] = []
    for number, quantity in enumerate(map(Decimal, quantities), start=1):
        side = "BUY" if quantity > 0 else "SELL"
        traded += [Place(name=f"web_{number}", side=side, quantity=abs(quantity)), Wait(secs=1)]
    return tuple(traded)


SCENARIOS = (
    Scenario(
        name="opening fill outside the lookback [60 min]",
        text="A position that was opened before the lookback begins is as large as at the venue.",
        alerts=frozenset({"ReconFillInferred"}),
        given=(Seed(fills=6, net=Decimal("0.100"), age_mins=180),),
        settings={"reconciliation.lookback_mins": 60},
        known={Kind.INVENTED_FILL: _BEYOND, Kind.INVENTED_ORDER: _BEYOND},
    ),
    Scenario(
        name="opening fill outside the lookback [9 days]",
        text="A position that was opened before what the venue tells by itself is as large as at the venue.",
        alerts=frozenset({"ReconFillInferred"}),
        given=(Seed(fills=6, net=Decimal("0.100"), age_mins=9 * _DAY),),
        settings={"reconciliation.lookback_mins": None},
        known={Kind.INVENTED_FILL: _FORGOTTEN, Kind.INVENTED_ORDER: _FORGOTTEN},
    ),
    *(
        Scenario(
            name=f"resting order older than the lookback [{name}]",
            text="Old orders that rest are known; one that trades and one that ends, both untold, are found out.",
            alerts=frozenset({"ReconExternalOrderAppeared", "ReconFillsRecovered"}),
            given=(Seed(open_orders=4, age_mins=age_mins),),
            settings={"reconciliation.lookback_mins": lookback_mins},
            when=(
                Wait(secs=15),
                Fill(name="seed_8000001", silent=True),
                Fill(name="seed_8000002", quantity=Decimal("0.004"), silent=True),
                Withdraw(name="seed_8000003", silent=True),
            ),
        )
        for name, age_mins, lookback_mins in (
            ("3 hours", 180, 60),
            ("9 days", 9 * _DAY, None),
        )
    ),
    *(
        Scenario(
            name=f"opening fill outside the lookback [{what}]",
            text="What was held when the lookback begins is one order; every trade since is the venue's own, once.",
            alerts=frozenset({"ReconFillInferred"}),
            given=(Seed(fills=6, net=Decimal("0.100"), age_mins=180), *_by_hand(*quantities)),
            settings={"reconciliation.lookback_mins": 60},
            known={Kind.INVENTED_FILL: _BEYOND, Kind.INVENTED_ORDER: _BEYOND},
        )
        for what, quantities in (
            ("traded since", ("0.040", "-0.010")),
            ("flat by its trades alone", ("0.050", "-0.050", "-0.030")),
            ("turned since", ("-0.150", "-0.020")),
        )
    ),
    *(
        Scenario(
            name=f"position opened and closed across the lookback [{what}]",
            text="What was over before the first start is nobody's trade any more, however much of it is told.",
            given=(Seed(fills=6, net=Decimal("0.100"), age_mins=180), *_by_hand(*quantities)),
            settings={"reconciliation.lookback_mins": 60},
        )
        for what, quantities in (("flat", ("-0.100",)), ("opened anew", ("-0.100", "-0.030")))
    ),
    Scenario(
        name="resting order older than the lookback [six starts]",
        text="Half of the resting orders are older than the lookback; all are known at each of six starts.",
        given=(
            Seed(open_orders=20, part=_PART, age_mins=180),
            Seed(open_orders=20),
        ),
        settings={"reconciliation.lookback_mins": 100},
        when=_FIVE_MORE_STARTS,
        venues=EVERYWHERE,
    ),
    *(
        Scenario(
            name=f"resting order older than the lookback [partly filled {when}]",
            text="Orders that traded in part before the lookback are known with their trades, at each of six starts.",
            given=(Seed(open_orders=orders, part=_PART, age_mins=age_mins),),
            settings={"reconciliation.lookback_mins": lookback_mins},
            when=_FIVE_MORE_STARTS,
        )
        for when, orders, age_mins, lookback_mins in (
            ("3 hours ago", 2, 180, 100),
            ("8 days ago", 2, 8 * _DAY, _DAY),
            ("8 days ago, many", 8, 8 * _DAY, None),
        )
    ),
    *(
        Scenario(
            name=f"resting order older than the lookback [a strategy's own, {what}]",
            text="A strategy's own orders rest on while its node is down; they are its own at each start after that.",
            alerts=frozenset({"ReconExternalOrderAppeared"} if lost else ()),
            settings={"reconciliation.lookback_mins": 100},
            when=(*_OWN, Stop(), *lost, Wait(secs=3 * _HOUR_SECS), *_STARTED, *_FIVE_MORE_STARTS),
            carriers=_VIRTUAL,
        )
        for what, lost in (("known", ()), ("the cache lost", (LoseCache(),)))
    ),
    Scenario(
        name="down for longer than the lookback",
        text="What traded while the node was down is booked with the venue's trades, though the lookback is shorter.",
        settings={"reconciliation.lookback_mins": 60},
        when=(
            *_OWN,
            Kill(),
            Fill(name="own_2"),
            Place(name="web_1", quantity=Decimal("0.050")),
            Wait(secs=3 * _HOUR_SECS),
            *_STARTED,
        ),
        carriers=_VIRTUAL,
    ),
    Scenario(
        name="cut off for longer than the checks look back",
        text="What traded while the venue told nothing for two hours is booked with the venue's own trades.",
        settings={"reconciliation.open_check_lookback_mins": 60, "reconciliation.position_check_lookback_mins": 60},
        when=(
            *_OWN,
            Stream(action="mute"),
            Fail(call="*", status=503),
            Fill(name="own_2"),
            Place(name="web_1", quantity=Decimal("0.050")),
            Wait(secs=2 * _HOUR_SECS),
        ),
        carriers=_VIRTUAL,
    ),
)
