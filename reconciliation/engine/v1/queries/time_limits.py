"""The time limit guard: a hung venue does not stall the checks, at any venue."""

import asyncio
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, Final

REPORT_CALLS: Final = (
    "generate_order_status_report",
    "generate_order_status_reports",
    "generate_fill_reports",
    "generate_position_status_reports",
)

_running: Final[set[asyncio.Future[Any]]] = set()
"""The loop itself holds none."""

_whole: ContextVar[bool] = ContextVar("_whole", default=False)


def limit_reports(client: Any, secs: float) -> None:
    """Give each report query of a client a time limit, after which it raises TimeoutError.

    The engine's checks are one serial coroutine without any, so that one hung call stalls them all. A mass status is
    left alone: it asks for much more, and startup has a limit of its own.
    """
    generate = client.generate_mass_status

    async def generate_mass_status(lookback_mins: int | None = None) -> Any:
        token = _whole.set(True)
        try:
            return await generate(lookback_mins)
        finally:
            _whole.reset(token)

    client.generate_mass_status = generate_mass_status
    for name in REPORT_CALLS:
        setattr(client, name, _limited(getattr(client, name), name, secs))


def _limited(call: Callable[[Any], Any], name: str, secs: float) -> Callable[[Any], Any]:
    async def limited(command: Any) -> Any:
        if _whole.get():
            return await call(command)
        query = asyncio.ensure_future(call(command))
        _running.add(query)
        query.add_done_callback(_ended)
        try:
            done, _ = await asyncio.wait({query}, timeout=secs)
        finally:
            query.cancel()
        if done:
            return query.result()
        # It is not waited for any more: Kraken's client takes the end of one question as its answer and asks the next.
        raise TimeoutError(f"{name} was not answered within {secs:g} s")

    return limited


def _ended(query: asyncio.Future[Any]) -> None:
    _running.discard(query)
    if not query.cancelled():
        query.exception()  # of one that nobody waits for any more
