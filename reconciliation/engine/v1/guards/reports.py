"""The report guard: a mass status is whole, or there is none.

Upstream catches a failed query of orders or fills and goes on with an empty list. Startup reconciliation then
"succeeds" with orders missing and fills made up from positions. A mass status in which any query failed is asked for
again, and refused when it fails for good; the engine then applies nothing and returns False.
"""

import asyncio
from contextvars import ContextVar
from http import HTTPStatus
from typing import Any, Final

from nautilus_trader.adapters.binance.futures.execution import BinanceFuturesExecutionClient
from nautilus_trader.adapters.binance.http.error import BinanceError
from nautilus_trader.execution.reports import ExecutionMassStatus

from reconciliation.engine.v1.reasons import reason_of

ATTEMPTS: Final = 3
PAUSE_SECS: Final = 1.0
# Asking again would turn a limit into a ban; 418 is Binance's word for one.
_NOT_AGAIN: Final = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.IM_A_TEAPOT})

_failures: ContextVar[list[tuple[str, Exception]] | None] = ContextVar("_failures", default=None)


class ReportGuard(BinanceFuturesExecutionClient):
    """The stock futures client whose mass status never hides a failed query."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.report_failure = ""
        """Why the last mass status was refused; empty when it was not."""
        _note_failures(self._http_client)

    async def generate_mass_status(self, lookback_mins: int | None = None) -> ExecutionMassStatus | None:
        """Return a mass status in which every query was answered, or None."""
        for attempt in range(ATTEMPTS):
            if attempt:
                await asyncio.sleep(PAUSE_SECS)
            failures: list[tuple[str, Exception]] = []
            token = _failures.set(failures)
            try:
                status = await super().generate_mass_status(lookback_mins)
            finally:
                _failures.reset(token)
            if status is not None and not failures:
                self.report_failure = ""
                return status
            self.report_failure = _told(failures)
            self._log.error(f"No mass status: {self.report_failure}")
            if any(isinstance(error, BinanceError) and error.status in _NOT_AGAIN for _, error in failures):
                break
        return None


def _note_failures(http_client: Any) -> None:
    """Wrap a client's one way out, so that what fails there is noted for whoever listens, and still raised."""
    send = http_client.send_request

    async def send_request(http_method: Any, url_path: str, *args: Any, **kwargs: Any) -> Any:
        try:
            return await send(http_method, url_path, *args, **kwargs)
        except Exception as error:
            if (listening := _failures.get()) is not None:
                listening.append((url_path, error))
            raise

    http_client.send_request = send_request


def _told(failures: list[tuple[str, Exception]]) -> str:
    if not failures:
        return "a report could not be read; the log above says which"
    path, error = failures[0]
    return f"the query of {path} failed: {reason_of(error)}"
