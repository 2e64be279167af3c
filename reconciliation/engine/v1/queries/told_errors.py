"""A report query that failed raises, where a stock client only logs what went wrong and answers with nothing.

Nearly every adapter catches the error in its report methods, logs it by `_log.exception`, by itself or by
`_log_report_error`, and returns an empty list or None: so it was read, and found of eight adapters, with 1.231.0. What
is logged so while a query runs is heard here, and raised once the query has returned.
"""

import asyncio
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, Final

from nautilus_trader.live.execution_client import LiveExecutionClient

from reconciliation.engine.v1.queries.time_limits import REPORT_CALLS

_told: Final[ContextVar[list[Exception] | None]] = ContextVar("_told", default=None)


class _HearingLog:
    """A component's logger, of which errors are heard while a query runs."""

    def __init__(self, log: Any) -> None:
        self._log = log

    def __getattr__(self, name: str) -> Any:
        return getattr(self._log, name)

    def exception(self, message: str, error: Exception) -> None:
        """Log an error, as ever."""
        if (told := _told.get()) is not None:
            told.append(error)
        self._log.exception(message, error)


def raise_told_errors(client: LiveExecutionClient) -> None:
    """Have each report query of a client raise the error that it only logged.

    A query that was cancelled and answers all the same, as most adapters do, raises CancelledError: what cancelled it
    may be a time limit. The engine's own calls, and a mass status, which asks by these, catch what is raised.

    Args:
        client: a built one, of any adapter.
    """
    log, kind = _HearingLog(client._log), type(client)
    # The attribute is the component's own and cannot be set; a subclass can stand before it.
    client.__class__ = type(kind.__name__, (kind,), {"_log": property(lambda _: log), "__module__": kind.__module__})
    for name in REPORT_CALLS:
        setattr(client, name, _raising(getattr(client, name)))


def _raising(call: Callable[[Any], Any]) -> Callable[[Any], Any]:
    async def raising(command: Any) -> Any:
        told: list[Exception] = []
        token = _told.set(told)
        try:
            answer = await call(command)
        finally:
            _told.reset(token)
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            raise asyncio.CancelledError
        if told:
            raise told[0]
        return answer

    return raising
