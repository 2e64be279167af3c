"""Guards for positions: no check books anything on an absence that was not confirmed, at any venue.

One empty reply while the cache holds a position makes the engine's position check book a synthetic flat, which
nothing but another synthetic order takes back. And it gives up on a discrepancy after `position_check_retries`
attempts, though it could not ask for fills in any of them. It compares a reply with a cache that has moved on
meanwhile, and books what an order that is still unanswered, or a trade whose order it has not seen yet, would have
explained: a trade is then counted twice. Measured with 1.231.0.
"""

import asyncio
from contextvars import ContextVar
from decimal import Decimal
from typing import Any, Final

from nautilus_trader.execution.reports import FillReport, PositionStatusReport
from nautilus_trader.live.execution_client import LiveExecutionClient
from nautilus_trader.live.execution_engine import LiveExecutionEngine
from nautilus_trader.model.enums import PositionSide
from nautilus_trader.model.identifiers import AccountId, InstrumentId

from reconciliation.engine.lifecycle import AbsenceHeld, Event, Lifecycle, QueryFailed, Verified
from reconciliation.engine.v1.adapters.stock.client import StockClient
from reconciliation.engine.v1.guards.trades import TradeGuard
from reconciliation.engine.v1.reasons import reason_of

GUARDS: Final = frozenset({"confirmed_positions", "patient_positions", "steady_positions"})
"""The names of the guards that are here."""

Key = tuple[InstrumentId, AccountId]

_IS_CHECKING: Final = ContextVar("is_checking", default=False)
"""Whether what runs now is a part of a position check, and not something else that runs while that waits."""


