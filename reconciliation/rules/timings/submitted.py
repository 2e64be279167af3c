"""The life of one SUBMITTED order between the two checks that spend its counter.

The in-flight check raises the counter at each query, and calls the order dead when it finds the counter at its retries.
The open check raises it at each count, and clears it when it finds it at its own. Both run in whole ticks, so that all
that matters is how far the first count is from the first query; each such lead is played through once.
"""

from collections.abc import Iterator
from functools import lru_cache
from math import gcd
from typing import Final

from msgspec import Struct

from reconciliation.rules.timings.conditions import Span
from reconciliation.rules.timings.loop import NS

_MOST_LEADS: Final = 10_000
"""So many leads are tried at the most, which takes some hundredths of a second; of more, every so many."""


class SubmittedOrder(Struct, frozen=True, kw_only=True):
    """What the life of an order depends on.

    Attributes:
        tick: of the check loop, in nanoseconds; 0 is no loop.
        inflight: ticks between two in-flight checks; 0 is never.
        open: ticks between two open checks that count the order; 0 is never.
        threshold: age before the first query and least gap between queries of the in-flight check, in nanoseconds.
        retries: queries of the in-flight check before it calls the order dead.
        open_threshold: age from which the open check counts it as missing, in nanoseconds.
        open_retries: counts before the open check asks for it by itself.
        errors: failed queries after which the client itself rejects the order; 0 is never.
    """

    tick: int
    inflight: int
    open: int
    threshold: int
    retries: int
    open_threshold: int
    open_retries: int
    errors: int


@lru_cache(maxsize=4_096)
def life_of(order: SubmittedOrder) -> Span | None:
    """Return the age at which an order is called dead, over every phase in which it may be submitted; None is never."""
    deaths = list(_deaths(order)) if order.tick else []
    known = [death for death in deaths if death is not None]
    if not known:
        return None
    return Span(_secs(min(known)), None if len(known) < len(deaths) else _secs(max(known)))


def _secs(ns: int) -> float:
    """Return seconds to the millisecond: a nanosecond to either side of a threshold is its limit."""
    return round(ns / NS, 3)


def _deaths(order: SubmittedOrder) -> Iterator[int | None]:
    """Yield ages in nanoseconds, the least and the most of every lead; None where it is never called dead."""
    race, tick = _Race(order), order.tick
    # What an age may leave over whole ticks: the two sides of each threshold.
    edges = (order.threshold, order.threshold + 1, order.open_threshold - 1, order.open_threshold)
    for rest in {edge % tick for edge in edges}:
        # The ticks, counted from the last one before the order, from which each check may act on it.
        query = 1 + max(-(-(order.threshold + 1 - rest) // tick), 0)
        count = 1 + max(-(-(order.open_threshold - rest) // tick), 0)
        for ticks in race.deaths(query, count):
            yield None if ticks is None else (ticks - 1) * tick + rest


class _Race:
    """Which comes first, in ticks: the query that finds the counter at its retries, or the count that clears it."""

    def __init__(self, order: SubmittedOrder) -> None:
        self._inflight, self._open = order.inflight, order.open
        self._retries, self._open_retries, self._errors = order.retries, order.open_retries, order.errors
        # Two queries are whole periods and a threshold apart.
        least = max(-(-order.threshold // order.tick), 1)
        self._gap = -(-least // order.inflight) * order.inflight if order.inflight else 0
        self._by_lead: dict[int, int | None] = {}
        self._by_wait: dict[tuple[int, int], int | None] = {}

    def deaths(self, query: int, count: int) -> Iterator[int | None]:
        """Yield the soonest and the latest death of every lead.

        Args:
            query: the first tick at which the in-flight check may act; it does within a period.
            count: the first tick at which the open check may.
        """
        if not self._inflight:
            if self._open and self._errors:
                dead = count + self._errors_at(self._errors)
                yield from (dead, dead + self._open - 1)
            return
        alone = min(self._retries, self._errors - 1 if self._errors else self._retries) * self._gap
        if not self._open:
            yield from (query + alone, query + self._inflight - 1 + alone)
            return
        # Every lead that the two rhythms can have; from some on, the order is dead before it is counted.
        step = gcd(self._inflight, self._open)
        first = -(-(count - query - self._inflight + 1) // step) * step
        last = (count - query + self._open - 1) // step * step
        counted = range(first, min(-(-alone // step) * step, last + 1), step)
        for lead in counted[:: -(-len(counted) // _MOST_LEADS) or 1]:
            yield from self._at(query, count, lead, lead, self._death(lead))
        if last >= alone:
            yield from self._at(query, count, max(first, counted.stop), last, alone)

    def _at(self, query: int, count: int, least: int, most: int, death: int | None) -> Iterator[int | None]:
        """Yield the deaths of leads that have one fate; the first query comes as soon and as late as they let it."""
        if death is None:
            yield None
            return
        yield max(query, count - most) + death
        yield min(query + self._inflight, count + self._open - least) - 1 + death

    def _errors_at(self, errors: int) -> int:
        """Return the ticks from the first count to the clearing with that error, while nothing else queries."""
        return (errors * (self._open_retries + 1) - 1) * self._open

    def _death(self, lead: int) -> int | None:
        """Return the ticks from the first query to the death when the first count comes `lead` ticks after it."""
        if lead not in self._by_lead:
            self._by_lead[lead] = self._played(lead)
        return self._by_lead[lead]

    def _played(self, lead: int) -> int | None:
        count, errors = lead, self._errors
        clearing = (self._open_retries + 1) * self._open
        early = max(-(-(-lead - self._open_retries * self._open) // clearing), 0)
        if early:  # cleared before the first query, over and over
            if 0 < errors <= early:
                return lead + self._errors_at(errors)
            count, errors = lead + early * clearing, errors and errors - early
        ticks, left = self._round(0, count, errors)
        if left is None:
            return ticks
        more = self._after_clearing(self._inflight - ticks % self._inflight, left)
        return None if more is None else ticks + more

    def _after_clearing(self, wait: int, errors: int) -> int | None:
        """Return the ticks from a clearing to the death, with the next query `wait` ticks after it."""
        rounds: list[tuple[tuple[int, int], int]] = []
        state = (wait, errors)
        while state not in self._by_wait:
            self._by_wait[state] = None  # coming back to it, it all repeats
            ticks, left = self._round(state[0], self._open, state[1])
            if left is None:
                self._by_wait[state] = ticks
                break
            rounds.append((state, ticks))
            state = (self._inflight - (ticks - state[0]) % self._inflight, left)
        death = self._by_wait[state]
        for earlier, ticks in reversed(rounds):
            death = None if death is None else ticks + death
            self._by_wait[earlier] = death
        return death

    def _round(self, query: int, count: int, errors: int) -> tuple[int, int | None]:
        """Return when a counter that was cleared ends, and the errors that are left; None when the order is dead.

        Args:
            query: when the next query comes.
            count: when the next count comes.
            errors: how many more the client takes; 0 is any number.
        """
        both = self._gap + self._open
        # The first query, and the first count, that find as many queries and counts before them; in one tick the
        # query comes first.
        queries = max(min(self._retries, ((self._retries - 1) * self._open - query + count) // both + 1), 0)
        if errors:
            queries = min(queries, errors - 1)
        counts = max(min(self._open_retries, -(-((self._open_retries - 1) * self._gap - count + query) // both)), 0)
        dead, cleared = query + queries * self._gap, count + counts * self._open
        if dead <= cleared:
            return dead, None
        if not errors:
            return cleared, 0
        left = errors - max((cleared - query) // self._gap + 1, 0) - 1
        return cleared, left or None
