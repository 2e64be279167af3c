"""Failures on order, and the log of every call."""

import json
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any, Final

from msgspec import Struct, field

LOG_LENGTH: Final = 100_000
NO_BODY: Final = {"code": -1000, "msg": "An unknown error occurred while processing the request."}


class Answer(Struct, frozen=True):
    """What goes back over a connection.

    Attributes:
        status: the HTTP status.
        body: JSON, unless a fault has it otherwise.
    """

    status: int
    body: bytes


class Handling(Struct, frozen=True):
    """What becomes of a call that has come in, whoever still waits for it.

    Attributes:
        delay_secs: after so long it is answered.
        answer: answers it then; None breaks the connection without an answer.
        headers: what the answer tells beside its body.
    """

    delay_secs: float
    answer: Callable[[], Answer | None]
    headers: Mapping[str, str] = field(default_factory=dict)


class Fault(Struct, kw_only=True):
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

    def matches(self, call: str) -> bool:
        """Whether it is meant for that call and not used up."""
        return self.times != 0 and self.call in {"*", f"{call.partition(' ')[0]} *", call}

    def answer(self) -> Answer:
        """The answer in place of the true one."""
        text = self.body if isinstance(self.body, str) else json.dumps(self.body)
        return Answer(self.status, text.encode())


class LoggedCall(Struct):
    """One call as it came in.

    Attributes:
        time: when it arrived, seconds since the epoch.
        call: method and path.
        params: what it says, without the signature.
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

    def handled(
        self,
        name: str,
        params: dict[str, str],
        call: Callable[[], Answer],
        headers: Mapping[str, str] | None = None,
    ) -> Handling:
        """Take a call in, which happens now or once its fault lets it.

        Args:
            name: method and path, `GET /fapi/v1/openOrders`.
            params: what it says, for the log.
            call: carries it out.
            headers: what its answer tells beside its body.
        """
        logged = LoggedCall(self._now_secs(), name, params)
        self.log.append(logged)
        fault = self._taken(name)
        logged.fault = fault is not None
        happened = call() if fault is None or fault.apply else None

        def answer() -> Answer | None:
            told = happened if fault is None else _faulty(fault, happened, call)
            logged.status = None if told is None else told.status
            return told

        return Handling(0.0 if fault is None else fault.delay_secs, answer, headers or {})

    def _taken(self, name: str) -> Fault | None:
        """Return the fault that hits a call, counted down."""
        fault = next((fault for fault in self.table if fault.matches(name)), None)
        if fault is not None and fault.times is not None:
            fault.times -= 1
            if fault.times == 0:
                self.table.remove(fault)
        return fault


def _faulty(fault: Fault, happened: Answer | None, call: Callable[[], Answer]) -> Answer | None:
    if fault.drop:
        return None
    if fault.replaces:
        return fault.answer()
    return happened or call()
