"""A venue of another name whose client does what many adapters do: it turns every failed query into nothing."""

import asyncio
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from nautilus_trader.cache.cache import Cache
from nautilus_trader.common.component import LiveClock, MessageBus
from nautilus_trader.common.providers import InstrumentProvider
from nautilus_trader.config import LiveExecClientConfig
from nautilus_trader.core.uuid import UUID4
from nautilus_trader.execution.messages import SubmitOrder
from nautilus_trader.execution.reports import FillReport, OrderStatusReport, PositionStatusReport
from nautilus_trader.live.execution_client import LiveExecutionClient
from nautilus_trader.live.factories import LiveExecClientFactory
from nautilus_trader.model.currencies import USDT
from nautilus_trader.model.enums import AccountType, LiquiditySide, OmsType, OrderStatus, PositionSide
from nautilus_trader.model.identifiers import AccountId, ClientId, InstrumentId, TradeId, Venue, VenueOrderId
from nautilus_trader.model.instruments import CryptoPerpetual
from nautilus_trader.model.objects import AccountBalance, Money, Quantity
from nautilus_trader.model.orders import Order
from nautilus_trader.test_kit.providers import TestInstrumentProvider

if TYPE_CHECKING:
    from reconciliation import NodeBuilder

NAME = "OTHER"
INSTRUMENT = f"BTCUSDT-PERP.{NAME}"


class SwallowingClient(LiveExecutionClient):  # type: ignore[misc] # the engine is untyped
    """A client of a venue that lives in it.

    Attributes:
        away: every query fails, and the client answers as if there were nothing.
        raising: every query fails, and the client raises.
        resting: the venue's open orders.
        net: the venue's position.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        name: str,
        msgbus: MessageBus,
        cache: Cache,
        clock: LiveClock,
        venue: str = NAME,
    ) -> None:
        provider = InstrumentProvider()
        fields = CryptoPerpetual.to_dict(TestInstrumentProvider.btcusdt_perp_binance())
        provider.add(CryptoPerpetual.from_dict(fields | {"id": INSTRUMENT}))
        super().__init__(
            loop=loop,
            client_id=ClientId(name),
            venue=Venue(venue),
            oms_type=OmsType.NETTING,
            account_type=AccountType.MARGIN,
            base_currency=USDT,
            instrument_provider=provider,
            msgbus=msgbus,
            cache=cache,
            clock=clock,
        )
        self._set_account_id(AccountId(f"{NAME}-001"))
        self.away = False
        self.raising = False
        self.resting: dict[str, Order] = {}
        self.net = Decimal(0)
        self.queries = 0

    async def _connect(self) -> None:
        for instrument in self._instrument_provider.list_all():
            self._cache.add_instrument(instrument)
        balance = AccountBalance(Money(1_000_000, USDT), Money(0, USDT), Money(1_000_000, USDT))
        self.generate_account_state([balance], [], reported=True, ts_event=self._clock.timestamp_ns())
        await self._await_account_registered()

    async def _disconnect(self) -> None:
        return

    async def _submit_order(self, command: SubmitOrder) -> None:
        order = command.order
        now = self._clock.timestamp_ns()
        self.generate_order_submitted(order.strategy_id, order.instrument_id, order.client_order_id, now)
        venue_order_id = VenueOrderId(f"V-{order.client_order_id.value}")
        self.generate_order_accepted(order.strategy_id, order.instrument_id, order.client_order_id, venue_order_id, now)
        self.resting[order.client_order_id.value] = order

    def fill(self, client_order_id: str) -> None:
        """Fill a resting order at once."""
        order = self.resting.pop(client_order_id)
        self.net += order.quantity.as_decimal()
        self.generate_order_filled(
            strategy_id=order.strategy_id,
            instrument_id=order.instrument_id,
            client_order_id=order.client_order_id,
            venue_order_id=order.venue_order_id,
            venue_position_id=None,
            trade_id=TradeId(UUID4().value),
            order_side=order.side,
            order_type=order.order_type,
            last_qty=order.quantity,
            last_px=order.price,
            quote_currency=USDT,
            commission=Money(0, USDT),
            liquidity_side=LiquiditySide.MAKER,
            ts_event=self._clock.timestamp_ns(),
        )

    def _is_answered(self) -> bool:
        self.queries += 1
        if self.raising:
            raise ConnectionError("the venue cannot be reached")
        return not self.away

    async def generate_order_status_report(self, command: Any) -> OrderStatusReport | None:
        if not self._is_answered():
            return None
        order = self.resting.get(command.client_order_id.value)
        return None if order is None else self._report(order)

    async def generate_order_status_reports(self, command: Any) -> list[OrderStatusReport]:
        return [self._report(order) for order in self.resting.values()] if self._is_answered() else []

    async def generate_fill_reports(self, command: Any) -> list[FillReport]:
        self._is_answered()
        return []

    async def generate_position_status_reports(self, command: Any) -> list[PositionStatusReport]:
        if not self._is_answered() or self.net == 0:
            return []
        now = self._clock.timestamp_ns()
        return [
            PositionStatusReport(
                account_id=self.account_id,
                instrument_id=InstrumentId.from_str(INSTRUMENT),
                position_side=PositionSide.LONG,
                quantity=Quantity(self.net, 3),
                report_id=UUID4(),
                ts_last=now,
                ts_init=now,
            )
        ]

    def _report(self, order: Order) -> OrderStatusReport:
        now = self._clock.timestamp_ns()
        return OrderStatusReport(
            account_id=self.account_id,
            instrument_id=order.instrument_id,
            venue_order_id=order.venue_order_id,
            client_order_id=order.client_order_id,
            order_side=order.side,
            order_type=order.order_type,
            time_in_force=order.time_in_force,
            order_status=OrderStatus.ACCEPTED,
            price=order.price,
            quantity=order.quantity,
            filled_qty=Quantity.zero(3),
            report_id=UUID4(),
            ts_accepted=now,
            ts_last=now,
            ts_init=now,
        )


class SwallowingClientConfig(LiveExecClientConfig, frozen=True):  # type: ignore[misc, call-arg]
    """Nothing to configure."""


class SwallowingClientFactory(LiveExecClientFactory):  # type: ignore[misc]
    @staticmethod
    def create(
        loop: asyncio.AbstractEventLoop,
        name: str,
        config: SwallowingClientConfig,
        msgbus: MessageBus,
        cache: Cache,
        clock: LiveClock,
    ) -> SwallowingClient:
        return SwallowingClient(loop, name, msgbus, cache, clock)


def configure_as_okx(builder: "NodeBuilder") -> None:
    """A user's configure function that brings such a client along, under the name of a venue whose limit is known."""
    builder.add_exec_client("OKX", SwallowingClientConfig(), SwallowingClientFactory)
