"""What lasted in a run: faults until they end, a node's lives, its connections to the stream."""

from collections.abc import Callable, Iterable
from typing import Final

from msgspec import Struct, field
from msgspec.structs import replace

from reconciliation.drill.operation import Operation
from reconciliation.drill.recorded.lanes import Lane, Shade, Span
from reconciliation.drill.recorded.operations import told
from reconciliation.drill.schedule import (
    Fail,
    Heal,
    InterruptCache,
    Lag,
    Mend,
    Neighbour,
    Reach,
    Repeat,
    Skew,
    SlowCache,
    Stream,
    TakeOver,
)

ENDS: Final = frozenset({"Stopped", "Died", "NotStarted", "ended:"})
"""What a node's life ends with, beside SIGKILL."""
_SILENT: Final = "silent socket"


class Spans(Struct):
    """Gathers spans from what happens, told in the order of its times.

    Attributes:
        found: those that have ended.
    """

    found: list[Span] = field(default_factory=list)
    _open: dict[str, Span] = field(default_factory=dict)
    _left: dict[str, Fail] = field(default_factory=dict)
    _number: int = 0

    def done(self, secs: float, operation: Operation) -> None:  # noqa: C901 - one arm an operation
        """Take what the drill did."""
        match operation:
            case Heal():
                self._end_where(secs, lambda key: key.startswith("fault "))
            case Mend():
                self._end_where(secs, lambda key: key.startswith("fault call"))
            case Fail():
                self._number += 1
                key = f"fault call {self._number}"
                self._left[key] = operation
                self._begin(key, secs, told(operation))
            case Stream(action="mute" | "unmute"):
                self._turn("fault mute", secs, operation, on=operation.action == "mute")
            case Stream(action="freeze" | "expire"):
                self._turn(_SILENT, secs, operation, on=True)
            case Lag():
                self._turn("fault lag", secs, operation, on=operation.secs > 0)
            case Repeat():
                self._turn("fault repeat", secs, operation, on=operation.copies > 1)
            case Skew():
                self._turn("fault skew", secs, operation, on=operation.ms != 0)
            case Reach():
                self._turn("fault reach", secs, operation, on=not operation.reachable)
            case SlowCache():
                self._turn("fault slow cache", secs, operation, on=operation.secs > 0)
            case Neighbour():
                self._turn("neighbour", secs, operation, on=operation.runs)
            case InterruptCache() | TakeOver():
                self.found.append(_span(secs, told(operation), end=secs + operation.secs))

    def asked(self, secs: float, call: str) -> None:
        """Take a request; it uses up a fault that happens so often only."""
        for key, fault in self._left.items():
            if fault.call in {"*", call, f"{call.partition(' ')[0]} *"}:
                if fault.times is not None:
                    self._left[key] = fault.model_copy(update={"times": fault.times - 1})
                    if fault.times <= 1:
                        self._end(key, secs)
                return

    def stream(self, secs: float, text: str) -> None:
        """Take what became of a connection."""
        if text in {"opened", "closed", "broke"}:
            self._end(_SILENT, secs)
            self._end("stream", secs)
        if text == "opened":
            self._open["stream"] = _span(secs, "the stream is open", Lane.STREAM, Shade.UP)

    def node(self, secs: float, name: str) -> None:
        """Take an event of the node's life, or SIGKILL."""
        if name == "Booting":
            self._open["node"] = _span(secs, "the node starts", Lane.NODE, Shade.STARTING)
        elif name == "Started":
            self._end("node", secs)
            self._open["node"] = _span(secs, "the node runs", Lane.NODE, Shade.UP)
        elif name in ENDS or name == "SIGKILL":
            self._end("node", secs)
            self.stream(secs, "closed")

    def all(self, secs: float) -> tuple[Span, ...]:
        """Return all of them, those included that the end of the run cuts off."""
        for key in tuple(self._open):
            self._end(key, secs)
        cut = (replace(span, end=min(span.end, secs)) for span in self.found)
        return tuple(sorted(cut, key=lambda span: span.begin))

    def _turn(self, key: str, secs: float, operation: Operation, *, on: bool) -> None:
        self._end(key, secs)
        if on:
            self._begin(key, secs, told(operation))

    def _begin(self, key: str, secs: float, text: str) -> None:
        self._open[key] = _span(secs, text)

    def _end(self, key: str, secs: float) -> None:
        self._left.pop(key, None)
        if (span := self._open.pop(key, None)) is not None:
            self.found.append(replace(span, end=secs))

    def _end_where(self, secs: float, holds: Callable[[str], bool]) -> None:
        for key in [key for key in self._open if holds(key)]:
            self._end(key, secs)


def skews(operations: Iterable[tuple[float, Operation]], end: float) -> tuple[tuple[float, float, float], ...]:
    """Return when a venue's clock was off: begin, end and by how much, all in seconds."""
    found: list[tuple[float, float, float]] = []
    begin, off = 0.0, 0.0
    for secs, operation in operations:
        now = operation.ms / 1_000 if isinstance(operation, Skew) else 0.0 if isinstance(operation, Heal) else off
        if now != off:
            if off:
                found.append((begin, secs, off))
            begin, off = secs, now
    return (*found, (begin, end, off)) if off else tuple(found)


def _span(
    begin: float, text: str, lane: Lane = Lane.DRILL, shade: Shade = Shade.FAULT, *, end: float | None = None
) -> Span:
    return Span(begin=begin, end=begin if end is None else end, lane=lane, shade=shade, text=text)
