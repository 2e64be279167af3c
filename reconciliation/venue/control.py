"""The control API: history, orders by hand, faults, and the truth to compare with."""

from collections.abc import Callable
from dataclasses import asdict
from decimal import Decimal
from http import HTTPStatus
from typing import Any, Final

from aiohttp import web
from aiohttp.typedefs import Handler
from pydantic import ValidationError

from reconciliation.venue.bodies import FaultBody, FillBody, NamedOrderBody, OrderBody, SeedBody, StreamBody
from reconciliation.venue.errors import RequestRefused
from reconciliation.venue.faults import Faults
from reconciliation.venue.ledger import Ledger
from reconciliation.venue.records import Event, Order, OrderRequest, OrderType, Side
from reconciliation.venue.seeding import seed
from reconciliation.venue.stream import UserStream
from reconciliation.venue.symbols import SYMBOLS
from reconciliation.venue.views import fault_view, fill_view, ledger_view, order_view

PREFIX: Final = "/control"


class ControlApi:
    """The handlers of the control API.

    Args:
        ledger: the truth.
        stream: told what happens, unless silently.
        faults: the fault table and the request log.
        calls: the names of the REST calls a fault can be meant for.
    """

    def __init__(self, ledger: Ledger, stream: UserStream, faults: Faults, calls: set[str]) -> None:
        self._ledger = ledger
        self._stream = stream
        self._faults = faults
        self._calls = calls

    def routes(self) -> list[web.RouteDef]:
        """The routes under the prefix; what else is asked there is answered 404."""
        answers: dict[str, Callable[[bytes], Any]] = {
            "POST seed": self._seed,
            "POST orders": self._place,
            "POST fills": self._fill,
            "POST cancels": self._cancel,
            "POST faults": self._add_fault,
            "GET faults": self._list_faults,
            "DELETE faults": self._clear_faults,
            "POST stream": self._steer_stream,
            "GET ledger": self._show_ledger,
            "GET requests": self._list_requests,
            "DELETE requests": self._clear_requests,
        }
        routes = []
        for name, answer in answers.items():
            method, path = name.split()
            routes.append(web.route(method, f"{PREFIX}/{path}", _handler(answer)))
        return [*routes, web.route("*", PREFIX + "{tail:(/.*)?}", _nothing_here)]

    def _seed(self, raw: bytes) -> dict[str, Any]:
        body = SeedBody.model_validate_json(raw)
        seeded = seed(
            self._ledger,
            body.symbol,
            fills=body.fills,
            open_orders=body.open_orders,
            net=body.net,
            age_mins=body.age_mins,
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
        if body.action == "drop":
            return {"dropped": self._stream.drop(), "muted": self._stream.muted}
        self._stream.muted = body.action == "mute"
        return {"sockets": self._stream.sockets, "muted": self._stream.muted}

    def _show_ledger(self, _: bytes) -> dict[str, Any]:
        return ledger_view(self._ledger)

    def _list_requests(self, _: bytes) -> list[dict[str, Any]]:
        return [asdict(call) for call in self._faults.log]

    def _clear_requests(self, _: bytes) -> dict[str, Any]:
        self._faults.log.clear()
        return {"requests": 0}


def _handler(answer: Callable[[bytes], Any]) -> Handler:
    async def handle(request: web.Request) -> web.StreamResponse:
        try:
            return web.json_response(answer(await request.read()))
        except ValidationError as error:
            return _refusal(_explained(error))
        except RequestRefused as error:
            return _refusal(str(error))

    return handle


async def _nothing_here(request: web.Request) -> web.StreamResponse:
    return _refusal(f"no control call {request.method} {request.path}", HTTPStatus.NOT_FOUND)


def _refusal(message: str, status: HTTPStatus = HTTPStatus.BAD_REQUEST) -> web.Response:
    return web.json_response({"error": message}, status=status)


def _explained(error: ValidationError) -> str:
    """Every problem of a body as `key: what is wrong`, one after another."""
    problems = []
    for problem in error.errors(include_url=False, include_context=False, include_input=False):
        where = ".".join(str(part) for part in problem["loc"])
        message = problem["msg"].removeprefix("Value error, ")
        problems.append(f"{where}: {message}" if where else message)
    return "; ".join(problems)
