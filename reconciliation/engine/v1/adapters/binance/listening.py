"""Hearing which of a client's own requests failed, whatever upstream makes of it.

Upstream catches a failed query and goes on with an empty list. The one way out of the client is wrapped, so that a
failure is noted for whoever listens, and still raised.
"""

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct, field
from nautilus_trader.adapters.binance.common.constants import BINANCE_FUTURES_ALGO_ORDER_TYPES
from nautilus_trader.adapters.binance.futures.execution import BinanceFuturesExecutionClient
from nautilus_trader.execution.messages import GenerateOrderStatusReport
from nautilus_trader.execution.reports import OrderStatusReport

from reconciliation.engine.v1.reasons import reason_of

if TYPE_CHECKING:
    from reconciliation.engine.lifecycle import Observer

NO_SUCH_ORDER: Final = -2013
_NO_SUCH_SYMBOL: Final = -1121
_PLAIN, _CONDITIONAL = "order", "algoOrder"


class QueryFailedError(Exception):
    """A report query was not answered, so that its result says nothing about what is absent."""


class UnreadableOrderError(QueryFailedError):
    """The venue answered with an order that upstream cannot represent, such as one that closes a position."""


class QueryRecord(Struct):
    """What failed while somebody listened.

    Attributes:
        of_mass_status: whether it is a whole mass status that is listened to.
        failures: the path and the error of each request that failed.
    """

    of_mass_status: bool = False
    failures: list[tuple[str, Exception]] = field(default_factory=list)

    def reason(self) -> str:
        """Return the first failure in words; empty when there was none."""
        if not self.failures:
            return ""
        path, error = self.failures[0]
        return f"the query of {path} failed: {reason_of(error)}"


_listening: ContextVar[QueryRecord | None] = ContextVar("_listening", default=None)


@contextmanager
def listening(*, of_mass_status: bool = False) -> Iterator[QueryRecord]:
    """Note what fails in this task and in those it starts.

    Raises:
        QueryFailedError: for a failure that upstream lets through, such as a broken connection; in place of its own
            words, which hold the signed address.
    """
    record = QueryRecord(of_mass_status=of_mass_status)
    token = _listening.set(record)
    try:
        yield record
    except Exception as error:
        if isinstance(error, QueryFailedError) or not record.failures:
            raise
        raise QueryFailedError(record.reason()) from None
    finally:
        _listening.reset(token)


def in_mass_status() -> bool:
    """Whether a mass status is being made, which is judged as a whole."""
    record = _listening.get()
    return record is not None and record.of_mass_status


def note_failure(path: str, error: Exception) -> None:
    """Tell whoever listens of a failure that was found out otherwise."""
    if (record := _listening.get()) is not None:
        record.failures.append((path, error))


def error_code(error: Exception) -> int | None:
    """The venue's code of an error; upstream's own enumeration lacks some, such as -4116."""
    message = getattr(error, "message", None)
    if isinstance(message, str):
        with suppress(ValueError):
            message = json.loads(message)
    code = message.get("code") if isinstance(message, dict) else None
    return code if isinstance(code, int) else None


class ListeningClient(BinanceFuturesExecutionClient):
    """The stock futures client, listened to.

    Attributes:
        request_secs: the time limit of one request of a report, seconds; None is none.
        emit: told of what fails for good.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request_secs: float | None = None
        self.emit: Observer = lambda _: None
        send = self._http_client.send_request
        if hasattr(send, "listened"):  # clients of one address share their HTTP client
            return

        async def send_request(http_method: Any, url_path: str, *args: Any, **kwargs: Any) -> Any:
            record = _listening.get()
            if record is None:
                return await send(http_method, url_path, *args, **kwargs)
            try:
                async with asyncio.timeout(self.request_secs):
                    return await send(http_method, url_path, *args, **kwargs)
            except Exception as error:
                record.failures.append((url_path, _named(error, self.request_secs)))
                raise

        send_request.listened = True  # type: ignore[attr-defined]
        self._http_client.send_request = send_request

    async def _answered_report(self, command: GenerateOrderStatusReport) -> OrderStatusReport | None:
        """Return the report of one order; None when the venue answered that it does not know it.

        A conditional order is known at another address than a plain one.

        Raises:
            UnreadableOrderError: there is an order, and upstream cannot represent it.
            QueryFailedError: the venue did not answer.
        """
        with listening() as record:
            report = await BinanceFuturesExecutionClient.generate_order_status_report(self, command)
        self._generate_order_status_retries.pop(command.client_order_id, None)
        if report is not None:
            return report
        unknown = {_address(path) for path, error in record.failures if self._is_absence(command, error)}
        order = self._cache.order(command.client_order_id) if command.client_order_id else None
        is_plain = order is not None and order.order_type not in BINANCE_FUTURES_ALGO_ORDER_TYPES
        wanted = {_PLAIN} if is_plain else {_PLAIN, _CONDITIONAL}
        if wanted <= unknown:
            return None
        failed = [item for item in record.failures if _address(item[0]) in wanted - unknown]
        if failed:
            raise QueryFailedError(QueryRecord(failures=failed).reason())
        raise UnreadableOrderError(f"{command.client_order_id!r} is at the venue, and cannot be represented")

    def _is_absence(self, command: GenerateOrderStatusReport, error: Exception) -> bool:
        """Whether an error is an answer: no such order, or no such symbol where that is not loaded any more."""
        if error_code(error) == _NO_SUCH_SYMBOL:
            return self._instrument_provider.find(command.instrument_id) is None
        return error_code(error) == NO_SUCH_ORDER


def _named(error: Exception, limit_secs: float | None) -> Exception:
    """Give the time limit's error words; it comes without any."""
    if limit_secs is None or not isinstance(error, TimeoutError):
        return error
    return TimeoutError(f"not answered within {limit_secs:g} s")


def _address(path: str) -> str:
    return path.rpartition("/")[2]
