"""What is held at each look in a soak: node and venue agree, and the node's memory holds what it is to hold."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from nautilus_trader.model.events import OrderFilled

from benchmarks.soak.census import bytes_of, census, rss_bytes
from benchmarks.soak.market import NS, TRADED, Market
from reconciliation.config import ReconciliationConfig
from reconciliation.drill.anomalies import stored
from reconciliation.drill.judge import Judge
from reconciliation.drill.schedule import Schedule
from reconciliation.drill.venues import BINANCE
from reconciliation.drill.virtual import VirtualRun
from reconciliation.engine.generation import generation
from reconciliation.settings import Settings
from reconciliation.venue.binance import shapes

Trade = tuple[str, str]
"""The instrument id and the trade id."""
_FEW: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What was seen at one time.

    Attributes:
        day: how many days had passed, in virtual time.
        orders: submitted so far.
        fills: at the venue so far.
        held: orders in the cache.
        open: of them those that are open.
        rss: resident size of the process, bytes.
        aside: bytes of the venue and the database, which live in the same process here.
        events: state events of the account in the cache.
        entries: of every container of the node, beyond what others of this process held before it.
    """

    day: float
    orders: int
    fills: int
    held: int
    open: int
    rss: int
    aside: int
    events: int
    entries: Counter[str] = field(default_factory=Counter)

    def line(self) -> str:
        """Return it as a line of progress."""
        return (
            f"day {self.day:4.1f}: {self.orders:6,} orders, {self.fills:6,} fills, {self.held:3} in the cache of which"
            f" {self.open} open, {self.rss / 2**20:5.0f} MiB, of which venue and database {self.aside / 2**20:3.0f}"
        )


class Looking:
    """Looks at one run.

    Args:
        run: what is looked at.
        settings: of its node.
        schedule: of the run.
        promised: what is to be held of purges; the settings' own, unless a test has the node break it.
    """

    def __init__(
        self, run: VirtualRun, settings: Settings, schedule: Schedule, promised: ReconciliationConfig | None = None
    ) -> None:
        self._run = run
        self._promised = promised or settings.reconciliation
        self._judge = Judge(settings, schedule, run)
        self._judge.since_ms = run.now_ns // 1_000_000
        self._begun_ns = run.now_ns
        self._booked: Counter[Trade] = Counter()
        self._taken: dict[str, int] = {}
        self._before = census()
        self.looks: list[Look] = []
        self.breaches: list[str] = []

    def submitted(self, order: str, strategy: str) -> None:
        """Take in whose an order is."""
        self._judge.owners[order] = strategy

    def listen(self) -> None:
        """Hear every trade that the node books from now on."""
        self._run.trading_node.kernel.msgbus.subscribe(topic="events.order.*", handler=self._hear)

    def _hear(self, event: Any) -> None:
        if isinstance(event, OrderFilled):
            self._booked[event.instrument_id.value, event.trade_id.value] += 1

    def look(self, market: Market) -> Look:
        """See what there is now, and keep every way in which it is not as it should be."""
        day = (self._run.now_ns - self._begun_ns) / NS / 86_400
        self._run.store.forget_log()
        self._run.control.clear_requests()
        shapes.order_json.cache_clear()
        self.breaches += (f"day {day:.1f}: {found}" for found in self._wrong())
        ledger = self._run.exchange.ledger
        store = self._run.store
        cache = self._run.trading_node.cache
        entries = census()  # collects what nobody holds any more
        entries.subtract(self._before)
        look = Look(
            day=day,
            orders=market.orders,
            fills=sum(map(len, ledger.fills.values())),
            held=cache.orders_total_count(),
            open=cache.orders_open_count(),
            rss=rss_bytes(),
            aside=bytes_of([vars(ledger), store.histories(), vars(store), self._judge.owners]),
            events=sum(account.event_count for account in cache.accounts()),
            entries=entries,
        )
        self.looks.append(look)
        return look

    # -- What is wrong -------------------------------------------------------------------------------

    def _wrong(self) -> Iterator[str]:
        yield from map(str, self._judge.wrong())
        yield from self._wrong_database()
        yield from self._wrong_trades()
        yield from self._wrong_cache()

    def _wrong_database(self) -> Iterator[str]:
        books = self._run.books()
        wanted = {f"orders:{order.client_order_id}" for order in books.orders}
        wanted |= {f"positions:{position.position_id}" for position in books.positions}
        histories = {key: told for key, told in self._run.store.histories().items() if key in wanted}
        yield from map(str, stored(books, generation().stored_events(histories)))

    def _wrong_trades(self) -> Iterator[str]:
        """Hold the trades that were booked since the last look against those that the venue made."""
        made = {
            (BINANCE.instrument_of(symbol), str(fill.trade_id))
            for symbol, fills in self._run.exchange.ledger.fills.items()
            for fill in fills[self._taken.get(symbol, 0) :]
        }
        self._taken = {symbol: len(fills) for symbol, fills in self._run.exchange.ledger.fills.items()}
        booked, self._booked = self._booked, Counter()
        for what, trades in (
            ("booked twice", [trade for trade, times in booked.items() if times > 1]),
            ("never booked", sorted(made - booked.keys())),
            ("booked, and the venue never made them", sorted(booked.keys() - made)),
        ):
            if trades:
                shown = ", ".join(map(":".join, trades[:_FEW]))
                yield f"{len(trades)} trades {what}: {shown}"

    def _wrong_cache(self) -> Iterator[str]:
        """Hold the cache against what a purge is to leave in it."""
        cache, now_ns = self._run.trading_node.cache, self._run.now_ns
        p = self._promised
        oldest_ns = now_ns - _mins_ns(p.purge_closed_orders_interval_mins, p.purge_closed_orders_buffer_mins)
        old = [order.client_order_id.value for order in cache.orders_closed() if order.ts_closed < oldest_ns]
        if old:
            yield f"{len(old)} closed orders in the cache that a purge was to take: {', '.join(sorted(old)[:_FEW])}"
        if (held := cache.positions_total_count()) > len(TRADED):
            yield f"{held} positions in the cache, of {len(TRADED)} instruments"
        oldest_ns = now_ns - _mins_ns(p.purge_account_events_interval_mins, p.purge_account_events_lookback_mins)
        events = [event for account in cache.accounts() for event in account.events if event.ts_event < oldest_ns]
        if events:
            yield f"{len(events)} events of accounts in the cache that a purge was to take"


def _mins_ns(*mins: int | None) -> int:
    return sum(each or 0 for each in mins) * 60 * NS
