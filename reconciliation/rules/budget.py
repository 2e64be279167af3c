"""How often a venue is asked under given settings, and what that weighs against its limit."""

from collections.abc import Collection, Iterable, Mapping
from math import ceil
from typing import Final

from msgspec import Struct

from reconciliation.config import ReconciliationConfig
from reconciliation.rules.client import ClientTraits
from reconciliation.rules.limits import Call, limit_of
from reconciliation.rules.timings import Periods, periods
from reconciliation.settings.guards import GUARDS

_Counts = Mapping[Call, float]

_MINUTE_SECS: Final = 60.0
_WINDOW_MINS: Final = 7 * 1_440
"""Binance answers for seven days at a time and keeps six months; the guard `history` asks for one after another."""
_MOST_WINDOWS: Final = 26


class Budget(Struct, frozen=True):
    """What the checks ask for, a minute."""

    venue: str
    unit: str
    """What the limit counts: weight, or requests."""
    idle_requests: Mapping[str, float]
    """By call, when nothing is out of the ordinary."""
    worst_requests: Mapping[str, float]
    """By call, when every resting order is older than the lookback, orders are stuck, and every position differs."""
    idle_weight_per_min: float
    worst_weight_per_min: float
    limit_per_min: float | None
    """None where the venue is not known."""
    estimate: bool
    """Whether a number is uncertain, or the calls of the adapter were not counted."""
    source: str
    """Where the numbers stand."""

    @property
    def limit_share(self) -> float | None:
        """The worst as a share of the limit; None where the venue is not known."""
        return None if self.limit_per_min is None else self.worst_weight_per_min / self.limit_per_min

    @property
    def idle_requests_per_min(self) -> float:
        """All calls together."""
        return sum(self.idle_requests.values())

    @property
    def worst_requests_per_min(self) -> float:
        """All calls together."""
        return sum(self.worst_requests.values())


class Checks(Struct, frozen=True):
    """How often each call is made by one run of a check.

    Attributes:
        open_check: each open check.
        position_check: each position check that finds nothing.
        differing: what a position check adds when every symbol differs.
        inflight: each query of an in-flight order that the venue does not know.
        targeted: each query of an order that is older than the lookback.
        behind: each query for the trades of an order of which a check learned that it has traded.
    """

    open_check: Mapping[Call, float]
    position_check: Mapping[Call, float]
    differing: Mapping[Call, float]
    inflight: Mapping[Call, float]
    targeted: Mapping[Call, float]
    behind: Mapping[Call, float]


def checks(r: ReconciliationConfig, venue: str, *, symbols: int, guards: Collection[str] = GUARDS) -> Checks:
    """Return which calls each check makes.

    Args:
        r: the settings.
        venue: its name, as in the table of limits.
        symbols: how many symbols have an open order or a position.
        guards: the installed guards; without `symbols` the stock Binance client names a symbol in two ways, as the
            cache does and as the venue does, and asks twice.
    """
    calls = limit_of(venue).calls
    is_twofold = venue == "BINANCE" and "symbols" not in guards
    open_check = _each(calls.open_check)
    if not r.open_check_open_only:
        pages = lookback_windows(r.open_check_lookback_mins, guards, more=1)
        open_check = _sum(
            open_check, _each(calls.closed), _each(calls.closed_per_symbol, symbols * (1 + is_twofold), pages)
        )
    pages = lookback_windows(r.position_check_lookback_mins, guards)
    if venue == "BINANCE" and "order_trades" in guards:
        differing = _each(calls.mismatch_per_symbol, symbols, pages)
    else:
        # Fills are asked for in every cached symbol, and in the one that differs.
        asked = symbols * (symbols + is_twofold)
        differing = _sum(_each(calls.mismatch, symbols), _each(calls.mismatch_per_symbol, asked, pages))
    if "account_positions" in guards:
        differing = _sum(differing, _each(calls.absence))
    return Checks(
        open_check=open_check,
        position_check=_each(calls.position_check),
        differing=differing,
        inflight=_sum(_each(calls.one_order), _each(calls.unknown_order)),
        targeted=_each(calls.one_order),
        behind=_each(calls.mismatch_per_symbol) if "venue_trades" in guards else {},
    )


