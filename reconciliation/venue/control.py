"""The control API: history, orders by hand, faults, and the truth to compare with."""

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from msgspec.structs import asdict
from pydantic import ValidationError

from reconciliation.venue.bodies import (
    AmendBody,
    ClockBody,
    FaultBody,
    FillBody,
    NamedOrderBody,
    OrderBody,
    ReachBody,
    SeedBody,
    StreamBody,
)
from reconciliation.venue.errors import NoSuchCall, RequestRefused
from reconciliation.venue.faults import Faults
from reconciliation.venue.ledger import Ledger
from reconciliation.venue.records import Event, Order, OrderRequest, OrderType, Side
from reconciliation.venue.seeding import seed
from reconciliation.venue.state import VenueState
from reconciliation.venue.stream import UserStream
from reconciliation.venue.symbols import SYMBOLS
from reconciliation.venue.views import fault_view, fill_view, ledger_view, order_view
from reconciliation.venue.wire import Wire

if TYPE_CHECKING:
    from collections.abc import Callable

PREFIX: Final = "/control"


class Control:
    """The calls of the control API, each a method, a path and a JSON body.

    Args:
        ledger: the truth.
        stream: told what happens, unless silently.
        wires: whose calls a fault can be meant for.
        faults: the fault table and the request log.
        state: what is wrong with the venue as a whole.
    """

    def __init__(
        self,
        ledger: Ledger,
        stream: UserStream,
        wires: Sequence[Wire],
        faults: Faults,
        state: VenueState,
    ) -> None:
        self._ledger = ledger
        self._stream = stream
        self._wires = wires
        self._faults = faults
        self._state = state
        self._calls = {call for wire in wires for call in wire.calls}
        self._answers: dict[str, Callable[[bytes], Any]] = {
            "POST seed": self._seed,
            "POST orders": self._place,
            "POST fills": self._fill,
            "POST amendments": self._amend,
            "POST cancels": self._cancel,
            "POST faults": self._add_fault,
            "GET faults": self._list_faults,
            "DELETE faults": self._clear_faults,
            "POST stream": self._steer_stream,
            "POST reach": self._set_reach,
            "POST clock": self._set_clock,
            "GET ledger": self._show_ledger,
            "GET requests": self._list_requests,
            "DELETE requests": self._clear_requests,
        }

    @property
    def names(self) -> tuple[str, ...]:
        """Every call as method and path, `POST seed`."""
        return tuple(self._answers)

    def call(self, method: str, path: str, body: bytes = b"") -> Any:
        """Carry out one call.

        Raises:
            RequestRefused: it cannot be carried out, or there is none of that name; nothing has changed.
        """
        answer = self._answers.get(f"{method} {path}")
        if answer is None:
            raise NoSuchCall(f"no control call {method} {PREFIX}/{path}")
        try:
            return answer(body)
        except ValidationError as error:
            raise RequestRefused(_explained(error)) from None

    def _seed(self, raw: bytes) -> dict[str, Any]:
        body = SeedBody.model_validate_json(raw)
        seeded = seed(
            self._ledger,
            body.symbol,
            fills=body.fills,
            open_orders=body.open_orders,
            net=body.net,
            age_mins=body.age_mins,
            part=body.part,
        )
        net = SYMBOLS[body.symbol].quantity_text(seeded.net)
        return {"symbol": body.symbol, **asdict(seeded), "net": net}

    def _place(self, raw: bytes) -> dict[str, Any]:
        body = OrderBody.model_validate_json(raw)
        return self._happened(
            self._ledger.place(
                OrderRequest(
                    client_order_id=body.client_order_id or f"web_{self._ledger.next_order_id}",
                    symbol=body.symbol,
                    side=Side(body.side),
                    type=OrderType.MARKET if body.price is None else OrderType.LIMIT,
                    quantity=body.quantity,
                    price=body.price or Decimal(0),
                )
            ),
            silent=body.silent,
        )

    def _fill(self, raw: bytes) -> dict[str, Any]:
        body = FillBody.model_validate_json(raw)
        events = self._ledger.fill(self._named(body), body.quantity, body.price)
        return self._happened(events, silent=body.silent)

    def _cancel(self, raw: bytes) -> dict[str, Any]:
        body = NamedOrderBody.model_validate_json(raw)
        order = self._named(body)
        if not order.is_open:
            raise RequestRefused(f"order {order.order_id} is {order.status}, not open")
        return self._happened(self._ledger.cancel(order), silent=body.silent)

    def _amend(self, raw: bytes) -> dict[str, Any]:
        body = AmendBody.model_validate_json(raw)
        order = self._named(body)
        return self._happened(self._ledger.amend(order, body.quantity, body.price), silent=body.silent)

    def _named(self, body: NamedOrderBody) -> Order:
        order = self._ledger.find(order_id=body.order_id, client_order_id=body.client_order_id)
        if order is None:
            raise RequestRefused(f"no order {body.client_order_id or body.order_id}")
        return order

    def _happened(self, events: list[Event], *, silent: bool) -> dict[str, Any]:
        if not silent:
            self._stream.tell(events)
        fills = [fill_view(event.fill) for event in events if event.fill is not None]
        return {"order": order_view(events[-1].order), "fills": fills}

    def _add_fault(self, raw: bytes) -> dict[str, Any]:
        body = FaultBody.model_validate_json(raw)
        methods = {call.split()[0] for call in self._calls}
        if body.call not in {"*", *self._calls, *(f"{method} *" for method in methods)}:
            raise RequestRefused(f"unknown call {body.call!r}: write '*', 'GET *' or 'GET /fapi/v1/openOrders'")
        self._faults.table.append(body.fault())
        return self._list_faults(b"")

    def _list_faults(self, _: bytes) -> dict[str, Any]:
        return {"faults": [fault_view(fault) for fault in self._faults.table]}

    def _clear_faults(self, _: bytes) -> dict[str, Any]:
        self._faults.table.clear()
        return self._list_faults(b"")

    def _steer_stream(self, raw: bytes) -> dict[str, Any]:
        body = StreamBody.model_validate_json(raw)
        stream = self._stream
        told: dict[str, Any] = {}
        if body.lag_secs is not None:
            stream.lag_secs = body.lag_secs
        if body.copies is not None:
            stream.copies = body.copies
        if body.again is not None:
            stream.tell_again(body.again)
        match body.action:
            case "drop":
                told["dropped"] = stream.drop()
            case "freeze":
                told["frozen"] = stream.freeze()
            case "expire":
                for wire in self._wires:
                    wire.expire()
            case "mute" | "unmute":
                stream.muted = body.action == "mute"
        state = {"sockets": stream.sockets, "muted": stream.muted, "lag_secs": stream.lag_secs, "copies": stream.copies}
        return told | state

    def _set_reach(self, raw: bytes) -> dict[str, Any]:
        self._state.is_away = not ReachBody.model_validate_json(raw).reachable
        if self._state.is_away:
            self._stream.drop()
            for wire in self._wires:
                wire.drop()
        return {"reachable": not self._state.is_away}

    def _set_clock(self, raw: bytes) -> dict[str, Any]:
        self._state.skew_ms = ClockBody.model_validate_json(raw).skew_ms
        return {"skew_ms": self._state.skew_ms}

    def _show_ledger(self, _: bytes) -> dict[str, Any]:
        return ledger_view(self._ledger)

    def _list_requests(self, _: bytes) -> list[dict[str, Any]]:
        return [asdict(call) for call in self._faults.log]

    def _clear_requests(self, _: bytes) -> dict[str, Any]:
        self._faults.log.clear()
        return {"requests": 0}


def _explained(error: ValidationError) -> str:
    """Every problem of a body as `key: what is wrong`, one after another."""
    problems = []
    for problem in error.errors(include_url=False, include_context=False, include_input=False):
        where = ".".join(str(part) for part in problem["loc"])
        message = problem["msg"].removeprefix("Value error, ")
        problems.append(f"{where}: {message}" if where else message)
    return "; ".join(problems)
