"""A report query that failed raises, where a stock client only logs what went wrong and answers with nothing.

Nearly every adapter catches the error in its report methods, logs it by `_log.exception`, by itself or by
`_log_report_error`, and returns an empty list or None: so it was read, and found of nine adapters, with 1.231.0. What
is logged so while a query runs is heard here, and raised once the query has returned. Two log an error without the
exception, themselves or by their retries.
"""

import asyncio
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, Final

from msgspec import Struct, field
from nautilus_trader.live.execution_client import LiveExecutionClient

from reconciliation.engine.v1.queries.time_limits import REPORT_CALLS


class _Told(Struct, frozen=True):
    """What a query that runs was told.

    Attributes:
        by_error: whether a line of the log's error level is heard too.
        errors: what was heard.
    """

    by_error: bool
    errors: list[Exception] = field(default_factory=list)


_told: Final[ContextVar[_Told | None]] = ContextVar("_told", default=None)


class _HearingLog:
    """A component's logger, of which errors are heard while a query runs."""

    def __init__(self, log: Any) -> None:
        self._log = log

    def __getattr__(self, name: str) -> Any:
        return getattr(self._log, name)

    def exception(self, message: str, error: Exception) -> None:
        """Log an error, as ever."""
        tell(error)
        self._log.exception(message, error)

    def error(self, message: str, *args: Any, **kwargs: Any) -> None:
        """Log what went wrong, as ever."""
        told = _told.get()
        if told is not None and told.by_error:
            tell(RuntimeError(message))
        self._log.error(message, *args, **kwargs)


def tell(error: Exception) -> None:
    """Tell the query that runs of an error that is not logged so."""
    if (told := _told.get()) is not None:
        told.errors.append(error)


class _TellingHttp:
    """An HTTP object of which some questions tell of their errors, whatever the client makes of these."""

    def __init__(self, http: Any, names: tuple[str, ...]) -> None:
        self._http = http
        self._names = names

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._http, name)
        return telling(found) if name in self._names else found


def tell_errors_of(client: LiveExecutionClient, names: tuple[str, ...]) -> None:
    """Have a client's HTTP object tell the query that runs of each error of some of its questions.

    Args:
        client: a built one.
        names: of the questions.
    """
    client._http_client = _TellingHttp(client._http_client, names)


def telling(ask: Callable[..., Any], is_answer: Callable[[Exception], bool] = lambda _: False) -> Callable[..., Any]:
    """Return a question that tells the query that runs of each of its errors.

    Args:
        ask: the question.
        is_answer: whether an error is the venue's answer, of which nothing is told.
    """

    async def asked(*args: Any, **kwargs: Any) -> Any:
        try:
            return await ask(*args, **kwargs)
        except Exception as error:
            if not is_answer(error):
                tell(error)
            raise

    return asked


def raise_told_errors(client: LiveExecutionClient, *, by_error: bool = False) -> None:
    """Have each report query of a client raise the error that it only logged.

    A query that was cancelled and answers all the same, as most adapters do, raises CancelledError: what cancelled it
    may be a time limit. The engine's own calls, and a mass status, which asks by these, catch what is raised.

    Args:
        client: a built one, of any adapter.
        by_error: hear lines of the log's error level too.
    """
    log, kind = _HearingLog(client._log), type(client)
    # The attribute is the component's own and cannot be set; a subclass can stand before it.
    client.__class__ = type(kind.__name__, (kind,), {"_log": property(lambda _: log), "__module__": kind.__module__})
    if by_error and hasattr(client, "_retry_manager_pool"):
        for manager in client._retry_manager_pool._pool:
            manager.log = log
    client._log_report_error = _heard(client._log_report_error)
    for name in REPORT_CALLS:
        setattr(client, name, _raising(getattr(client, name), by_error=by_error))


def _raising(call: Callable[[Any], Any], *, by_error: bool) -> Callable[[Any], Any]:
    async def raising(command: Any) -> Any:
        told = _Told(by_error)
        token = _told.set(told)
        try:
            answer = await call(command)
        finally:
            _told.reset(token)
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            raise asyncio.CancelledError
        if told.errors:
            # Whatever was answered: Polymarket's client has an order canceled that it could not ask for.
            raise told.errors[0]
        return answer

    return raising


def _heard(log: Callable[[BaseException, str], None]) -> Callable[[BaseException, str], None]:
    """Hear what the engine's own helper logs, some of it at the level of debugging."""

    def heard(error: BaseException, report_type: str) -> None:
        if isinstance(error, Exception):
            tell(error)
        log(error, report_type)

    return heard
