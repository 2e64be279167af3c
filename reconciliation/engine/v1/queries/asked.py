"""How far the questions of a mass status are: which instruments are asked for, and what was told of them so far."""

from collections import Counter
from collections.abc import Awaitable, Callable, Collection
from typing import Any, Final, Literal

from nautilus_trader.live.execution_client import LiveExecutionClient

Kind = Literal["orders", "fills"]
KINDS: Final[tuple[Kind, ...]] = ("orders", "fills")
_REPORTS: Final[tuple[tuple[Kind, str], ...]] = (
    ("orders", "generate_order_status_reports"),
    ("fills", "generate_fill_reports"),
)


class Asked:
    """What one client was asked for, and has told.

    Args:
        now: the clock, seconds.

    Attributes:
        symbols: what is asked for one by one, as the venue names it; empty where a client asks for all at once.
        told_at: when it told anything last, by that clock; None before it did.
        whole_at: when it had last told all orders or all fills of a symbol.
    """

    def __init__(self, now: Callable[[], float]) -> None:
        self.symbols: frozenset[str] = frozenset()
        self.told_at: float | None = None
        self.whole_at = 0.0
        self._now = now
        self._rows: dict[Kind, Counter[str]] = {kind: Counter() for kind in KINDS}
        self._whole: dict[Kind, set[str]] = {kind: set() for kind in KINDS}

    def begin(self, symbols: Collection[str]) -> None:
        """The orders of these symbols are asked for next; of a mass status that is made once more they are so anew."""
        self.told_at = self._now()
        self.symbols = frozenset(symbols)
        self._rows["orders"].clear()
        self._whole["orders"].clear()

    def page(self, kind: Kind, symbol: str, rows: int) -> None:
        """Some of a symbol's was told."""
        self.told_at = self._now()
        if symbol not in self._whole[kind]:
            self._rows[kind][symbol] += rows

    def whole(self, kind: Kind, symbol: str, rows: int) -> None:
        """All of a symbol's was told."""
        self.told_at = self.whole_at = self._now()
        self._rows[kind][symbol] = rows
        self._whole[kind].add(symbol)

    @property
    def done(self) -> int:
        """Of how many symbols all orders and fills were told."""
        return len(self.symbols.intersection(*self._whole.values()))

    @property
    def part(self) -> float:
        """Which part of the symbols was told of, by the slower of both kinds; 0 where nothing is asked one by one."""
        return min(len(self.symbols & whole) for whole in self._whole.values()) / max(len(self.symbols), 1)

    def rows(self, kind: Kind) -> int:
        """How many orders or fills were told."""
        return self._rows[kind].total()


def count_reports(client: LiveExecutionClient, asked: Asked) -> None:
    """Count what the reports of a client come to, of which no more is known."""
    for kind, name in _REPORTS:
        setattr(client, name, _counting(getattr(client, name), kind, asked))


def _counting(
    generate: Callable[[Any], Awaitable[list[Any]]], kind: Kind, asked: Asked
) -> Callable[[Any], Awaitable[list[Any]]]:
    async def generated(command: Any) -> list[Any]:
        reports = await generate(command)
        if command.instrument_id is None:
            asked.whole(kind, "", len(reports))
        return reports

    return generated
