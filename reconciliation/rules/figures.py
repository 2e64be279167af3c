"""Figures in words."""

from typing import Final

_MINUTE: Final = 60.0
_LONG: Final = 120.0
"""From this many seconds on, minutes say more."""
_HOUR: Final = 3_600.0
_DAY: Final = 86_400.0


def number(value: float) -> str:
    """Return a number without needless digits."""
    return f"{value:.1f}".removesuffix(".0") if value < _LONG or value % 1 else f"{value:.0f}"


def duration(secs: float | None) -> str:
    """Return seconds as a reader wants them; None is never."""
    if secs is None:
        return "never"
    for unit, name in ((_DAY, "days"), (_HOUR, "h"), (_MINUTE, "min")):
        if secs >= 2 * unit:
            return f"{number(round(secs / unit, 1))} {name}"
    return f"{number(round(secs, 1))} s"


def counted(count: float, one: str, many: str = "") -> str:
    """Return how many there are of something: `1 symbol`, `2 symbols`, `2 retries`."""
    return f"{number(count)} {one if count == 1 else many or f'{one}s'}"


def several(items: list[str]) -> str:
    """Return items as a list that reads well: `a`, `a and b`, `a, b and c`."""
    *first, last = items
    return f"{', '.join(first)} and {last}" if first else last
