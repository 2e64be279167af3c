"""The local venue and nodes on it with a Binance USD-M futures client."""

from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, Final

from arena import OFF, QUICK, node_on
from conformance import Check, Query
from running_node import RunningNode
from stage import BTC

from reconciliation.embedded.venue import VenueProcess
from reconciliation.engine.client import PositionMode
from reconciliation.engine.holdings import Holdings

SYMBOL: Final = "BTCUSDT"
SUBMIT: Final = "POST /fapi/v1/order"
ORDER: Final = "GET /fapi/v1/order"
OPEN_ORDERS: Final = "GET /fapi/v1/openOrders"
OPEN_CONDITIONAL: Final = "GET /fapi/v1/openAlgoOrders"
ALL_ORDERS: Final = "GET /fapi/v1/allOrders"
ALL_CONDITIONAL: Final = "GET /fapi/v1/allAlgoOrders"
TRADES: Final = "GET /fapi/v1/userTrades"
POSITIONS: Final = "GET /fapi/v3/positionRisk"
DUAL_SIDE: Final = "GET /fapi/v1/positionSide/dual"

CALLS: Final[dict[Query, tuple[str, ...]]] = {
    "orders": (OPEN_ORDERS, OPEN_CONDITIONAL, ALL_ORDERS, ALL_CONDITIONAL, POSITIONS),
    "order": (ORDER,),
    "fills": (TRADES, POSITIONS),
    "positions": (POSITIONS,),
}
NO_SUCH_ORDER: Final[dict[str, Any]] = {"status": 400, "body": {"code": -2013, "msg": "Order does not exist."}}
LOST_ANSWERS: Final[dict[str, dict[str, Any]]] = {
    "a broken connection": {"drop": True},
    "503": {"status": 503},
    "-1007": {"status": 408, "body": {"code": -1007, "msg": "Timeout waiting for response from backend server."}},
    "-1006": {"status": 400, "body": {"code": -1006, "msg": "An unexpected response was received."}},
}
CHECK_FIELDS: Final[dict[Check, str]] = {
    "inflight": "inflight_check_interval_ms",
    "open": "open_check_interval_secs",
    "positions": "position_check_interval_secs",
}


class BinanceStand:
    """The venue, with nothing in it, and nodes whose client has the named guards.

    Args:
        venue: other tests have left nothing open in it.
        guards: of client and engine.
    """

    instrument = BTC
    lost_answers = tuple(LOST_ANSWERS)
    holding_calls = (OPEN_ORDERS, OPEN_CONDITIONAL, POSITIONS)

    def __init__(self, venue: VenueProcess, guards: Collection[str]) -> None:
        self._venue = venue
        self._control = venue.control
        self._guards = guards
        self._stack = ExitStack()

    @contextmanager
    def node(
        self,
        *,
        checks: Collection[Check] = (),
        cache_url: str | None = None,
        read_only: bool = False,
        position_mode: PositionMode = "netting",
        report_secs: float = 10.0,
    ) -> Iterator[RunningNode]:
        chosen = {CHECK_FIELDS[check]: QUICK[CHECK_FIELDS[check]] for check in checks}
        fixed: dict[str, Any] = {"read_only": read_only, "position_mode": position_mode, "report_secs": report_secs}
        with node_on(self._venue, guards=self._guards, cache_url=cache_url, **fixed, **OFF | chosen) as arena:
            yield RunningNode(arena, self.instrument)

    def calls(self, query: Query) -> tuple[str, ...]:
        return CALLS[query]

    def asked(self, query: Query) -> int:
        return len(self._control.requests(*CALLS[query]))

    def fail(self, call: str) -> None:
        self._control.fail(call, status=503)

    def hang(self, call: str) -> None:
        self._control.fail(call, delay_secs=3_600)

    def lose_answer(self, way: str) -> None:
        self._control.mute()
        self._control.fail(SUBMIT, apply=True, times=1, **LOST_ANSWERS[way])

    def forget(self, client_order_id: str) -> None:
        self._control.cancel(client_order_id, silent=True)
        self._control.fail(ALL_ORDERS, body=[])
        self._control.fail(ORDER, **NO_SUCH_ORDER)

    def leave_positions_out(self) -> None:
        self._control.fail(POSITIONS, body=[])

    def close_position_silently(self) -> None:
        if held := self._control.ledger().positions.get(SYMBOL):
            self._control.place(SYMBOL, "SELL" if held > 0 else "BUY", abs(held), silent=True)

    def heal(self) -> None:
        self._control.clear_faults()
        self._control.unmute()

    def rest(self) -> str:
        return self._control.place(SYMBOL, "BUY", "0.010", price="30000").order.client_order_id

    def rest_for_days(self) -> str:
        # Nothing at a venue is older than what it holds already.
        self._venue = self._stack.enter_context(VenueProcess())
        self._control = self._venue.control
        self._control.seed(SYMBOL, open_orders=1, age_mins=2 * 1_440)
        return self._control.ledger().orders[-1].client_order_id

    def hold(self) -> None:
        self._control.seed(SYMBOL, fills=4, net="0.5")

    def keep_positions(self, mode: PositionMode) -> None:
        self._control.fail(DUAL_SIDE, body={"dualSidePosition": mode == "hedging"})

    def ledger(self) -> Holdings:
        ledger = self._control.ledger()
        return Holdings(
            open_orders={order.client_order_id: BTC for order in ledger.open_orders},
            positions={BTC: held} if (held := ledger.positions.get(SYMBOL)) else {},
        )

    def changes(self) -> int:
        return sum(not asked.call.startswith("GET ") for asked in self._control.requests())

    def streams(self) -> int:
        return self._control.drop()

    def names(self, call: str, reason: str) -> bool:
        return call.partition(" ")[2] in reason

    def clean(self) -> None:
        """Leave nothing open for the next test."""
        self.heal()
        for order in self._control.ledger().open_orders:
            self._control.cancel(order.order_id, silent=True)
        self.close_position_silently()
        self._control.clear_requests()
        self._stack.close()
