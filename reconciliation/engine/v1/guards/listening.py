"""Hearing which of a client's own requests failed, whatever upstream makes of it.

Upstream catches a failed query and goes on with an empty list. The one way out of the client is wrapped, so that a
failure is noted for whoever listens, and still raised.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, Final

from nautilus_trader.adapters.binance.futures.execution import BinanceFuturesExecutionClient

from reconciliation.engine.v1.reasons import reason_of

_NO_SUCH_ORDER: Final = -2013


class QueryFailedError(Exception):
    """A report query was not answered, so that its result says nothing about what is absent."""


@dataclass(slots=True)
class Heard:
    """What failed while somebody listened.

    Attributes:
        of_mass_status: whether it is a whole mass status that is listened to.
        failures: the path and the error of each request that failed.
    """

    of_mass_status: bool = False
    failures: list[tuple[str, Exception]] = field(default_factory=list)

    def told(self) -> str:
        """The first failure in words; empty when there was none."""
        if not self.failures:
            return ""
        path, error = self.failures[0]
        return f"the query of {path} failed: {reason_of(error)}"


_listening: ContextVar[Heard | None] = ContextVar("_listening", default=None)


@contextmanager
def listening(*, of_mass_status: bool = False) -> Iterator[Heard]:
    """Note what fails in this task and in those it starts."""
    heard = Heard(of_mass_status=of_mass_status)
    token = _listening.set(heard)
    try:
        yield heard
    finally:
        _listening.reset(token)


def in_mass_status() -> bool:
    """Whether a mass status is being made, which is judged as a whole."""
    heard = _listening.get()
    return heard is not None and heard.of_mass_status


def forget_last_failure() -> None:
    """Take back a failure that turned out to be an answer."""
    if (heard := _listening.get()) is not None:
        heard.failures.pop()


def error_code(error: Exception) -> int | None:
    """The exchange's code of an error; upstream's own enumeration lacks some, such as -4116."""
    message = getattr(error, "message", None)
    code = message.get("code") if isinstance(message, dict) else None
    return code if isinstance(code, int) else None


def is_unknown_order(error: Exception) -> bool:
    """Whether the venue answered that there is no such order."""
    return error_code(error) == _NO_SUCH_ORDER


class ListeningClient(BinanceFuturesExecutionClient):
    """The stock futures client, listened to."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        send = self._http_client.send_request

        async def send_request(http_method: Any, url_path: str, *args: Any, **kwargs: Any) -> Any:
            try:
                return await send(http_method, url_path, *args, **kwargs)
            except Exception as error:
                if (heard := _listening.get()) is not None:
                    heard.failures.append((url_path, error))
                raise

        self._http_client.send_request = send_request
