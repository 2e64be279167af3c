"""Installing accelerations: some before a node is made, some on the engine of a built one."""

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, Protocol

from nautilus_trader.live.execution_engine import LiveExecutionEngine

from reconciliation.collector import undisturbed
from reconciliation.engine.v1.accelerations import (
    adjusted_parts,
    event_fields,
    linear_positions,
    matched_instruments,
    paused_collector,
    report_copies,
    yielding_checks,
)
from reconciliation.engine.v1.accelerations.batched_writes import BatchedWrites
from reconciliation.engine.v1.accelerations.bulk_reads import BulkReads


class Client(Protocol):
    """What an adapter's client is to an acceleration."""

    def ask_at_once(self) -> None:
        """Ask what is asked symbol by symbol at once, where it is known how."""

    def read_in_turns(self, a_turn: int) -> None:
        """Read so many orders of a check and then let the loop turn, where it is known how."""


def install(engine: LiveExecutionEngine, clients: Iterable[Client], names: Collection[str]) -> None:
    """Put the named ones in an engine that reconciles nothing yet, and its clients; the guards wrap what they find."""
    for name, put_in in (
        ("report_copies", report_copies.install),
        ("adjusted_parts", adjusted_parts.install),
        ("matched_instruments", matched_instruments.install),
        ("paused_collector", paused_collector.install),
        ("yielding_checks", yielding_checks.install),
    ):
        if name in names:
            put_in(engine)
    for client in clients:
        if "concurrent_queries" in names:
            client.ask_at_once()
        if "yielding_checks" in names:
            client.read_in_turns(yielding_checks.REPORTS_A_TURN)


@contextmanager
def while_it_loads(names: Collection[str], client_of: Callable[[], Any]) -> Iterator[None]:
    """Have in force what is while a node is made, and its cache loads.

    Args:
        names: of the accelerations.
        client_of: returns the client of its database that was made last.
    """
    with ExitStack() as stack:
        if "paused_collector" in names:
            stack.enter_context(undisturbed(sets_aside=True))
        if "event_fields" in names:
            stack.enter_context(event_fields.installed())
        if "linear_positions" in names:
            stack.enter_context(linear_positions.installed(client_of))
        yield


def database_client(
    make: Callable[..., Any], arguments: dict[str, Any], names: Collection[str], url: str | None
) -> Any:
    """Make the engine's client of its cache's database, with the named ones before it.

    Args:
        make: makes it.
        arguments: with which the engine makes it.
        names: of the accelerations.
        url: of the database; without one nothing stands before it.
    """
    if "event_fields" in names:
        event_fields.install()
    client = make(**arguments)
    if "bulk_reads" in names and url is not None:
        client = BulkReads(client, url)
    if "batched_writes" in names and url is not None:
        client = BatchedWrites(make, arguments, client, url)
    return client
