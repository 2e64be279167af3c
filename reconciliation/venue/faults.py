"""Failures on order, and the log of every REST call."""

import asyncio
import json
import time
from collections import deque
from dataclasses import dataclass
from typing import Any, Final

from aiohttp import web
from aiohttp.typedefs import Handler

from reconciliation.venue.params import query_values
from reconciliation.venue.rest import is_rest

LOG_LENGTH: Final = 100_000
NO_BODY: Final = {"code": -1000, "msg": "An unknown error occurred while processing the request."}


@dataclass(slots=True, kw_only=True)
class Fault:
    """What goes wrong with a call.

    Attributes:
        call: `GET /fapi/v1/openOrders`, `GET *` or `*`.
        status: the HTTP status answered instead, or None.
        body: the body answered instead: a string as it stands, any other value as JSON.
        replaces: whether the answer is replaced at all.
        times: how often it still happens; None is without end.
        delay_secs: how long the answer waits first.
        drop: the connection breaks without an answer.
        apply: the call takes effect and only its answer is lost; otherwise it never reaches the ledger.
    """

    call: str
    status: int = 200
    body: Any = None
    replaces: bool = False
    times: int | None = None
    delay_secs: float = 0.0
    drop: bool = False
    apply: bool = False

    def matches(self, method: str, path: str) -> bool:
        """Whether it is meant for that call and not used up."""
        return self.times != 0 and self.call in {"*", f"{method} *", f"{method} {path}"}

    def response(self) -> web.Response:
        """The answer in place of the true one."""
        text = self.body if isinstance(self.body, str) else json.dumps(self.body)
        return web.Response(status=self.status, text=text, content_type="application/json")


@dataclass(slots=True)
class LoggedCall:
    """One REST call as it came in.

    Attributes:
        time: when it arrived, seconds since the epoch.
        call: method and path.
        params: its query without the signature.
        status: the HTTP status answered; None until then, and for ever when the connection was dropped.
        fault: whether a fault touched it.
    """

    time: float
    call: str
    params: dict[str, str]
    status: int | None = None
    fault: bool = False


class Faults:
    """The fault table and the request log, at work as a middleware.

    The first matching fault in the table is the one that happens; a used-up one leaves the table.
    """

    def __init__(self) -> None:
        self.table: list[Fault] = []
        self.log: deque[LoggedCall] = deque(maxlen=LOG_LENGTH)

    def take(self, method: str, path: str) -> Fault | None:
        """The fault that hits this call, counted down."""
        fault = next((fault for fault in self.table if fault.matches(method, path)), None)
        if fault is not None and fault.times is not None:
            fault.times -= 1
            if fault.times == 0:
                self.table.remove(fault)
        return fault

    @web.middleware
    async def middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Log a REST call and let its fault, if any, happen to it."""
        if not is_rest(request.path):
            return await handler(request)
        params = query_values(request.raw_path.partition("?")[2])
        params.pop("signature", None)
        logged = LoggedCall(time.time(), f"{request.method} {request.path}", params)
        self.log.append(logged)
        fault = self.take(request.method, request.path)
        if fault is None:
            response: web.StreamResponse = await handler(request)
        else:
            logged.fault = True
            response = await _faulty(fault, request, handler)
            if fault.drop:
                return response
        logged.status = response.status
        return response


async def _faulty(fault: Fault, request: web.Request, handler: Handler) -> web.StreamResponse:
    answer = await handler(request) if fault.apply else None
    await asyncio.sleep(fault.delay_secs)
    if fault.drop:
        if request.transport is not None:
            request.transport.abort()
        return web.Response()  # goes nowhere: the connection is gone
    if fault.replaces:
        return fault.response()
    return await handler(request) if answer is None else answer
