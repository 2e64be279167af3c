"""The account guard: a position is flat when a second question says so too.

`GET /fapi/v3/positionRisk` lists open positions only, so that an empty answer and a faulty one look alike. One empty
answer was enough for the engine to book a synthetic flat (measured with 1.231.0). `GET /fapi/v2/account` lists every
symbol's position.
"""

from decimal import Decimal
from typing import Final

import msgspec
from nautilus_trader.adapters.binance.common.symbol import BinanceSymbol
from nautilus_trader.core.nautilus_pyo3 import HttpMethod
from nautilus_trader.core.uuid import UUID4
from nautilus_trader.execution.messages import GeneratePositionStatusReports
from nautilus_trader.execution.reports import PositionStatusReport
from nautilus_trader.model.enums import PositionSide
from nautilus_trader.model.identifiers import InstrumentId
from nautilus_trader.model.objects import Quantity

from reconciliation.engine.v1.adapters.binance.listening import ListeningClient, QueryFailedError, in_mass_status

RECV_WINDOW_MS: Final = "5000"


class _Position(msgspec.Struct):
    symbol: str
    positionAmt: str  # noqa: N815 - the wire's name


class _Account(msgspec.Struct):
    positions: list[_Position]


class AccountPositionGuard(ListeningClient):
    """The stock futures client that confirms an absent position by another question."""

    async def generate_position_status_reports(
        self, command: GeneratePositionStatusReports
    ) -> list[PositionStatusReport]:
        """Return position reports; an instrument that the cache holds and the venue left out is asked for again.

        What the account confirms as flat is reported as flat, outside a mass status: there upstream would take it
        for a history to adjust.

        Raises:
            QueryFailedError: the two answers contradict each other, or the second did not come.
        """
        reports = list(await super().generate_position_status_reports(command))
        if command.instrument_id is not None:
            return reports
        held = {position.instrument_id for position in self._cache.positions_open(venue=self.venue)}
        absent = sorted(held - {report.instrument_id for report in reports})
        if not absent:
            return reports
        told = await self._told_by_account()
        for instrument_id in absent:
            amount = told.get(str(BinanceSymbol(instrument_id.symbol.value)))
            # The account lists every symbol there is; one that was delisted is not loaded any more either.
            if amount is None and self._instrument_provider.find(instrument_id) is not None:
                raise QueryFailedError(f"neither reply tells of the position in {instrument_id}")
            if amount:
                raise QueryFailedError(f"the position in {instrument_id} was left out, and the account still holds it")
        if in_mass_status() or self._is_dual_side_position:
            return reports
        return [*reports, *map(self._flat, absent)]

    async def _told_by_account(self) -> dict[str, Decimal]:
        """Return what the account holds by the symbol as the venue spells it, both sides added up.

        Raises:
            QueryFailedError: the account lists no symbol at all, which is no answer.
        """
        endpoint = self._futures_http_account._endpoint_futures_account
        raw = await endpoint._method(
            HttpMethod.GET,
            endpoint.GetParameters(timestamp=self._futures_http_account._timestamp(), recvWindow=RECV_WINDOW_MS),
        )
        amounts: dict[str, Decimal] = {}
        for position in msgspec.json.decode(raw, type=_Account).positions:
            amounts[position.symbol] = amounts.get(position.symbol, Decimal(0)) + abs(Decimal(position.positionAmt))
        if not amounts:
            raise QueryFailedError("the account lists no symbol, so it cannot confirm that a position is gone")
        return amounts

    def _flat(self, instrument_id: InstrumentId) -> PositionStatusReport:
        now = self._clock.timestamp_ns()
        return PositionStatusReport(
            account_id=self.account_id,
            instrument_id=instrument_id,
            position_side=PositionSide.FLAT,
            quantity=Quantity.zero(),
            report_id=UUID4(),
            ts_last=now,
            ts_init=now,
        )
