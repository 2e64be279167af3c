"""What starts came to: a table, how they grow, the limit, and the goals."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from math import log
from statistics import linear_regression, median
from typing import Any, Final

from benchmarks.goals import Goal
from benchmarks.limits.figures import Figure
from benchmarks.limits.measuring import PLAIN, RECON, STOCK

COLD: Final = "cold"
WARM: Final = "warm"
ROUND_TRIPS: Final = "round trips"
BUILT_UP: Final = "built-up positions"

HEAD: Final = (
    "history",
    "orders",
    "",
    "recon",
    "processor time",
    "stock",
    "processor time",
    "recon / stock",
    "recon without accelerations",
)
STARTED_WITHIN_SECS: Final = 30.0
TO_STOCK: Final[Mapping[str, float]] = {COLD: 0.35, WARM: 0.2}
"""The most that a start may take, as a part of the stock node's."""
LARGEST_SECS: Final[Mapping[str, float]] = {COLD: 20.0, WARM: 8.0}
"""The most that a start may take on the largest account."""
GROWS_BY: Final = 1.1
"""The most that the exponent may be with which starts grow."""


@dataclass(slots=True, kw_only=True)
class Starts:
    """Starts of one kind of node on one account, a round each.

    Attributes:
        kind: of the node.
        state: whether its cache was empty, or held what an earlier start had left.
        history: of the account.
        symbols: that it trades.
        orders: in its history, one fill each.
        secs: from the start of the process until its trader ran.
        cpu_secs: processor time that the process had taken by then, all threads.
        held: how many orders and fills the node held in the end.
        failed: why a start did not come to that; none was tried after it.
    """

    kind: str
    state: str
    history: str
    symbols: int
    orders: int
    secs: list[float] = field(default_factory=list)
    cpu_secs: list[float] = field(default_factory=list)
    held: dict[str, int] = field(default_factory=dict)
    failed: str = ""

    @property
    def account(self) -> tuple[str, int, str]:
        """What it is compared by: history, size and state."""
        return self.history, self.orders, self.state


