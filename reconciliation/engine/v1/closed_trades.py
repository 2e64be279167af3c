"""What a node's portfolio notes of each position that closes, kept as numbers until somebody asks for statistics.

The engine appends to two pandas series each time, and copies both. The more positions have closed, the longer the event
loop stands still at the next one, and each leaves some 2 KiB for good; `docs/performance.md` has the figures. No purge
reaches it. Upstream knows the time that it takes as #4434. Here a close leaves 24 bytes, and the series are made when
somebody reads them; what is read is the same. Read and measured with 1.231.0 and pandas 3.1.
"""

from array import array
from sys import intern
from typing import Any, Final

import pandas as pd
from msgspec import Struct, field
from nautilus_trader.analysis.analyzer import PortfolioAnalyzer
from nautilus_trader.model.identifiers import PositionId
from nautilus_trader.model.objects import Currency, Money

_UNTOLD: Final = -1
"""Stands where no time was told."""


class _Closes(Struct):
    """Realized profits of one currency, in the order in which they were told."""

    position_ids: list[str] = field(default_factory=list)
    pnls: array[float] = field(default_factory=lambda: array("d"))
    times: array[int] = field(default_factory=lambda: array("q"))


class ClosedTrades:
    """Stands in an analyzer where it notes what a closed position has brought.

    Args:
        analyzer: of a portfolio that has noted nothing yet.
    """

    def __init__(self, analyzer: PortfolioAnalyzer) -> None:
        self._analyzer = analyzer
        self._closes: dict[Currency, _Closes] = {}
        self._read = analyzer.realized_pnls
        self._reset = analyzer.reset
        analyzer.record_trade = self._note
        analyzer.realized_pnls = self._read_whole
        analyzer.reset = self._forget

    def _note(self, position_id: PositionId, realized_pnl: Money, ts_event: int | None = None) -> None:
        closes = self._closes.setdefault(realized_pnl.currency, _Closes())
        closes.position_ids.append(intern(position_id.value))
        closes.pnls.append(realized_pnl.as_double())
        closes.times.append(_UNTOLD if ts_event is None else int(ts_event))

    def _read_whole(self, currency: Currency | None = None) -> Any:
        """Return what the engine's own does, of all that was noted."""
        pnls, times = self._analyzer._recorded_realized_pnls, self._analyzer._recorded_realized_pnl_timestamps
        for each, closes in self._closes.items():
            if len(pnls.get(each, ())) != len(closes.pnls):
                told = [None if ts == _UNTOLD else ts for ts in closes.times]
                pnls[each] = pd.Series(list(closes.pnls), index=closes.position_ids, dtype="float64")
                times[each] = pd.Series(told, index=closes.position_ids, dtype=object)
        return self._read(currency)

    def _forget(self) -> None:
        self._closes.clear()
        self._reset()