class PositionGuard:
    """Wraps the engine's position check and its clients' queries, as far as the named guards need them.

    Args:
        engine: the engine whose check is wrapped.
        clients: its clients.
        guards: the names of the guards to install.
        tolerated_secs: how long replies must go on leaving a position out.
        lifecycle: told of queries that failed and of absences that are not believed yet.
        trades: brings orders up to date; None where that guard is not installed.
    """

    def __init__(
        self,
        engine: LiveExecutionEngine,
        clients: list[StockClient],
        guards: frozenset[str],
        tolerated_secs: float,
        lifecycle: Lifecycle,
        trades: TradeGuard | None,
    ) -> None:
        self._engine = engine
        self._clients = clients
        self._tolerated_secs = tolerated_secs
        self._lifecycle = lifecycle
        self._is_patient = "patient_positions" in guards
        self._is_steady = "steady_positions" in guards
        self._trades = trades
        self._offsets: dict[Key, Decimal] = {}
        self._offsets_now: dict[Key, Decimal] = {}
        self._absent_since: dict[Key, float] = {}
        self._unconfirmed: set[Key] = set()
        self._waiting: set[InstrumentId] = set()
        self._is_hung = False
        for client in clients:
            if "confirmed_positions" in guards:
                self._emit_failures(client.engine_client, "generate_position_status_reports", "positions")
            if self._is_patient:
                self._emit_failures(client.engine_client, "generate_fill_reports", "fills")
        if guards & GUARDS:
            self._check = engine._check_positions_consistency
            engine._check_positions_consistency = self._guarded_check
        self._book = engine._reconcile_position_report
        self._has_started = False
        lifecycle.observe(self._note_start)
        if self._is_steady:
            engine._reconcile_position_report = self._book_steady
        if "confirmed_positions" in guards:
            self._query = engine._query_position_status_reports
            self._steady = engine._reconcile_position_report
            engine._query_position_status_reports = self._query_and_note_absent
            engine._reconcile_position_report = self._book_confirmed
        if self._is_patient or self._is_steady or trades is not None:
            self._missing_fills = engine._query_and_find_missing_fills
            engine._query_and_find_missing_fills = self._find_fills_and_note_errors

    def _note_start(self, event: Event) -> None:
        if isinstance(event, Verified):
            self._has_started = True

    def _emit_failures(self, client: LiveExecutionClient, call: str, query: str) -> None:
        """Emit why a query failed; the engine keeps to itself which of its clients it was."""
        ask = getattr(client, call)

        async def watched(command: Any) -> Any:
            try:
                return await ask(command)
            except Exception as error:
                asked = query if command.instrument_id is None else f"{query} of {command.instrument_id}"
                self._lifecycle.emit(QueryFailed(str(client.id), asked, reason_of(error)))
                raise

        setattr(client, call, watched)

    async def _guarded_check(self) -> None:
        """Check, and give back the attempts in which the venue could not be asked or was not believed yet."""
        retries = self._engine._position_recon_retries
        before = dict(retries)
        self._waiting.clear()
        self._is_hung = False
        self._offsets_now = {}
        checking = _IS_CHECKING.set(True)
        try:
            await self._check()
        finally:
            _IS_CHECKING.reset(checking)
            self._unconfirmed.clear()
            self._offsets = self._offsets_now
        if self._is_patient or self._is_steady:
            for key in [key for key in retries if key[0] in self._waiting]:
                retries[key] = before.get(key, 0)

    async def _query_and_note_absent(self) -> tuple[dict[Key, PositionStatusReport], set[Any]]:
        reported, failed = await self._query()
        held = {(position.instrument_id, position.account_id) for position in self._engine._cache.positions_open()}
        now = asyncio.get_running_loop().time()
        known = self._absent_since
        self._unconfirmed = held - set(reported)
        # A reply that did not come neither confirms nor refutes.
        self._absent_since = {
            key: known.get(key, now) for key in self._unconfirmed if key in known or not self._is_among(failed, key)
        }
        return reported, failed

    def _is_among(self, failed: set[Any], key: Key) -> bool:
        """Whether the client that a position belongs to failed; a broker's has another venue than its instruments."""
        accounts = {client.engine_client.account_id for client in self._clients if client.engine_client.venue in failed}
        return None in failed or key[0].venue in failed or key[1] in accounts

    def _book_confirmed(self, report: PositionStatusReport) -> bool:
        """Book what explains a position; in a check an absence only once it has lasted."""
        key = (report.instrument_id, report.account_id)
        if key not in self._unconfirmed or report.position_side != PositionSide.FLAT:
            return bool(self._steady(report))
        now = asyncio.get_running_loop().time()
        lasted = now - self._absent_since.get(key, now)
        if lasted > 0 and lasted >= self._tolerated_secs:
            return bool(self._steady(report))
        self._waiting.add(report.instrument_id)
        reason = (
            f"the venue's replies have left it out for {lasted:.1f} s; it is taken for flat after"
            f" {self._tolerated_secs:g} s"
        )
        self._engine._log.warning(f"Position in {report.instrument_id}: {reason}")
        self._lifecycle.emit(AbsenceHeld("position", str(report.instrument_id), reason))
        return False

    def _book_steady(self, report: PositionStatusReport) -> bool:
        """Book what explains a position only when it was found twice, and nothing moved in between.

        A mass status asks for orders, trades and positions one after another, while the account is traded; the start
        looks a second time where the venue can be asked. One that comes while the node runs is no check: the adapter
        asks for it when it opens its stream again, amid all that happens, which may be a check.
        """
        is_checking = _IS_CHECKING.get()
        key = (report.instrument_id, report.account_id)
        if not is_checking and (self._has_started or not self._is_looked_at_again(report.account_id)):
            return self._has_started or bool(self._book(report))
        held = self._engine._cache.positions_open(instrument_id=report.instrument_id, account_id=report.account_id)
        offset = report.signed_decimal_qty - sum((position.signed_decimal_qty() for position in held), Decimal(0))
        self._offsets_now[key] = offset
        if not offset or self._offsets.get(key) == offset:
            return bool(self._book(report))
        reason = f"it differs by {offset:f} from the venue's; what is behind that is booked when the next look agrees"
        self._engine._log.warning(f"Position in {report.instrument_id}: {reason}")
        self._lifecycle.emit(AbsenceHeld("position", str(report.instrument_id), reason))
        if not is_checking:
            self._offsets[key] = offset
            return True
        self._waiting.add(report.instrument_id)
        return False

    def _is_looked_at_again(self, account_id: AccountId) -> bool:
        return any(c.can_verify for c in self._clients if c.engine_client.account_id == account_id)

    def _is_unsettled(self, instrument_id: InstrumentId) -> bool:
        """Whether an order of an instrument is unanswered or behind, so that its position says nothing."""
        behind = self._trades is not None and self._trades.is_behind(instrument_id)
        return behind or bool(self._engine._cache.orders_inflight(instrument_id=instrument_id))

    async def _find_fills_and_note_errors(
        self, instrument_id: InstrumentId, clients: Any
    ) -> tuple[list[FillReport], bool]:
        if self._is_hung:  # one hung question a check is enough
            self._waiting.add(instrument_id)
            return [], True
        found, had_errors = await self._missing_fills(instrument_id, clients)
        if found and self._trades is not None:
            try:
                found = await self._trades.bring_up(found)
            except Exception as error:  # noqa: BLE001 - an adapter may raise anything
                self._lifecycle.emit(QueryFailed("", f"orders of trades of {instrument_id}", reason_of(error)))
                had_errors = True
        if had_errors and self._is_patient:
            self._is_hung = True
            self._waiting.add(instrument_id)
        if self._is_steady and self._is_unsettled(instrument_id):
            self._waiting.add(instrument_id)
            return found, True  # nothing is booked in this check
        return found, had_errors
