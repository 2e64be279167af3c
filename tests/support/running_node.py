"""A node of this generation, as the contract of clients asks it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final

from arena import Arena
from conformance import HungError, Query
from nautilus_trader.core.uuid import UUID4
from nautilus_trader.execution.messages import (
    GenerateFillReports,
    GenerateOrderStatusReport,
    GenerateOrderStatusReports,
    GeneratePositionStatusReports,
)
from nautilus_trader.model.identifiers import ClientOrderId, InstrumentId

from reconciliation.engine.client import Client
from reconciliation.engine.holdings import Holdings

ANSWER_WITHIN_SECS: Final = 2.0
"""Longer than any time limit that a contract gives."""


class RunningNode:
    """A node with one client.

    Args:
        arena: the node.
        instrument: what it trades.
    """

    def __init__(self, arena: Arena, instrument: str) -> None:
        self._arena = arena
        self._instrument = instrument

    @property
    def client(self) -> Client:
        return self._arena.clients[0]

    def ask(self, query: Query, client_order_id: str) -> frozenset[str]:
        client, span = self._arena.client, {"instrument_id": None, "start": None, "end": None}
        one = {"command_id": UUID4(), "ts_init": 0}
        match query:
            case "order":
                known = {"client_order_id": ClientOrderId(client_order_id), "venue_order_id": None}
                instrument_id = InstrumentId.from_str(self._instrument)
                command = GenerateOrderStatusReport(instrument_id=instrument_id, **known, **one)
                report = self._answer(client.generate_order_status_report(command))
                return frozenset() if report is None else frozenset({report.client_order_id.value})
            case "orders":
                command = GenerateOrderStatusReports(**span, open_only=False, **one)
                reports = self._answer(client.generate_order_status_reports(command))
                return frozenset(report.client_order_id.value for report in reports)
            case "fills":
                command = GenerateFillReports(**span, venue_order_id=None, **one)
                reports = self._answer(client.generate_fill_reports(command))
                return frozenset(report.trade_id.value for report in reports)
            case "positions":
                command = GeneratePositionStatusReports(**span, **one)
                reports = self._answer(client.generate_position_status_reports(command))
                return frozenset(str(report.instrument_id) for report in reports if report.quantity.as_decimal())

    def mass_status(self, lookback_mins: int | None = None) -> frozenset[str] | None:
        status = self._answer(self._arena.client.generate_mass_status(lookback_mins))
        return (
            None if status is None else frozenset(each.client_order_id.value for each in status.order_reports.values())
        )

    def holdings(self) -> Holdings:
        held: Holdings = self._answer(self.client.venue_holdings())
        return held

    def place_bid(self) -> str:
        return self._arena.place_bid(instrument=self._instrument)

    def status(self, client_order_id: str) -> str:
        return self._arena.status(client_order_id)

    def until[T](self, asked: Callable[[], T], what: str) -> T:
        return self._arena.until(asked, what)

    def _answer(self, answer: Awaitable[Any]) -> Any:
        return self._arena.run(_in_time(answer))


async def _in_time(answer: Awaitable[Any]) -> Any:
    """Await an answer; a limit of the client's own is told from ours."""
    asking = asyncio.ensure_future(answer)
    await asyncio.wait({asking}, timeout=ANSWER_WITHIN_SECS)
    if not asking.done():
        asking.cancel()
        raise HungError(f"no answer within {ANSWER_WITHIN_SECS:g} s")
    return asking.result()
