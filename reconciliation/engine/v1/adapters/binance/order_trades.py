"""The guard for the trades that a query names: those of one order or one instrument, and nothing else is asked.

Upstream takes no notice of the order that a query of fills names, and of the instrument only half: it asks for all
trades of every symbol that is active in the cache or holds a position, and so of none for an order in another symbol.
The venue answers by order id.
"""

from nautilus_trader.core.uuid import UUID4
from nautilus_trader.execution.messages import GenerateFillReports
from nautilus_trader.execution.reports import FillReport

from reconciliation.engine.v1.adapters.binance.listening import ListeningClient


class OrderTradesGuard(ListeningClient):
    """The stock futures client that answers what it is asked for."""

    async def generate_fill_reports(self, command: GenerateFillReports) -> list[FillReport]:
        """Return fill reports; of one order by its id, of one instrument from the command's start.

        Raises:
            BinanceError: the venue refused to tell.
        """
        if command.instrument_id is None:
            return list(await super().generate_fill_reports(command))
        symbol = command.instrument_id.symbol.value
        if command.venue_order_id is None:
            begin = None if command.start is None else int(command.start.timestamp() * 1_000)
            trades = await self._http_account.query_user_trades(symbol=symbol, start_time=begin)
        else:
            trades = await self._http_account.query_user_trades(
                symbol=symbol, order_id=int(command.venue_order_id.value)
            )
        return [
            trade.parse_to_fill_report(
                account_id=self.account_id,
                instrument_id=command.instrument_id,
                report_id=UUID4(),
                ts_init=self._clock.timestamp_ns(),
                use_position_ids=self._use_position_ids,
            )
            for trade in trades
        ]
