"""The guard for unknown outcomes: an order whose fate the venue did not tell stays in flight.

Upstream rejects an order when its submission was answered with -1007 ("timeout, execution status unknown") or with a
server error, though it may be live: measured with 1.231.0. With the adapter's own retries on, the second attempt is
answered -4116 (duplicate id), and it rejects the live order for that. A stop breaks off what still waits for an answer,
and upstream rejects those orders too, live and accepted ones among them; its next life does not bring them back. Here
such an order stays what it was: the in-flight check asks for it, or the next start.
"""

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any, Final

from nautilus_trader.adapters.binance.common.enums import BinanceFuturesPositionSide
from nautilus_trader.adapters.binance.execution import BinanceCommonExecutionClient
from nautilus_trader.adapters.binance.http.error import BinanceError, BinanceServerError
from nautilus_trader.model.identifiers import ClientOrderId, InstrumentId, StrategyId
from nautilus_trader.model.orders import Order

from reconciliation.engine.v1.adapters.binance.listening import error_code

_UNKNOWN: Final = frozenset({-1000, -1001, -1006, -1007})
"""Unknown, internal error, unexpected response of the message bus, timeout: the venue says "status unknown"."""

_DUPLICATE: Final = -4116
_BROKEN_OFF: Final = "Canceled retry"
"""Why upstream rejects an order whose submission it broke off."""

Submit = Callable[..., Awaitable[None]]


class UnknownOutcomeGuard(BinanceCommonExecutionClient):
    """A stock client, of spot or futures, that rejects an order only when the venue did."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.watch_outcomes()

    def watch_outcomes(self) -> None:
        """Hear what each submit is answered; a client that was made without the guard is told so once it has it."""
        self._sent: set[str] = set()
        methods: dict[Any, Submit] = self._submit_order_method
        for order_type, submit in methods.items():
            methods[order_type] = self._unless_unknown(submit)

    async def _submit_order_inner(
        self,
        order: Order,
        position_side: BinanceFuturesPositionSide | None,
        params: dict[str, object] | None = None,
    ) -> None:
        try:
            await super()._submit_order_inner(order, position_side, params)
        finally:
            self._sent.discard(order.client_order_id.value)

    def generate_order_rejected(
        self,
        strategy_id: StrategyId,
        instrument_id: InstrumentId,
        client_order_id: ClientOrderId,
        reason: str,
        ts_event: int,
        due_post_only: bool = False,  # noqa: FBT001, FBT002
    ) -> None:
        """Tell of an order that the venue has refused."""
        if reason == _BROKEN_OFF:
            self._log.warning(f"The outcome of {client_order_id!r} is unknown: it stops; the next start asks")
            return
        super().generate_order_rejected(
            strategy_id, instrument_id, client_order_id, reason, ts_event, due_post_only=due_post_only
        )

    def _unless_unknown(self, submit: Submit) -> Submit:
        async def submitted(order: Order, *args: Any) -> None:
            client_order_id = order.client_order_id.value
            again = client_order_id in self._sent
            self._sent.add(client_order_id)
            try:
                await submit(order, *args)
            except BinanceError as error:
                if not _is_unknown(error, again=again):
                    raise
                self._log.warning(
                    f"The outcome of {order.client_order_id!r} is unknown ({error.message}); the in-flight check asks"
                )

        return submitted


def _is_unknown(error: BinanceError, *, again: bool) -> bool:
    code = error_code(error)
    # A duplicate is a refusal, unless the first of the two was ours.
    unanswered = isinstance(error, BinanceServerError) or error.status == HTTPStatus.REQUEST_TIMEOUT
    return unanswered or code in _UNKNOWN or (again and code == _DUPLICATE)
