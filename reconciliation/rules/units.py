"""The rule about units: a value that is absurd in the unit of its key, and usual in another one."""

from collections.abc import Callable
from typing import Any, Final

from msgspec import Struct

from reconciliation.rules.budget import fits_the_limit
from reconciliation.rules.figures import duration, number
from reconciliation.rules.finding import Violation, rule
from reconciliation.rules.stages import MINUTES_FROM_SECS
from reconciliation.rules.subject import Subject

_SECS_IN: Final = {"ms": 0.001, "s": 1.0, "min": 60.0, "h": 3_600.0}

_LEAST_MILLIS: Final = 100
"""No venue has answered before, so that nothing is worth asking about; as seconds they are usual thresholds."""
_HOUR_SECS: Final = 3_600
"""A check or a time limit of more is absurd, whole minutes or not."""
_IN_SECS: Final = frozenset({3_600, 10_800, 18_000, 86_400, 604_800})
"""Hours, a day and a week in seconds; as minutes they are two and a half days to over a year."""
_PAUSES_IN_SECS: Final = _IN_SECS | {600, 900, 1_800}
"""As minutes between two purges the further ones are ten hours and more, and no number of days."""
_IN_HOURS: Final = frozenset({12, 24, 36, 48})
"""As minutes they are less than a venue's list of closed orders is asked for at any time."""
_LEAST_DELAY_SECS: Final = 10.0
"""The shortest startup delay that the settings take."""

_DELAY: Final = "reconciliation.startup_delay_secs"
_THRESHOLD: Final = "reconciliation.open_check_threshold_ms"
_LOOKBACK: Final = "reconciliation.open_check_lookback_mins"
_ASKS: Final = ("reconciliation.open_check_interval_secs", "reconciliation.position_check_interval_secs")


class _Slip(Struct, frozen=True):
    """A unit that values are given in where another one is wanted.

    Attributes:
        keys: whose values those are.
        unit: that they have.
        meant: the unit that is meant.
        likely: whether a value is absurd in the one and usual in the other.
    """

    keys: tuple[str, ...]
    unit: str
    meant: str
    likely: Callable[[float], bool]


def _keys(section: str, *names: str) -> tuple[str, ...]:
    return tuple(f"{section}.{name}" for name in names)


_LOOKBACKS: Final = (
    _LOOKBACK,
    *_keys("reconciliation", "lookback_mins", "position_check_lookback_mins"),
)
_SLIPS: Final = (
    _Slip(
        (
            _THRESHOLD,
            *_keys("reconciliation", "inflight_check_interval_ms", "inflight_check_threshold_ms"),
            *_keys("reconciliation", "position_check_threshold_ms"),
        ),
        "ms",
        "s",
        lambda value: 0 < value < _LEAST_MILLIS,
    ),
    _Slip(
        (
            _DELAY,
            *_ASKS,
            *_keys("reconciliation", "own_books_audit_interval_secs"),
            *_keys("node", "timeout_connection", "timeout_reconciliation", "timeout_portfolio", "timeout_report"),
            *_keys("node", "timeout_disconnection", "timeout_post_stop", "timeout_shutdown"),
        ),
        "s",
        "ms",
        lambda value: value > _HOUR_SECS or (value >= MINUTES_FROM_SECS and value % 60 != 0),
    ),
    _Slip(
        (
            *_LOOKBACKS,
            *_keys("reconciliation", "purge_closed_orders_buffer_mins", "purge_closed_positions_buffer_mins"),
            *_keys("reconciliation", "purge_account_events_lookback_mins"),
        ),
        "min",
        "s",
        lambda value: value in _IN_SECS,
    ),
    _Slip(
        (
            *_keys("reconciliation", "purge_closed_orders_interval_mins", "purge_closed_positions_interval_mins"),
            *_keys("reconciliation", "purge_account_events_interval_mins"),
        ),
        "min",
        "s",
        lambda value: value in _PAUSES_IN_SECS,
    ),
    _Slip(_LOOKBACKS, "min", "h", lambda value: value in _IN_HOURS),
)


@rule(
    "W40",
    *dict.fromkeys(key for slip in _SLIPS for key in slip.keys),
    "facts.venue_round_trip_ms",
    "facts.max_resting_order_mins",
    "facts.symbols",
    proof="computed",
    why="In a wrong unit a value is off by sixty or a thousand: what should run every few seconds runs once in an hour,"
    " or asks again before any venue has answered.",
    cure="the value in the unit that its key ends with; timeouts are in seconds",
    repair=False,
)
def values_are_in_their_unit(s: Subject) -> Violation | None:
    """Values are in the unit of their key."""
    change: dict[str, Any] = {}
    told = []
    for slip in _SLIPS:
        for key in filter(s.knows, slip.keys):
            value = _value(s, key)
            if value is None or not slip.likely(value):
                continue
            meant = value * _SECS_IN[slip.meant] / _SECS_IN[slip.unit]
            if _is_told(s, key, value, meant):
                continue
            change[key] = max(meant, _LEAST_DELAY_SECS) if key == _DELAY else type(value)(meant)
            given, secs = f"{number(value)} {slip.unit}", duration(value * _SECS_IN[slip.unit])
            long = f" ({secs})" if slip.unit != "ms" and secs != given else ""
            told.append(f"{s.name(key)} is {given}{long}, as if {number(value)} {slip.meant} were meant")
    if not told:
        return None
    return Violation("; ".join(told), "or put W40 into node.accept", change=change, keys=tuple(change))


def _value(s: Subject, key: str) -> float | None:
    section, _, name = key.partition(".")
    value: float | None = getattr(s.node if section == "node" else s.reconciliation, name)
    return value


def _is_told(s: Subject, key: str, value: float, meant: float) -> bool:
    """Whether a fact says that a value is of the right size, and not what may have been meant."""
    trip, oldest = s.facts.venue_round_trip_ms, s.facts.max_resting_order_mins
    if key == _THRESHOLD:
        return trip is not None and value > trip
    if key == _LOOKBACK:
        return oldest is not None and value <= oldest
    if key in _ASKS:
        r = s.checks.model_copy(update={key.partition(".")[2]: meant})
        return not fits_the_limit(r, s.clients, symbols=s.facts.symbols or 1, guards=s.guards)
    return False