def budget(
    r: ReconciliationConfig,
    venue: str,
    *,
    symbols: int,
    resting: int = 0,
    guards: Collection[str] = GUARDS,
) -> Budget:
    """Return what the checks ask a venue for in a minute.

    Args:
        r: the settings.
        venue: its name, as in the table of limits; of another only requests are counted.
        symbols: how many symbols are traded; all are taken for active, and at the worst one order is stuck in each, and
            one has traded unheard at each open check.
        resting: how many orders may rest longer than the open check looks back.
        guards: the installed guards.
    """
    limit = limit_of(venue)
    each, rhythm = checks(r, venue, symbols=symbols, guards=guards), periods(r)
    open_runs, position_runs = _runs(rhythm.open_secs), _runs(rhythm.position_secs)
    idle = _sum(_times(each.open_check, open_runs), _times(each.position_check, position_runs))
    worst = _sum(
        idle,
        _times(each.targeted, open_runs * _targeted(r, resting)),
        _times(each.differing, position_runs if r.position_check_retries > 0 else 0.0),
        _times(each.inflight, symbols * _inflight_queries(r, rhythm)),
        _times(each.behind, symbols * open_runs),
    )
    return Budget(
        venue=limit.title,
        unit=limit.unit,
        idle_requests=_by_name(idle),
        worst_requests=_by_name(worst),
        idle_weight_per_min=_weight(idle),
        worst_weight_per_min=_weight(worst),
        limit_per_min=limit.per_minute,
        estimate=not limit.certain,
        source=limit.source,
    )


def tightest_budget(
    r: ReconciliationConfig,
    clients: Iterable[ClientTraits],
    *,
    symbols: int,
    resting: int = 0,
    guards: Collection[str] = GUARDS,
) -> Budget:
    """Return what the checks ask the venue for that is nearest to its limit; the first where no limit is known.

    Args:
        r: the settings.
        clients: the execution clients, at least one.
        symbols: how many symbols are traded; which are whose is not known, so each client counts with all.
        resting: how many orders may rest longer than the open check looks back.
        guards: the installed guards.
    """
    venues = dict.fromkeys(client.limits or client.venue for client in clients)
    costs = (budget(r, venue, symbols=symbols, resting=resting, guards=guards) for venue in venues)
    return max(costs, key=lambda cost: -1.0 if cost.limit_share is None else cost.limit_share)


def fits_the_limit(
    r: ReconciliationConfig, clients: Iterable[ClientTraits], *, symbols: int, guards: Collection[str]
) -> bool:
    """Return whether no venue of which the limit is known is asked for more than that."""
    return (tightest_budget(r, clients, symbols=symbols, guards=guards).limit_share or 0.0) <= 1


def _each(calls: Iterable[Call], times: float = 1.0, windows: int = 1) -> _Counts:
    return _sum({call: times * (windows if call.is_paged else 1) for call in calls})


def _times(calls: _Counts, times: float) -> _Counts:
    return {call: number * times for call, number in calls.items()}


def _sum(*several: _Counts) -> _Counts:
    found: dict[Call, float] = {}
    for calls in several:
        for call, number in calls.items():
            found[call] = found.get(call, 0.0) + number
    return found


def lookback_windows(lookback_mins: float, guards: Collection[str], *, more: int = 0) -> int:
    """Return how many pages the guard `history` asks for at the most; `more` come first when there are several."""
    if "history" not in guards or lookback_mins <= _WINDOW_MINS:
        return 1
    return more + min(ceil(lookback_mins / _WINDOW_MINS), _MOST_WINDOWS)


def _runs(period_secs: float | None) -> float:
    return _MINUTE_SECS / period_secs if period_secs else 0.0


def _targeted(r: ReconciliationConfig, resting: int) -> float:
    """Return the single-order queries of one open check: an order too old for it is asked for every so many checks."""
    if r.open_check_open_only:
        return 0.0
    most = max(r.max_single_order_queries_per_cycle, 0)
    return min(resting / (max(r.open_check_missing_retries, 0) + 1), most)


def _inflight_queries(r: ReconciliationConfig, rhythm: Periods) -> float:
    """Return how often a minute a stuck order is asked for: at whole periods, a threshold apart."""
    period = rhythm.inflight_secs
    if not period or r.inflight_check_retries <= 0:
        return 0.0
    return _MINUTE_SECS / (max(ceil(r.inflight_check_threshold_ms / 1_000 / period), 1) * period)


def _by_name(calls: _Counts) -> dict[str, float]:
    return {call.name: round(number, 3) for call, number in calls.items() if number}


def _weight(calls: _Counts) -> float:
    return round(sum(call.cost * number for call, number in calls.items()), 3)
