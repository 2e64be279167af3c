"""From the trace of a run to its moments, spans and requests."""

import json
import re
from collections.abc import Iterator
from typing import Any, Final

from msgspec import Struct, field
from pydantic import TypeAdapter

from reconciliation.drill.operation import Operation
from reconciliation.drill.recorded.lanes import Lane, Mark, Moment, of_order
from reconciliation.drill.recorded.operations import told
from reconciliation.drill.recorded.requests import Requests
from reconciliation.drill.recorded.spans import ENDS, Spans
from reconciliation.drill.schedule import AnyOperation
from reconciliation.engine.simulation import Entry

NS: Final = 1_000_000_000
SIGKILL: Final = "SIGKILL"
ANOMALY: Final = "anomaly "
FAILED_STATUS: Final = 400
_OPERATION: Final[TypeAdapter[Operation]] = TypeAdapter(AnyOperation)
_FIELD: Final = re.compile(r"(\w+)=([^,()]*)")
_WRONG: Final = ENDS - {"Stopped"} | {"HistoryTorn", "StopFailed"}
_ROUTINE: Final = frozenset({"QueryFailed", "AbsenceHeld"})
_ORDER: Final = "Order"
LONGEST_REASON: Final = 200
_UNTOLD: Final = frozenset({"OrderInitialized"})
"""Of an order's events: it is told with the submission."""
_REFUSED: Final = frozenset({"rejected", "denied", "modify rejected", "cancel rejected"})
_ORDERLY: Final = frozenset({"opened", "closed"})
QUOTES: Final = "'\""
_WORD: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")


class Story(Struct):
    """Reads a trace, entry by entry.

    Attributes:
        begin_ns: when the run began.
        moments: what happened, in the order of its times.
        spans: what lasted.
        requests: what the venue was asked.
        operations: what the drill did, with the seconds.
    """

    begin_ns: int
    moments: list[Moment] = field(default_factory=list)
    spans: Spans = field(default_factory=Spans)
    requests: Requests = field(default_factory=Requests)
    operations: list[tuple[float, Operation]] = field(default_factory=list)

    def read(self, entry: Entry) -> None:
        """Take one thing that happened; what the cache's database was told is left out."""
        secs = (entry.ns - self.begin_ns) / NS
        match entry.kind:
            case "drill":
                self._drill(secs, entry.text)
            case "node" | "neighbour":
                self._node(secs, entry)
            case "stream":
                self._stream(secs, entry.text)
            case "request":
                call = entry.text.partition("?")[0]
                self.spans.asked(secs, call)
                self.requests.asked(secs, call)
            case "answer":
                self._answer(secs, entry.text)
            case "engine":
                self.moments.extend(_order(secs, entry.text))

    def _add(self, secs: float, lane: Lane, text: str, mark: Mark = Mark.TICK, *, is_routine: bool = False) -> None:
        self.moments.append(Moment(secs=secs, lane=lane, text=text, mark=mark, is_routine=is_routine))

    def _drill(self, secs: float, text: str) -> None:
        if text == SIGKILL:
            self.spans.node(secs, text)
        elif text.startswith(ANOMALY):
            self._add(secs, Lane.JUDGED, text.removeprefix(ANOMALY), Mark.WRONG)
        else:
            operation = _OPERATION.validate_json(text)
            self.operations.append((secs, operation))
            self.spans.done(secs, operation)
            if shown := told(operation):
                self._add(secs, Lane.DRILL, shown)

    def _node(self, secs: float, entry: Entry) -> None:
        name, _, reason = entry.text.partition(" ")
        if entry.kind == "node":
            self.spans.node(secs, name)
        words = _WORD.sub(" ", name.rstrip(":")).lower()
        whose = "" if entry.kind == "node" else "the other node: "
        mark = Mark.WRONG if name in _WRONG else Mark.TICK
        why = f": {reason if len(reason) <= LONGEST_REASON else f'{reason[:LONGEST_REASON]}…'}" if reason else ""
        self._add(secs, Lane.NODE, f"{whose}{words}{why}", mark, is_routine=name in _ROUTINE)

    def _stream(self, secs: float, text: str) -> None:
        if not text.startswith("{"):
            self.spans.stream(secs, text)
            mark = Mark.TICK if text in _ORDERLY else Mark.WRONG
            self._add(secs, Lane.STREAM, text, mark, is_routine=text == "refused")
            return
        message = json.loads(text)
        trades = message.get("o", {}).get("x") == "TRADE"
        self._add(secs, Lane.STREAM, _message(message), Mark.TRADE if trades else Mark.TICK)

    def _answer(self, secs: float, text: str) -> None:
        status, _, rest = text.partition(" ")
        if not status.isdecimal():
            call = text.removesuffix(" broke off")
            self._add(secs, Lane.REQUESTS, f"{call} broke off", Mark.WRONG, is_routine=True)
            self.requests.failed(secs, call)
        elif int(status) >= FAILED_STATUS:
            call = " ".join(rest.split(" ", 2)[:2])
            self._add(secs, Lane.REQUESTS, f"{call} was answered {status}", Mark.WRONG, is_routine=True)
            self.requests.failed(secs, call)


def _message(message: dict[str, Any]) -> str:
    order = message.get("o")
    if order is None:
        return f"told {message.get('e', 'something')}"
    if order["x"] == "TRADE":
        return f"told {order['c']}: trade {order['t']}, {order['l']} at {order['L']}, {order['X']}"
    return f"told {order['c']}: {order['X']}"


def _order(secs: float, text: str) -> Iterator[Moment]:
    name = text.partition("(")[0]
    if not name.startswith(_ORDER) or name in _UNTOLD:
        return
    what = _WORD.sub(" ", name.removeprefix(_ORDER)).lower()
    told_of = dict(_FIELD.findall(text))
    mark = Mark.WRONG if what in _REFUSED else Mark.TICK
    detail = f": {told_of['reason'].strip(QUOTES)}" if told_of.get("reason", "None") not in {"None", ""} else ""
    if what == "filled":
        mark = Mark.TRADE
        detail = f" {told_of['last_qty']} at {told_of['last_px'].replace('_', '')}, trade {told_of['trade_id']}"
    yield of_order(secs, Lane.ORDERS, told_of["client_order_id"], what, detail, mark)
