"""The first stage: every client connects, and what the settings name is found there.

The kernel awaits connections for as long as it may, also when a venue refused the keys at once.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from typing import Any

from reconciliation.engine.client import Client
from reconciliation.engine.v1.reasons import reason_of
from reconciliation.settings import Settings


class Connections:
    """The connections of one node's clients.

    Args:
        engine_clients: the execution and data clients, which have not connected yet.
    """

    def __init__(self, engine_clients: Iterable[Any]) -> None:
        self._refused: asyncio.Future[str] | None = None
        for client in engine_clients:
            self._watch(client)

    def _watch(self, client: Any) -> None:
        connect = client._connect

        async def watched() -> None:
            try:
                await connect()
            except Exception as error:
                if self._refused is not None and not self._refused.done():
                    self._refused.set_result(f"{client.id}: {reason_of(error)}")
                raise

        client._connect = watched

    async def failure(self, connected: Callable[[], Awaitable[bool]], timeout_secs: float) -> str:
        """Await connections, but no longer than the first refusal.

        Args:
            connected: the kernel's own wait, which ends after `timeout_secs`.
            timeout_secs: how long it may take.

        Returns:
            Why not every client connected; empty when they did.
        """
        self._refused = asyncio.get_running_loop().create_future()
        connecting: asyncio.Future[Any] = asyncio.ensure_future(connected())
        try:
            await asyncio.wait({connecting, self._refused}, return_when=asyncio.FIRST_COMPLETED)
            if self._refused.done():
                return self._refused.result()
            return "" if await connecting else f"not every client connected within {timeout_secs:g} s"
        finally:
            connecting.cancel()


def contradictions(settings: Settings, clients: Sequence[Client], loaded: set[str]) -> Iterator[str]:
    """Yield where the settings contradict what the connected clients found.

    Args:
        settings: of the node.
        clients: its execution clients.
        loaded: the ids of all loaded instruments.
    """
    yield from _wrong_position_modes(settings, clients)
    if settings.reconciliation.enabled:
        yield from _unloaded_filters(settings, loaded)
    if "E19" not in settings.node.accept:
        yield from _unloaded_claims(settings, loaded)


def _wrong_position_modes(settings: Settings, clients: Sequence[Client]) -> Iterator[str]:
    wanted = settings.node.position_mode
    for client in clients:
        found = client.position_mode
        if found is not None and found != wanted:
            yield (
                f"{client.name} keeps positions in {found} mode and node.position_mode says {wanted};"
                f" set RECON_NODE_POSITION_MODE={found}, or change the account"
            )


def _unloaded_filters(settings: Settings, loaded: set[str]) -> Iterator[str]:
    """Tell what the instrument filter names that is not loaded: nothing would be reconciled, and all called well."""
    for instrument_id in settings.reconciliation.instrument_ids or ():
        if instrument_id in loaded:
            continue
        hint = (
            "write a comma between two ids"
            if " " in instrument_id
            else f"load it, or correct it{_near(instrument_id, loaded)}"
        )
        origin = settings.origins.get("reconciliation.instrument_ids", "reconciliation.instrument_ids")
        yield f"{origin}: instrument_ids names {instrument_id}, and no client has loaded it; {hint}"


def _near(instrument_id: str, loaded: set[str]) -> str:
    """Return the perpetual where a spot id was written, and the other way round."""
    symbol, _, venue = instrument_id.rpartition(".")
    other = f"{symbol.removesuffix('-PERP')}.{venue}" if symbol.endswith("-PERP") else f"{symbol}-PERP.{venue}"
    return f" (did you mean {other}?)" if other in loaded else ""


def _unloaded_claims(settings: Settings, loaded: set[str]) -> Iterator[str]:
    """Tell which claims name an instrument that is not loaded; the engine passes over them and succeeds."""
    for strategy_id, claim in settings.claims.items():
        for instrument_id in claim.instrument_ids:
            if instrument_id not in loaded:
                yield (
                    f"E19: {strategy_id} claims {instrument_id}, and no client has loaded it;"
                    f" load it, correct claims.{strategy_id}.instrument_ids, or accept E19"
                )
