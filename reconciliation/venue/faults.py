"""Failures on order, and the log of every REST call."""

import json
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from reconciliation.venue.params import query_values

LOG_LENGTH: Final = 100_000
NO_BODY: Final = {"code": -1000, "msg": "An unknown error occurred while processing the request."}


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back over a connection.

    Attributes:
        status: the HTTP status.
        body: JSON, unless a fault has it otherwise.
    """

    status: int
    body: bytes


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

    def answer(self) -> Answer:
        """The answer in place of the true one."""
        text = self.body if isinstance(self.body, str) else json.dumps(self.body)
        return Answer(self.status, text.encode())


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
    """The fault table and the request log.

    The first matching fault in the table is the one that happens; a used-up one leaves the table.

    Args:
        now_secs: the clock of the log, seconds since the epoch.
    """

    def __init__(self, now_secs: Callable[[], float]) -> None:
        self._now_secs = now_secs
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

    def noted(self, method: str, path: str, query: str) -> LoggedCall:
        """Log a call that came in; its status is filled in once it is answered."""
        params = query_values(query)
        params.pop("signature", None)
        logged = LoggedCall(self._now_secs(), f"{method} {path}", params)
        self.log.append(logged)
        return logged
