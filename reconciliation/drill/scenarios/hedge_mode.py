"""The account keeps two legs a symbol: a node is right on it or refuses, and says why."""

from reconciliation.drill.checks import Refused
from reconciliation.drill.scenario import Scenario
from reconciliation.drill.schedule import Boot, Fail

_DUAL = Fail(call="GET /fapi/v1/positionSide/dual", body={"dualSidePosition": True})

SCENARIOS = (
    Scenario(
        name="hedge-mode account [settings say netting]",
        text="Settings for one net position meet an account with two legs: the node does not start.",
        given=(_DUAL,),
        boots=False,
        when=(Boot(), Refused(reason="Hedge Mode")),
        then=(),
    ),
)
