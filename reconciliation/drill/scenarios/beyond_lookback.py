"""What lies further back than the node looks: the position is right all the same, and resting orders are known."""

from decimal import Decimal

from reconciliation.drill.anomalies import Kind
from reconciliation.drill.scenario import Scenario
from reconciliation.drill.schedule import Fill, Seed, Wait, Withdraw

_BEYOND = "startup asks for no trade that old, so that one synthetic order stands for what opened the position"
_FORGOTTEN = (
    "the venue tells trades of seven days unless it is asked for older ones, so that one synthetic order stands in"
)
_DAY = 1_440

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
)
