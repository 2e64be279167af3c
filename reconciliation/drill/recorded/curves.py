"""The position of both sides over time."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Final

from msgspec import Struct, field

from reconciliation.drill.recorded.spans import ENDS
from reconciliation.drill.venues import BINANCE
from reconciliation.embedded.venue_answers import VenueFill
from reconciliation.engine.books import Books
from reconciliation.engine.simulation import Entry

NS: Final = 1_000_000_000
_READ_AT: Final = frozenset({"Connected", "Reconciled", "Started"})
"""When a node's cache is looked into: what it was started with is told by no event."""

Step = tuple[float, Decimal | None]
"""From so many seconds on the position is so much; None where there is no node."""


class Curve(Struct, frozen=True, kw_only=True):
    """The signed position of one instrument, step by step."""

    instrument_id: str
    venue: tuple[Step, ...]
    node: tuple[Step, ...]


class NodePositions(Struct):
    """Follows what a node believes of its positions.

    Attributes:
        begin_ns: when the run began.
        read: what the node holds now.
        steps: the net by instrument, from so many seconds on; None where there is no node.
    """

    begin_ns: int
    read: Callable[[], Books]
    steps: list[tuple[float, Mapping[str, Decimal] | None]] = field(default_factory=list)
    _held: dict[str, tuple[str, Decimal]] = field(default_factory=dict)

    def hear(self, entry: Entry) -> None:
        """Take one thing that happened."""
        name = entry.text.partition(" ")[0]
        if (entry.kind, entry.text) == ("drill", "SIGKILL") or (entry.kind == "node" and name in ENDS):
            self._held.clear()
            self._add(entry.ns, None)
        elif entry.kind == "node" and name in _READ_AT:
            self._held = {each.position_id: (each.instrument_id, each.net) for each in self.read().positions}
            self._add(entry.ns, self._nets())
        elif entry.kind == "engine" and entry.text.startswith("Position"):
            told = dict(part.split("=", 1) for part in entry.text.partition("(")[2].split(", ") if "=" in part)
            self._held[told["position_id"]] = told["instrument_id"], Decimal(told["signed_qty"])
            self._add(entry.ns, self._nets())

    def _nets(self) -> Mapping[str, Decimal]:
        nets: dict[str, Decimal] = defaultdict(Decimal)
        for instrument, net in self._held.values():
            nets[instrument] += net
        return nets

    def _add(self, ns: int, nets: Mapping[str, Decimal] | None) -> None:
        self.steps.append(((ns - self.begin_ns) / NS, nets))


def curves(
    fills: Iterable[VenueFill],
    node: Sequence[tuple[float, Mapping[str, Decimal] | None]],
    begin_ns: int,
    skews: Iterable[tuple[float, float, float]] = (),
) -> tuple[Curve, ...]:
    """Return the curve of each instrument that either side ever held.

    Args:
        fills: the venue's, in the venue's time.
        node: what the node believed, from so many seconds on.
        begin_ns: when the run began; what traded earlier is there from its begin on.
        skews: when the venue's clock was off, as begin, end and by how much, in seconds.
    """
    off = tuple(skews)
    by_instrument: dict[str, list[tuple[float, Decimal]]] = defaultdict(list)
    for fill in fills:
        secs = true_secs(fill.time_ms / 1_000 - begin_ns / NS, off)
        by_instrument[BINANCE.instrument_of(fill.symbol)].append((max(secs, 0.0), fill.signed))
    held = {instrument for _, nets in node if nets for instrument, net in nets.items() if net}
    return tuple(
        Curve(
            instrument_id=instrument,
            venue=_steps(_summed(by_instrument[instrument])),
            node=_steps((secs, None if nets is None else nets.get(instrument, Decimal(0))) for secs, nets in node),
        )
        for instrument in sorted(held | by_instrument.keys())
    )


def true_secs(secs: float, skews: Iterable[tuple[float, float, float]]) -> float:
    """Return when something happened that a venue's clock put at so many seconds."""
    return next((secs - off for begin, end, off in skews if begin <= secs - off < end), secs)


def _summed(changes: Iterable[tuple[float, Decimal]]) -> Iterable[Step]:
    net = Decimal(0)
    yield 0.0, net
    for secs, signed in sorted(changes, key=lambda change: change[0]):
        net += signed
        yield secs, net


def _steps(told: Iterable[Step]) -> tuple[Step, ...]:
    """Return steps without those that change nothing, and of those at one time the last."""
    found: list[Step] = []
    for exact, net in told:
        secs = round(exact, 3)
        if found and found[-1][0] == secs:
            found.pop()
        if not found or found[-1][1] != net:
            found.append((secs, net))
    return tuple(found)
