"""A client of which nothing is known but what every execution client of the engine has."""

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal

from nautilus_trader.live.execution_client import LiveExecutionClient

from reconciliation.engine.client import PositionMode
from reconciliation.engine.holdings import Holdings
from reconciliation.engine.lifecycle import Lifecycle
from reconciliation.engine.v1.adapters.stock.declared import of_client
from reconciliation.engine.v1.adapters.stock.unknown_outcomes import keep_unknown_outcomes
from reconciliation.engine.v1.queries.asked import Asked, count_reports
from reconciliation.engine.v1.queries.instruments import ask_for_all_instruments
from reconciliation.engine.v1.queries.single_orders import ask_by_list
from reconciliation.engine.v1.queries.time_limits import limit_reports
from reconciliation.engine.v1.queries.told_errors import raise_told_errors, tell_errors_of


class StockClient:
    """Any execution client.

    Args:
        engine_client: the engine's own.
    """

    def __init__(self, engine_client: LiveExecutionClient) -> None:
        self.engine_client = engine_client
        self.name = str(engine_client.id)

    @staticmethod
    def knows(engine_client: LiveExecutionClient) -> bool:  # noqa: ARG004 - an adapter's own looks
        """Whether a client is of this adapter: any is."""
        return True

    @property
    def answers_absence(self) -> bool:
        """No: many an adapter turns a failed query into nothing."""
        return False

    @property
    def can_verify(self) -> bool:
        """No: its venue's own API is not known here."""
        return False

    @property
    def position_mode(self) -> PositionMode | None:
        """Not known."""
        return None

    @property
    def mass_status_failure(self) -> str:
        """Nothing: a stock client tells of none."""
        return ""

    def loaded_instruments(self) -> Iterator[str]:
        """Yield the ids of the instruments it has loaded."""
        for instrument in self.engine_client._instrument_provider.list_all():
            yield str(instrument.id)

    async def venue_holdings(self) -> Holdings:
        """Raise: it cannot be asked.

        Raises:
            NotImplementedError: always; see `can_verify`.
        """
        raise NotImplementedError(self.name)

    def node_holdings(self) -> Holdings:
        """Return what the node's cache believes of this client's account."""
        client, cache = self.engine_client, self.engine_client._cache
        amounts: dict[str, Decimal] = defaultdict(Decimal)
        for position in cache.positions_open(account_id=client.account_id):
            amounts[str(position.instrument_id)] += position.signed_decimal_qty()
        return Holdings(
            open_orders={
                order.client_order_id.value: str(order.instrument_id)
                for order in cache.orders_open(venue=client.venue)
                # An order that came in through reconciliation names no account until its first fill.
                if order.account_id in {None, client.account_id}
                # One whose acknowledgement never came is the in-flight check's to resolve.
                and order.venue_order_id is not None
            },
            positions={key: amount for key, amount in amounts.items() if amount},
        )

    @property
    def used_weight(self) -> int:
        """Not known."""
        return 0

    @property
    def longest_lookback_mins(self) -> int | None:
        """How far back its mass status may look, minutes; None where no limit is known."""
        declared = of_client(type(self.engine_client))
        return None if declared is None else declared.facts.longest_lookback_mins

    @property
    def recent_secs(self) -> float | None:
        """None: what it makes of a query for trades that names a time is not known."""
        return None

    def ask_at_once(self) -> None:
        """Ask what is asked symbol by symbol at once, where it is known how; here it is not."""

    def raise_failures(self) -> None:
        """Have each report query raise the error that the client only logs; what it cannot ask is asked otherwise."""
        declared = of_client(type(self.engine_client))
        if declared is not None and not declared.asks_by_instrument:
            ask_for_all_instruments(self.engine_client)
        if declared is not None and not declared.facts.asks_single:
            ask_by_list(self.engine_client)
        if declared is not None and declared.swallows:
            tell_errors_of(self.engine_client, declared.swallows)
        raise_told_errors(self.engine_client, by_error=declared is not None and declared.logs_errors)

    def keep_unknown_outcomes(self) -> None:
        """Have no order rejected whose submission failed without a refusal, where the client rejects any."""
        declared = of_client(type(self.engine_client))
        if declared is not None and declared.facts.rejects_unknown:
            keep_unknown_outcomes(self.engine_client, declared.refused, submits_late=declared.submits_late)

    def limit_queries(self, secs: float) -> None:
        """Give each report query a time limit, in seconds."""
        limit_reports(self.engine_client, secs)

    def read_in_turns(self, a_turn: int) -> None:
        """Read so many orders of a check and then let the loop turn; nothing is known here of how a client reads."""

    def count_answers(self, asked: Asked) -> None:
        """Count what it is told for a mass status; after whatever else wraps its reports."""
        count_reports(self.engine_client, asked)

    def report_to(self, lifecycle: Lifecycle) -> None:
        """Tell of queries that failed; a stock client does so only by raising, which the order guard hears."""
