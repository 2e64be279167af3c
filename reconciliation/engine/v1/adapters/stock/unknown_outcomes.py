"""An order whose submission failed is rejected only where the venue has refused it, in any stock client.

Many an adapter catches whatever a submit raises and calls the order REJECTED: a timeout, a broken connection, a 503,
though the venue may have taken it. So it was read, and found by running, with 1.231.0.
"""

import re
import sys

from nautilus_trader.live.execution_client import LiveExecutionClient
from nautilus_trader.model.identifiers import ClientOrderId, InstrumentId, StrategyId


def keep_unknown_outcomes(client: LiveExecutionClient, refused: str, *, submits_late: bool) -> None:
    """Leave an order in flight whose submission failed for another reason than a refusal: the in-flight check asks.

    Args:
        client: a built one, of any adapter.
        refused: a pattern of the reasons that are one.
        submits_late: it tells of an order as submitted only once that was answered.
    """
    is_refusal = re.compile(refused).match
    reject = client.generate_order_rejected

    def generate_order_rejected(
        strategy_id: StrategyId,
        instrument_id: InstrumentId,
        client_order_id: ClientOrderId,
        reason: str,
        ts_event: int,
        due_post_only: bool = False,  # noqa: FBT001, FBT002
    ) -> None:
        # Refusals that come by the stream are told outside of any handler of an error.
        if not isinstance(sys.exception(), Exception) or is_refusal(reason):
            reject(strategy_id, instrument_id, client_order_id, reason, ts_event, due_post_only)
            return
        client._log.warning(f"The outcome of {client_order_id!r} is unknown ({reason}); the in-flight check asks")
        if submits_late:
            client.generate_order_submitted(strategy_id, instrument_id, client_order_id, ts_event)

    client.generate_order_rejected = generate_order_rejected
