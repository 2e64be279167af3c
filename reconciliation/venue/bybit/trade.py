"""The trade socket: after a login it takes orders, and answers each request by its `reqId`."""

import json
from collections.abc import Callable
from typing import Any, Final

from reconciliation.venue.bybit.orders import Orders
from reconciliation.venue.bybit.params import Params
from reconciliation.venue.bybit.refusals import Refusal
from reconciliation.venue.bybit.signatures import DEFAULT_RECV_WINDOW_MS, check_stamp
from reconciliation.venue.bybit.socket import Login, Socket
from reconciliation.venue.faults import Answer, Faults
from reconciliation.venue.ledger import Ledger
from reconciliation.venue.stream import Listener
from reconciliation.venue.wire import After

METHOD: Final = "WS"
"""Stands where a REST call's method does, in the names of the socket's requests."""
OPS: Final = ("order.create", "order.amend", "order.cancel")


class TradeDesk:
    """What the requests of every trade socket come to.

    Args:
        ledger: whose clock stamps are held against.
        orders: carries them out.
        faults: which happen to them too: `WS order.create`.
        after: has an answer sent after so many seconds.
    """

    def __init__(self, ledger: Ledger, orders: Orders, faults: Faults, after: After) -> None:
        self._ledger = ledger
        self._faults = faults
        self._after = after
        self._ops = dict(zip(OPS, (orders.create, orders.amend, orders.cancel), strict=True))

    def take(self, op: str, asked: dict[str, Any], told: dict[str, Any], listener: Listener) -> None:
        """Carry out a request and answer it, as faults let it.

        Args:
            op: which.
            asked: the whole of it.
            told: what every answer on the socket holds.
            listener: who is answered; the connection breaks where nobody is to be.
        """
        (args,) = asked["args"]

        def call() -> Answer:
            try:
                header = asked.get("header", {})
                window = str(header.get("X-BAPI-RECV-WINDOW", DEFAULT_RECV_WINDOW_MS))
                check_stamp(str(header.get("X-BAPI-TIMESTAMP", "")), window, self._ledger.now_ms())
                answer = {"retCode": 0, "retMsg": "OK", "data": self._ops[op](Params(args))}
            except Refusal as refusal:
                answer = {"retCode": refusal.code, "retMsg": refusal.message, "data": {}}
            return Answer(200, json.dumps(told | answer).encode())

        handling = self._faults.handled(f"{METHOD} {op}", {name: str(value) for name, value in args.items()}, call)

        def answer() -> None:
            sent = handling.answer()
            if sent is None:
                listener.break_off()
            else:
                listener.tell(sent.body.decode(), 0.0)

        if handling.delay_secs:
            self._after(handling.delay_secs, answer)
        else:
            answer()


class TradeSocket(Socket):
    """One trade socket.

    Args:
        listener: its other end.
        desk: takes its requests.
        login: not made yet.
        leave: takes it away from the wire.
    """

    def __init__(self, listener: Listener, desk: TradeDesk, login: Login, leave: Callable[[Socket], None]) -> None:
        super().__init__(listener, leave)
        self._desk = desk
        self._login = login

    def take(self, op: str, asked: dict[str, Any]) -> None:
        """Take a ping, a login or an order's request."""
        told = {"op": op, "connId": self.connection}
        if "reqId" in asked:
            told["reqId"] = str(asked["reqId"])
        if op == "ping":
            self.tell(told | {"op": "pong", "retCode": 0, "retMsg": "OK", "data": []})
        elif op == "auth":
            refusal = self._login.refusal(asked)
            code, message = (0, "OK") if refusal is None else (refusal.code, refusal.message)
            self.tell(told | {"retCode": code, "retMsg": message})
        elif op not in OPS:
            self.tell(told | {"retCode": 10404, "retMsg": f"op type is not found: {op}"})
        elif not self._login.is_done:
            self.tell(told | {"retCode": 10004, "retMsg": "Request not authorized"})
        elif not _is_of_one(asked.get("args")):
            self.tell(told | {"retCode": 10001, "retMsg": "Param error"})
        else:
            self._desk.take(op, asked, told, self.listener)


def _is_of_one(args: Any) -> bool:
    return isinstance(args, list) and len(args) == 1 and isinstance(args[0], dict)
