"""Queries for one instrument's orders and fills, where a stock client cannot make them: all are asked for.

That of BitMEX hands its own kind of instrument id to a function that takes another: a TypeError, logged, and no fill is
found. So it was seen with 1.231.0.
"""

from collections.abc import Awaitable, Callable
from typing import Any, Final

from nautilus_trader.live.execution_client import LiveExecutionClient

_CALLS: Final = ("generate_order_status_reports", "generate_fill_reports")


def ask_for_all_instruments(client: LiveExecutionClient) -> None:
    """Have each query of a client for one instrument ask for all of them.

    Args:
        client: a built one.
    """
    for name in _CALLS:
        setattr(client, name, _asking_for_all(getattr(client, name)))


def _asking_for_all(ask: Callable[[Any], Awaitable[list[Any]]]) -> Callable[[Any], Awaitable[list[Any]]]:
    async def asking(command: Any) -> list[Any]:
        if command.instrument_id is None:
            return await ask(command)
        kind = type(command)
        whole = kind.from_dict(kind.to_dict(command) | {"instrument_id": None})
        return [report for report in await ask(whole) if report.instrument_id == command.instrument_id]

    return asking
