"""How long things take under given settings: the engine's check loop, told in advance.

The engine's continuous checks are one serial loop that sleeps `tick = min(enabled intervals)` and runs a check when its
interval has passed; read in `_continuous_reconciliation_loop` of `nautilus_trader/live/execution_engine.py` 1.231, and
measured. What an outcome takes depends on where in the loop's rhythm it begins, so each is a `Span`: the soonest, which
is what an outage must stay below, and the latest, which is what an operator waits for. Figures leave out the time the
checks themselves take and hold to within one tick.

Every function takes what a hand-written configuration may hold, out of range or not: a number that is not above zero
turns an interval off and counts as no retry.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from math import ceil, lcm
from typing import Final, Literal

from reconciliation.config import ReconciliationConfig
from reconciliation.settings.node import NodeSettings

Answer = Literal["no_such_order", "refused", "error"]
"""What the venue does when it is asked for one order: it answers that it does not know it; the connection is refused
(the client raises, or a stock one returns nothing); it answers 5xx."""

_OUTAGES: Final[tuple[Answer, ...]] = ("refused", "error")

STOCK_BINANCE_ERRORS: Final = 3
"""The stock Binance client itself emits OrderRejected at the third failed query of an order: `max_retries or 3`."""

_NS: Final = 1_000_000_000
_MOST_STEPS: Final = 100_000
"""What the search for the worst phase may cost: some tenths of a second."""


@dataclass(frozen=True, slots=True)
class Periods:
    """How often each check runs, in seconds; None where it is off."""

    tick_secs: float | None
    inflight_secs: float | None
    open_secs: float | None
    position_secs: float | None


@dataclass(frozen=True, slots=True)
class Span:
    """When something happens at the soonest and at the latest, in seconds; latest is None where it may never."""

    soonest_secs: float
    latest_secs: float | None


@dataclass(frozen=True, slots=True)
class _Loop:
    """The check loop in nanoseconds and ticks; a check that is off has no ticks."""

    tick: int
    inflight: int
    open: int
    position: int


def _ns(secs: float | None) -> int:
    """Return whole nanoseconds; 0 for nothing, for what is not above zero, and for NaN and infinity."""
    return round(secs * _NS) if secs is not None and 0 < secs < float("inf") else 0


def _ms(millis: float | None) -> int:
    return _ns(None if millis is None else millis / 1_000)


def _secs(ns: int) -> float:
    """Return seconds to the millisecond: a nanosecond to either side of a threshold is its limit."""
    return round(ns / _NS, 3)


def _loop(r: ReconciliationConfig) -> _Loop:
    intervals = (0, 0, 0)
    if r.enabled:
        intervals = (
            _ms(r.inflight_check_interval_ms),
            _ns(r.open_check_interval_secs),
            _ns(r.position_check_interval_secs),
        )
    tick = min((interval for interval in intervals if interval), default=0)
    return _Loop(tick, *(-(-interval // tick) if interval else 0 for interval in intervals))


def periods(r: ReconciliationConfig) -> Periods:
    """Return how often each check runs: its interval rounded up to whole ticks."""
    loop = _loop(r)
    return Periods(*(ticks * loop.tick / _NS or None for ticks in (1, loop.inflight, loop.open, loop.position)))


# -- Orders that are called dead -------------------------------------------------------------------


def unanswered(  # noqa: PLR0913 - what the answer depends on
    r: ReconciliationConfig,
    guards: Collection[str],
    answer: Answer,
    *,
    guarded_client: bool,
    outage_secs: float = 0.0,
    rejects_after: int = STOCK_BINANCE_ERRORS,
) -> Span | None:
    """Return when an order that is still SUBMITTED is called REJECTED, counted from its submission; None is never.

    In-flight and open check spend one counter. The open check clears it when it asks for the order by itself, and
    cannot resolve a SUBMITTED order, so that with both on it depends on the phase whether the order is ever resolved.

    Args:
        r: the settings.
        guards: the installed guards by name.
        answer: what queries for the order are answered.
        guarded_client: whether the client raises on failed queries and returns nothing only when told so.
        outage_secs: how long nothing must be returned, over and over, before another client is believed.
        rejects_after: errors after which an unguarded client rejects the order by itself; 0 is never.
    """
    loop = _loop(r)
    tells = _tells(guards, guarded_client=guarded_client)
    if tells and answer != "no_such_order" and "answered_absence" in guards:
        return None
    skipped = tells and answer != "no_such_order" and "bulk_queries" in guards
    spared = "own_counters" in guards and loop.inflight > 0
    span = _Inflight(
        loop=loop,
        threshold=_ms(r.inflight_check_threshold_ms),
        retries=r.inflight_check_retries,
        open_threshold=_ms(r.open_check_threshold_ms),
        open_retries=r.open_check_missing_retries,
        shared=not (r.open_check_open_only or skipped or spared),
        errors=rejects_after if answer == "error" and not tells else 0,
    ).span()
    if span is None or tells or "answered_absence" not in guards:
        return span
    # From the first answer that did not know it to the last one; nobody asks again before it is called dead.
    believed = _ms(r.inflight_check_threshold_ms) / _NS + outage_secs + _gap_secs(r, loop)
    # It is asked for again each time that it was not believed.
    again = 2 * loop.inflight * loop.tick / _NS + _gap_secs(r, loop)
    latest = None if span.latest_secs is None else max(span.latest_secs, believed + again)
    return Span(max(span.soonest_secs, believed), latest)


def _tells(guards: Collection[str], *, guarded_client: bool) -> bool:
    """Whether the client raises when a query failed, so that nothing returned is an answer."""
    return guarded_client and "query_errors" in guards


def _gap_secs(r: ReconciliationConfig, loop: _Loop) -> float:
    """Return the time between two queries of one in-flight order: whole periods, a threshold apart."""
    period = loop.inflight * loop.tick
    return max(-(-_ms(r.inflight_check_threshold_ms) // period), 1) * period / _NS if period else 0.0


def unanswered_secs(  # noqa: PLR0913 - as `unanswered`
    r: ReconciliationConfig,
    guards: Collection[str],
    answer: Answer,
    *,
    guarded_client: bool,
    outage_secs: float = 0.0,
    rejects_after: int = STOCK_BINANCE_ERRORS,
) -> float | None:
    """Return the soonest moment at which an unanswered SUBMITTED order is called REJECTED; None is never."""
    span = unanswered(
        r, guards, answer, guarded_client=guarded_client, outage_secs=outage_secs, rejects_after=rejects_after
    )
    return None if span is None else span.soonest_secs


def unanswered_outlived_secs(  # noqa: PLR0913 - as `unanswered`
    r: ReconciliationConfig,
    guards: Collection[str],
    answer: Answer,
    *,
    guarded_client: bool,
    outage_secs: float = 0.0,
    rejects_after: int = STOCK_BINANCE_ERRORS,
) -> float | None:
    """Return the longest outage after which an unanswered order is still asked for; None is any.

    An order that ran out of retries is called dead a while after its last query, so that the outage may have ended
    before that in vain; one that ran out of errors is called dead at the last of them.
    """
    dead = unanswered_secs(
        r, guards, answer, guarded_client=guarded_client, outage_secs=outage_secs, rejects_after=rejects_after
    )
    if dead is None:
        return None
    by_errors = answer == "error" and rejects_after > 0 and not _tells(guards, guarded_client=guarded_client)
    return dead if by_errors else max(dead - _gap_secs(r, _loop(r)), 0.0)


def missing(
    r: ReconciliationConfig,
    guards: Collection[str],
    answer: Answer,
    *,
    guarded_client: bool,
    outage_secs: float = 0.0,
) -> Span | None:
    """Return when a resting ACCEPTED order that queries do not find is called REJECTED; None is never.

    It is counted from the moment since which queries do not find it. The engine logs a failed bulk query, goes on with
    an empty list and counts every order as missing; a failed query for the one order falls through to REJECTED.

    Args:
        r: the settings.
        guards: the installed guards by name.
        answer: what queries for orders are answered.
        guarded_client: whether the client raises on failed queries and returns nothing only when told so.
        outage_secs: how long nothing must be returned, over and over, before another client is believed.
    """
    loop = _loop(r)
    if not loop.open or r.open_check_open_only:
        return None
    tells = _tells(guards, guarded_client=guarded_client)
    if tells and answer != "no_such_order" and {"bulk_queries", "answered_absence"} & set(guards):
        return None
    period = loop.open * loop.tick / _NS
    retries = max(r.open_check_missing_retries, 0)
    believed = 0.0
    if "answered_absence" in guards and not tells:
        # Each time that it is not believed, the count begins anew.
        believed = ceil(outage_secs / period / (retries + 1)) * (retries + 1) * period
    return Span(retries * period + believed, (retries + 1) * period + believed)


def missing_secs(
    r: ReconciliationConfig,
    guards: Collection[str],
    answer: Answer,
    *,
    guarded_client: bool,
    outage_secs: float = 0.0,
) -> float | None:
    """Return the soonest moment at which a missing ACCEPTED order is called REJECTED; None is never."""
    span = missing(r, guards, answer, guarded_client=guarded_client, outage_secs=outage_secs)
    return None if span is None else span.soonest_secs


@dataclass(frozen=True, slots=True, kw_only=True)
class _Inflight:
    """The life of one SUBMITTED order in the check loop; times in nanoseconds.

    Attributes:
        loop: the check loop.
        threshold: age before the first query and least gap between queries of the in-flight check.
        retries: queries of the in-flight check before it calls the order dead.
        open_threshold: age from which the open check counts it as missing.
        open_retries: counts before the open check asks for it by itself.
        shared: whether the open check counts it at all.
        errors: failed queries after which the client itself rejects the order; 0 is never.
    """

    loop: _Loop
    threshold: int
    retries: int
    open_threshold: int
    open_retries: int
    shared: bool
    errors: int

    def span(self) -> Span | None:
        """Try every phase that can differ."""
        deaths = [self._death(start, rest) for start in self._starts() for rest in self._rests()]
        known = [death for death in deaths if death is not None]
        if not known:
            return None
        return Span(_secs(min(known)), None if len(known) < len(deaths) else _secs(max(known)))

    @property
    def _open(self) -> int:
        return self.loop.open if self.shared else 0

    def _cycle(self) -> int:
        """Ticks after which the two checks meet again."""
        return lcm(self.loop.inflight or 1, self._open or 1)

    def _horizon(self) -> int:
        """Ticks that an order lives at the most when the open check leaves it alone."""
        gap = max(self.loop.inflight, -(-self.threshold // self.loop.tick), 1)
        return (max(self.retries, 0) + 2) * (gap + self.loop.inflight)

    def _starts(self) -> Iterator[int]:
        """Yield the ticks after which the order may be submitted; an open check beyond the horizon is all the same."""
        if not self.loop.tick:
            return
        cycle, opening = self._cycle(), self._open or 1
        near = min(opening, self._horizon() + 1) if self.loop.inflight else opening
        wanted = cycle // opening * near
        lives = max(self.retries, 0) + max(self.open_retries, 0) + 8
        stride = -(-wanted * lives * 4 // _MOST_STEPS)
        for number in range(0, wanted, stride):
            yield number // near * opening + opening - 1 - number % near

    def _rests(self) -> set[int]:
        """Return what a tick's age may leave over whole ticks: the two sides of each threshold."""
        tick = self.loop.tick
        edges = (self.threshold, self.threshold + 1, self.open_threshold - 1, self.open_threshold)
        return {edge % tick for edge in edges}

    def _death(self, start: int, rest: int) -> int | None:
        """Return the age at which the order is called dead; the first tick after `start` finds it `rest` old."""
        counter = errors = 0
        # When each check acts next; in one tick the in-flight check comes first.
        query = self._next(self.loop.inflight, start, self.threshold + 1 - rest)
        count = self._next(self._open, start, self.open_threshold - rest)
        cleared: set[tuple[int, int]] = set()
        for _ in range(_MOST_STEPS):
            if query is not None and (count is None or query <= count):
                age = (query - start - 1) * self.loop.tick + rest
                if counter >= self.retries:
                    return age
                counter, errors = counter + 1, errors + 1
                query = self._next(self.loop.inflight, query - 1, self.threshold, after=query)
            elif count is not None:
                age = (count - start - 1) * self.loop.tick + rest
                if counter < self.open_retries:
                    counter += 1
                else:
                    counter, errors = 0, errors + 1
                    query = self._next(self.loop.inflight, start, self.threshold + 1 - rest, after=count)
                    state = (count % self._cycle(), errors * bool(self.errors))
                    if state in cleared:
                        return None
                    if age > self.threshold:  # from here on it all repeats
                        cleared.add(state)
                count += self._open
            else:
                return None
            if errors == self.errors > 0:
                return age
        return None

    def _next(self, every: int, start: int, wait: int, *, after: int = 0) -> int | None:
        """Return the first tick of a check that comes after `after` and has let `wait` pass since tick `start + 1`."""
        if not every:
            return None
        least = max(start + 1 + max(-(-wait // self.loop.tick), 0), after + 1)
        return -(-least // every) * every


# -- Positions that are given up -------------------------------------------------------------------


def position_gives_up_secs(r: ReconciliationConfig, guards: Collection[str]) -> float | None:
    """Return the soonest moment at which the position check gives up on a position that differs; None is never.

    Each check that finds the difference and cannot explain it is one attempt. With no retries it never acts at all,
    which is giving up at once.
    """
    period = periods(r).position_secs
    if period is None or "patient_positions" in guards:
        return None
    return max(r.position_check_retries - 1, 0) * period


# -- Outages and repairs ---------------------------------------------------------------------------


def outage_outlived_secs(
    r: ReconciliationConfig,
    guards: Collection[str],
    *,
    guarded_client: bool,
    outage_secs: float = 0.0,
    rejects_after: int = STOCK_BINANCE_ERRORS,
) -> float | None:
    """Return how long the venue may be away before anything wrong can be concluded; None is any time.

    Args:
        r: the settings.
        guards: the installed guards by name.
        guarded_client: whether the client raises on failed queries and returns nothing only when told so.
        outage_secs: how long nothing must be returned, over and over, before another client is believed.
        rejects_after: errors after which an unguarded client rejects an order by itself; 0 is never.
    """
    found = [position_gives_up_secs(r, guards)]
    for answer in _OUTAGES:
        found.append(missing_secs(r, guards, answer, guarded_client=guarded_client, outage_secs=outage_secs))
        found.append(
            unanswered_outlived_secs(
                r, guards, answer, guarded_client=guarded_client, outage_secs=outage_secs, rejects_after=rejects_after
            )
        )
    if _books_flat_at_once(r, guards, guarded_client=guarded_client):
        found.append(0.0)
    return min((secs for secs in found if secs is not None), default=None)


def _books_flat_at_once(r: ReconciliationConfig, guards: Collection[str], *, guarded_client: bool) -> bool:
    """Whether one failed query that reads as "no positions" makes the engine book a flat."""
    acts = periods(r).position_secs is not None and r.position_check_retries > 0 and r.generate_missing_orders
    return acts and "confirmed_positions" not in guards and not _tells(guards, guarded_client=guarded_client)


def lost_fill_secs(r: ReconciliationConfig) -> float | None:
    """Return the longest until a fill that the stream lost is booked, counted from the fill; None is never.

    The open check finds it, as an inferred fill, unless it asks for open orders only: then a full fill vanishes with
    its order, and the position check alone finds it.
    """
    found = [_lost_close_secs(r), _by_position_check(r)]
    return min((secs for secs in found if secs is not None), default=None)


def lost_cancel_secs(r: ReconciliationConfig) -> float | None:
    """Return the longest until a cancel that the stream lost is noticed; None is never: under open-only it is not."""
    return _lost_close_secs(r)


def lost_ack_secs(r: ReconciliationConfig) -> float | None:
    """Return the longest until an order of which the stream lost the acknowledgement is known to live; None is never.

    The in-flight check asks for it; the open check finds it among the open orders.
    """
    rhythm = periods(r)
    found = [
        _after(r.inflight_check_threshold_ms, rhythm.inflight_secs) if r.inflight_check_retries > 0 else None,
        _after(r.open_check_threshold_ms, rhythm.open_secs),
    ]
    return min((secs for secs in found if secs is not None), default=None)


def _lost_close_secs(r: ReconciliationConfig) -> float | None:
    return None if r.open_check_open_only else _after(r.open_check_threshold_ms, periods(r).open_secs)


def _by_position_check(r: ReconciliationConfig) -> float | None:
    if r.position_check_retries <= 0:
        return None
    return _after(r.position_check_threshold_ms, periods(r).position_secs)


def _after(threshold_ms: float, period_secs: float | None) -> float | None:
    """Return the latest first check at which something is as old as a threshold."""
    return None if period_secs is None else _ms(threshold_ms) / _NS + period_secs


def shutdown_secs(node: NodeSettings) -> float:
    """Return how long an orderly stop may take; a supervisor must allow more."""
    return node.timeout_post_stop + node.timeout_disconnection + node.timeout_shutdown
