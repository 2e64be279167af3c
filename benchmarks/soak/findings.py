"""What came of a soak: what grew, by how much an order, and what was breached."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from statistics import linear_regression
from typing import Any, Final, Self

from benchmarks.soak.looks import Look, Looking
from benchmarks.soak.market import Market
from reconciliation.engine.v1.recorder import SWEPT_FROM
from reconciliation.settings import Settings

GROWS_FROM: Final = 0.02
GROWS_BY: Final = 3
"""A container that gains less than one entry in fifty orders, or less than three, is called steady. It is what it gains
from the first third of the looks to the last: in the second half of thirty days within six days, or 144 orders."""
LEFT_AN_ORDER_BYTES: Final = 1_024
LEFT_A_DAY_BYTES: Final = 256 * 1_024
"""What the node's memory may grow by: for each order that came and went, as in the limits, and for each day, in which
its checks ask the venue some 70,000 times."""
JUDGED_FROM_DAYS: Final = 10.0
"""In shorter runs memory is told and not judged: pools and caches fill."""
FILLS_FOR_DAYS: Final[Mapping[str, float]] = {
    # Eight days, as `engine/v1/guards/heard.py` says.
    "Heard._last_ns": 8.0,
    # A day, and until the next purge; the engine's own, by the settings.
    "MarginAccount.[AccountState]": 1.1,
}
"""Containers that remember for a time, and how long they fill."""
AT_THE_MOST: Final[Mapping[str, int]] = {"Recorder.fields": 2 * SWEPT_FROM}
"""Containers that forget only once they hold so much."""
GROWS_FOR_GOOD: Final = frozenset({"_Closes.position_ids"})
"""Those that are known to grow with each position that closes: a reference of eight bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What came of it.

    Attributes:
        preset: whose settings the node had.
        days: of virtual time.
        wall_secs: it took.
        orders: submitted.
        fills: at the venue, all of which the node has booked once, unless a breach says otherwise.
        troubles: how often each fault came.
        held: the most orders in the cache at any look.
        open: the most of them that were open.
        rss_first: resident size at the first look, bytes.
        rss_last: at the last.
        rss_a_day: its slope over the second half, without what is aside, bytes a day.
        aside_a_day: bytes that venue and database, which live in the same process, took a day.
        grew: entries an order, over the second half, of each container that grew.
        fills_still: of them those that remember for longer than the run.
        breaches: everything that did not hold.
    """

    preset: str
    days: float
    wall_secs: float
    orders: int
    fills: int
    troubles: dict[str, int]
    held: int
    open: int
    rss_first: int
    rss_last: int
    rss_a_day: float
    aside_a_day: float
    grew: dict[str, float]
    fills_still: list[str]
    breaches: list[str]

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> Self:
        """Return them from plain data."""
        return cls(**told)

    def lines(self) -> Iterator[str]:
        """Yield them as tables."""
        yield "| | |"
        yield "|---|---|"
        yield f"| virtual time, preset | {self.days:g} days, {self.preset} |"
        yield f"| took | {self.wall_secs / 60:.1f} min |"
        yield f"| orders, trades | {self.orders:,}, {self.fills:,} |"
        yield f"| faults | {sum(self.troubles.values()):,} of {len(self.troubles)} kinds |"
        yield f"| orders in the cache at any look, at the most | {self.held}, of which {self.open} open |"
        yield f"| resident size at the first look, at the last | {_mib(self.rss_first)}, {_mib(self.rss_last)} |"
        yield (
            f"| of it a day, over the second half | {self.rss_a_day / 1_024:,.0f} KiB the node,"
            f" {self.aside_a_day / 1_024:,.0f} KiB venue and database |"
        )
        yield f"| breaches | {len(self.breaches)} |"
        yield ""
        if self.grew:
            yield "| container that grew over the second half | entries an order |"
            yield "|---|---|"
            for name, entries in sorted(self.grew.items(), key=lambda each: -each[1]):
                yield f"| `{name}`{self._why_it_may(name)} | {entries:.2f} |"
        else:
            yield "No container grew over the second half."
        yield ""
        yield "Those that may grow:"
        yield ""
        yield from (f"- `{name}`, which fills for {days:g} days" for name, days in FILLS_FOR_DAYS.items())
        yield from (f"- `{name}`, to {entries} entries" for name, entries in AT_THE_MOST.items())
        yield from (f"- `{name}`, for good" for name in sorted(GROWS_FOR_GOOD))

    def _why_it_may(self, name: str) -> str:
        if name in self.fills_still:
            return " (still fills)"
        return " (known)" if name in GROWS_FOR_GOOD else ""


def found(settings: Settings, looking: Looking, market: Market, *, wall_secs: float) -> Findings:
    """Return what came of a run."""
    looks = looking.looks
    half = looks[len(looks) // 2 :]
    grew = dict(growing(half))
    breaches = list(looking.breaches)
    still = [name for name in grew if looks[-1].day < FILLS_FOR_DAYS.get(name, 0.0) * 2]
    breaches += (
        f"{name} grew by {entries:.2f} entries an order"
        for name, entries in grew.items()
        if name not in still and name not in GROWS_FOR_GOOD
    )
    rss = slope(half, lambda look: look.rss - look.aside)
    allowed = LEFT_A_DAY_BYTES + LEFT_AN_ORDER_BYTES * looks[-1].orders / looks[-1].day
    if looks[-1].day >= JUDGED_FROM_DAYS and rss > allowed:
        breaches.append(f"memory grew by {rss:,.0f} bytes a day, {allowed:,.0f} at the most wanted")
    return Findings(
        preset=settings.preset,
        days=looks[-1].day,
        wall_secs=wall_secs,
        orders=looks[-1].orders,
        fills=looks[-1].fills,
        troubles=dict(market.troubles),
        held=max(look.held for look in looks),
        open=max(look.open for look in looks),
        rss_first=looks[0].rss,
        rss_last=looks[-1].rss,
        rss_a_day=rss,
        aside_a_day=slope(half, lambda look: look.aside),
        grew=grew,
        fills_still=still,
        breaches=breaches,
    )


def growing(looks: Sequence[Look]) -> Iterator[tuple[str, float]]:
    """Yield each container that grows, and by how many entries an order: it never holds as little again as before.

    Args:
        looks: some, in their order; the least of their last third is held against the most of their first, and what is
            gained so is what the orders between the two have left.
    """
    third = ceil(len(looks) / 3)
    earlier, later = looks[:third], looks[-third:]
    orders = later[0].orders - earlier[-1].orders
    if not orders:
        return
    for name in sorted({name for look in later for name in look.entries}):
        gained = min(look.entries[name] for look in later) - max(look.entries[name] for look in earlier)
        if gained >= GROWS_BY and gained / orders >= GROWS_FROM and looks[-1].entries[name] > AT_THE_MOST.get(name, 0):
            yield name, gained / orders


def slope(looks: Sequence[Look], size: Callable[[Look], int]) -> float:
    """Return by how much something grows a day, from look to look; 0 of a single one."""
    if len(looks) < 2:  # noqa: PLR2004
        return 0.0
    return linear_regression([look.day for look in looks], [size(look) for look in looks]).slope


def _mib(size: int) -> str:
    return f"{size / 2**20:.0f} MiB"
