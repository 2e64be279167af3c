"""What is held against the venue's ledger in a run, and what was found wrong so far."""

from collections.abc import Iterable, Iterator
from typing import Final

from reconciliation.drill.anomalies import EXTERNAL, Anomaly, Expected, Kind, anomalies, stored
from reconciliation.drill.carrier import NS, Carrier, Pause
from reconciliation.drill.checks import Asked, Asking, Holds, Refused, not_forgotten, not_refused, off_time
from reconciliation.drill.schedule import NEIGHBOURS, STRATEGIES, Schedule
from reconciliation.drill.stage import Settled
from reconciliation.drill.venues import VENUES
from reconciliation.embedded.venue_answers import VenueLedger
from reconciliation.engine.books import Books
from reconciliation.engine.generation import generation
from reconciliation.settings import Settings

LOOK_EVERY_SECS: Final = 0.5
AGREED_FOR_SECS: Final = 3.0
"""For so long nothing may happen before it is called agreement; what is under way arrives meanwhile."""
_LATE: Final = frozenset({Kind.WRONG_STATUS, Kind.WRONG_QUANTITY, Kind.PHANTOM_POSITION, Kind.MISSING_ORDER})
"""What time would have mended."""


class Judge:
    """Judges one run; what takes time yields pauses.

    Args:
        settings: of the node.
        schedule: what is played.
        carrier: what it is played on.

    Attributes:
        found: everything that was wrong, each once.
        settled: each time that agreement was looked for.
        lag_secs: how late a message of the stream may still come.
        owners: the strategy that submitted an order, by client order id.
    """

    def __init__(self, settings: Settings, schedule: Schedule, carrier: Carrier) -> None:
        self._settings = settings
        self._schedule = schedule
        self._carrier = carrier
        self._venue = VENUES[schedule.venue]
        self._begun_ns = carrier.now_ns
        self.since_ms = 0
        """Orders placed earlier need not be known."""
        self.found: list[Anomaly] = []
        self.settled: list[Settled] = []
        self.lag_secs = 0.0
        self.owners: dict[str, str] = {}

    def note(self, found: Iterable[Anomaly]) -> None:
        """Keep what was found, each thing once."""
        for anomaly in found:
            if anomaly not in self.found:
                self.found.append(anomaly)
                self._carrier.note("drill", f"anomaly {anomaly}")

    # -- Agreement -----------------------------------------------------------------------------------

    def wrong(self) -> tuple[Anomaly, ...]:
        """Name everything in which node and venue differ now."""
        heard = self._carrier.heard
        if not self._carrier.is_started:
            reason = heard.refused[-1] if heard.refused else "it is down"
            return (Anomaly(Kind.NOT_STARTED, "node", reason),)
        books = self._carrier.books()
        expected = Expected(
            since_ms=self.since_ms,
            forgotten_ms=self._forgotten_ms(),
            owners=self._sent_beside(books) | {name: own for name, own in self.owners.items() if own != NEIGHBOURS},
            claims=self._schedule.claims,
            venue=self._venue,
        )
        ledger = self._carrier.control.ledger()
        return (*anomalies(ledger, books, expected), *self._wrong_beside(ledger))

    def _sent_beside(self, books: Books) -> dict[str, str]:
        """Return the strategy of each order that one of the user's own has sent, by client order id.

        Only they know what they send: an order that a node has sent, and that is not the drill's, is theirs whose it
        is on the node.
        """
        drills = {EXTERNAL, *STRATEGIES, NEIGHBOURS}
        beside = {order.client_order_id: order.strategy_id for order in books.orders if order.strategy_id not in drills}
        if not beside:
            return beside
        venue = self._venue
        sent = {call.params.get(venue.order_id) for call in self._carrier.control.requests(venue.submit)}
        return {name: owner for name, owner in beside.items() if name in sent}

    def _wrong_beside(self, ledger: VenueLedger) -> Iterator[Anomaly]:
        neighbour = self._carrier.neighbour
        if neighbour is None or not neighbour.is_wanted:
            return
        books = neighbour.books()
        if books is None:
            yield Anomaly(Kind.NOT_STARTED, neighbour.trader_id, "it is down")
            return
        own = {name: owner for name, owner in self.owners.items() if owner == NEIGHBOURS}
        expected = Expected(since_ms=neighbour.since_ms, owners=own, venue=self._venue)
        for each in anomalies(ledger, books, expected):
            yield Anomaly(each.kind, each.key, f"{each.text} ({neighbour.trader_id})")

    def _forgotten_ms(self) -> int:
        r = self._settings.reconciliation
        if r.purge_closed_orders_interval_mins is None:
            return 0
        return self._carrier.now_ns // 1_000_000 - (r.purge_closed_orders_buffer_mins or 0) * 60_000

    def settle(self, within_secs: float) -> Iterator[Pause]:
        """Look until both have agreed for a while without anything happening, and note what differs after so long."""
        healed_ns = self._carrier.now_ns
        told_ns = healed_ns + int(self.lag_secs * NS)  # until then what was told before may still come
        agreed_ns: int | None = None
        changes = self._carrier.heard.changes
        while True:
            now, found = self._carrier.now_ns, self.wrong()
            if found or self._carrier.heard.changes != changes:
                agreed_ns = None
            changes = self._carrier.heard.changes
            if not found and agreed_ns is None:
                agreed_ns = now
            lasted = agreed_ns is not None and now - agreed_ns >= int(AGREED_FOR_SECS * NS)
            if (lasted and now >= told_ns) or now >= healed_ns + int(within_secs * NS):
                break
            yield Pause(LOOK_EVERY_SECS)
        took_secs = ((agreed_ns or now) - healed_ns) / NS
        self.settled.append(Settled((healed_ns - self._begun_ns) / NS, took_secs, has_agreed=not found))
        self.note(found)
        if {anomaly.kind for anomaly in found} & _LATE:
            self.note([Anomaly(Kind.NOT_CONVERGED, "node", f"after {took_secs:.1f} s")])
        yield from self._stored(healed_ns + int(within_secs * NS))

    def _stored(self, until_ns: int) -> Iterator[Pause]:
        """Look until the database holds what the cache does: to a real server a write may take its time."""
        while self._carrier.is_started:
            histories = generation().stored_events(self._carrier.store.histories())
            found = tuple(stored(self._carrier.books(), histories))
            if not found or self._carrier.now_ns >= until_ns:
                self.note(found)
                return
            yield Pause(LOOK_EVERY_SECS)

    def silence(self, secs: float) -> Iterator[Pause]:
        """Note it when anything is corrected for so long."""
        before = self._carrier.heard.changes
        yield Pause(secs)
        if changes := self._carrier.heard.changes - before:
            self.note([Anomaly(Kind.NOT_SILENT, "node", f"{changes} events of orders and positions")])

    # -- Claims --------------------------------------------------------------------------------------

    def refused(self, claim: Refused) -> Iterator[Pause]:
        """Note it when the node starts, or refuses for another reason."""
        starts = self._carrier.heard.events["Started"]

        def came_out() -> bool:
            return self._carrier.ended_by is not None or self._carrier.heard.events["Started"] > starts

        yield Pause(claim.within_secs, came_out)
        self.note(not_refused(claim, self._carrier.ended_by))

    def asked(self, claim: Asked) -> None:
        """Note it when the venue was asked at other times than claimed."""
        control = self._carrier.control
        since = self._carrier.heard.times.get(claim.since, self._begun_ns / NS)
        if " " in claim.since:
            since = max((call.time for call in control.requests(claim.since)), default=since)
        times = [call.time for call in control.requests(claim.call) if call.time > since]
        asking = Asking(since, times, self._carrier.now_ns / NS, self._carrier.jitter_secs)
        self.note(off_time(claim, asking, self._settings))

    def holds(self, claim: Holds) -> None:
        """Note it when the node's memory holds more than claimed."""
        self.note(not_forgotten(claim, self._carrier.books()))