class Found:
    """All starts that were measured."""

    def __init__(self, starts: Iterable[Starts]) -> None:
        self.starts = tuple(starts)
        self._by_key = {(each.kind, *each.account): each for each in self.starts}
        self.largest = max(each.orders for each in self.starts)
        self.compared = max(each.orders for each in self.starts if each.kind == STOCK)
        """The largest account that a stock node was started on too."""

    @classmethod
    def read(cls, told: Sequence[Mapping[str, Any]]) -> "Found":
        """Return them from plain data."""
        return cls(Starts(**each) for each in told)

    def data(self) -> list[dict[str, Any]]:
        """Return them as plain data."""
        return [asdict(each) for each in self.starts]

    def of(self, kind: str, history: str, orders: int, state: str) -> Starts | None:
        """Return the starts of one kind on one account; None where none came to a running trader."""
        found = self._by_key.get((kind, history, orders, state))
        return found if found and found.secs else None

    def whole(self, kind: str, history: str, orders: int, state: str) -> Starts | None:
        """Return the same; None too where any failed, so that those which went well do not stand for all."""
        found = self.of(kind, history, orders, state)
        return None if found is None or found.failed else found

    def accounts(self) -> Iterator[tuple[str, int, str]]:
        """Yield history, size and state of all that was measured, in its order."""
        yield from dict.fromkeys(each.account for each in self.starts)

    def curve(self, kind: str, state: str) -> list[tuple[int, Starts]]:
        """Return starts on built-up positions by the number of orders, from small to large."""
        sizes = sorted({each.orders for each in self.starts})
        found = ((orders, self.of(kind, BUILT_UP, orders, state)) for orders in sizes)
        return [(orders, starts) for orders, starts in found if starts]

    def lines(self) -> Iterator[str]:
        """Yield a table of medians, and what else there is to say."""
        yield f"| {' | '.join(HEAD)} |"
        yield f"|{'---|' * len(HEAD)}"
        for history, orders, state in self.accounts():
            recon, stock, plain = (self.of(kind, history, orders, state) for kind in (RECON, STOCK, PLAIN))
            cells = (
                history,
                f"{orders:,}",
                state,
                *_seconds(recon),
                *_seconds(stock),
                f"{paired(recon.secs, stock.secs):.2f}" if recon and stock else "",
                _seconds(plain)[0],
            )
            yield f"| {' | '.join(cells)} |"
        yield ""
        yield from self._remarks()

    def _remarks(self) -> Iterator[str]:
        rounds = [len(each.secs) for each in self.starts if each.secs]
        counted = " to ".join(map(str, dict.fromkeys((min(rounds), max(rounds)))))
        yield f"- Starts of each kind on each account, cold and warm: {counted}."
        for each in self.starts:
            if each.failed:
                yield f"- {each.kind}, {each.history}, {each.orders:,} orders, {each.state}: {each.failed}"
        for history in (ROUND_TRIPS, BUILT_UP):
            held = [
                f"{kind} holds {starts.held['orders']:,} orders and {starts.held['fills']:,} fills"
                for kind in (RECON, STOCK)
                if (starts := self.of(kind, history, self.compared, WARM)) and starts.held
            ]
            if held:
                yield f"- After a warm start on {self.compared:,} orders, {history}: {', '.join(held)}."

    def limits(self) -> Iterator[Figure]:
        """Yield the slowest start on the largest account that is compared, and on the largest.

        Recon's slowest may be a cold one and stock's a warm one, so their ratio would say nothing.
        """
        for orders in dict.fromkeys((self.compared, self.largest)):
            recon, stock = self._all(RECON, orders), self._all(STOCK, orders)
            yield Figure(
                name=f"a start on {orders:,} orders and fills, the slowest of {_count(recon)}, cold or warm",
                unit="s",
                limit=STARTED_WITHIN_SECS,
                recon=_slowest(recon),
                stock=_slowest(stock),
                are_alike=False,
                remark="; ".join(
                    f"{each.kind}, {each.state}: {each.failed}" for each in (*recon, *stock) if each.failed
                ),
            )

    def _all(self, kind: str, orders: int) -> list[Starts]:
        return [each for each in self.starts if (each.kind, each.orders) == (kind, orders)]

    def goals(self) -> Iterator[Goal]:
        """Yield what is wanted beside stock, on the largest account, and of growth."""
        for state, bound in TO_STOCK.items():
            for history in (ROUND_TRIPS, BUILT_UP):
                yield self._beside_stock(state, history, bound)
        for state, bound in LARGEST_SECS.items():
            recon = self.whole(RECON, BUILT_UP, self.largest, state)
            yield Goal(
                name=f"a {state} start on {self.largest:,} orders",
                bound=bound,
                unit="s",
                measured=median(recon.secs) if recon else None,
                note=f"processor time {median(recon.cpu_secs):.1f} s" if recon else "",
            )
        for state in (COLD, WARM):
            yield self._growth(state)

    def _beside_stock(self, state: str, history: str, bound: float) -> Goal:
        recon = self.whole(RECON, history, self.compared, state)
        stock = self.of(STOCK, history, self.compared, state)
        return Goal(
            name=f"a {state} start on {self.compared:,} orders, {history}, recon / stock",
            bound=bound,
            measured=paired(recon.secs, stock.secs) if recon and stock else None,
            note=f"processor time {paired(recon.cpu_secs, stock.cpu_secs):.2f} x" if recon and stock else "",
        )

    def _growth(self, state: str) -> Goal:
        sizes = sorted({each.orders for each in self.starts if (each.kind, each.history) == (RECON, BUILT_UP)})
        wanted = Goal(
            name=f"growth of a {state} start from {sizes[0]:,} to {sizes[-1]:,} orders, the exponent",
            bound=GROWS_BY,
            unit="",
            measured=None,
        )
        if not all(self.whole(RECON, BUILT_UP, orders, state) for orders in sizes):
            return wanted
        curve = self.curve(RECON, state)
        wall = exponent([(orders, median(each.secs)) for orders, each in curve])
        cpu = exponent([(orders, median(each.cpu_secs)) for orders, each in curve])
        last = exponent([(orders, median(each.secs)) for orders, each in curve[-2:]])
        stock = exponent([(orders, median(each.secs)) for orders, each in self.curve(STOCK, state)])
        notes = {"processor time": cpu, "between the two largest": last, "stock, as far as it goes": stock}
        note = "; ".join(f"{name} {value:.2f}" for name, value in notes.items() if value is not None)
        return replace(wanted, measured=wall, note=note)


def exponent(points: Sequence[tuple[int, float]]) -> float | None:
    """Return the power of the orders with which seconds grow: the slope of their logarithms by least squares."""
    if len(points) < 2:  # noqa: PLR2004 - one point has no slope
        return None
    return linear_regression([log(orders) for orders, _ in points], [log(secs) for _, secs in points]).slope


def paired(recon: Sequence[float], stock: Sequence[float]) -> float:
    """Return the ratio of what was measured in the same round, the median of all rounds that both came through."""
    return median(ours / theirs for ours, theirs in zip(recon, stock, strict=False))


def _count(starts: Sequence[Starts]) -> int:
    return sum(len(each.secs) for each in starts)


def _slowest(starts: Sequence[Starts]) -> float | None:
    """Return the slowest of all; None where one failed, of which nobody knows how long it would have taken."""
    if any(each.failed for each in starts):
        return None
    return max((max(each.secs) for each in starts if each.secs), default=None)


def _seconds(starts: Starts | None) -> tuple[str, str]:
    return (f"{median(starts.secs):.1f} s", f"{median(starts.cpu_secs):.1f} s") if starts else ("", "")
