"""Verification: the venue is asked once more, past the engine, and must agree with what the node now believes."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from msgspec import Struct
from nautilus_trader.live.execution_engine import LiveExecutionEngine
from nautilus_trader.model.identifiers import InstrumentId

from reconciliation.engine.client import Client
from reconciliation.engine.fills import Snapshot, new_fills
from reconciliation.engine.holdings import Difference, Filters, Holdings, Offset, differences, left_out
from reconciliation.engine.report import ReconciliationReport
from reconciliation.engine.v1.start.recording import FillRecorder, snapshot
from reconciliation.settings import Settings

# Fills and orders that come over the stream while the two sides are read make them differ for a moment.
LOOKS: Final = 4
PAUSE_SECS: Final = 0.25


class Comparison(Struct, frozen=True):
    """Venue and node side by side, once."""

    venue: Holdings
    differences: tuple[Difference, ...]
    left_out: tuple[str, ...]


class Verification:
    """Compares what the venue and the node hold after a reconciliation.

    Args:
        settings: what they say is left out is not compared.
        engine: the engine that reconciled.
        clients: its clients.
        recorder: what the venue told meanwhile.
    """

    def __init__(
        self, settings: Settings, engine: LiveExecutionEngine, clients: Sequence[Client], recorder: FillRecorder
    ) -> None:
        self._settings = settings
        self._engine = engine
        self._clients = clients
        self._recorder = recorder

    async def compare_until_steady(self, reconcile: Callable[[], Awaitable[object]]) -> Comparison:
        """Compare until venue and node agree, or differ in the same way twice in a row.

        An account that is traded while it is read differs for moments; what lasts is what counts. Between two looks
        the engine reconciles once more, for what no stream brings.

        Raises:
            Exception: whatever an adapter raises when the venue cannot be asked.
        """
        found = await self._compare()
        for _ in range(LOOKS - 1):
            if not found.differences:
                break
            offsets = {difference.offset for difference in found.differences}
            await asyncio.sleep(PAUSE_SECS)
            await reconcile()
            found = await self._compare(offsets)
        return found

    async def _compare(self, lasting: set[Offset] | None = None) -> Comparison:
        """Compare once; with offsets, only what differed in the same way before."""
        venue = Holdings()
        found: list[Difference] = []
        for client in self._clients:
            if not client.can_verify:
                continue
            there = await client.venue_holdings()
            found += differences(there, client.node_holdings(), self._filters())
            venue |= there
        if lasting is not None:
            found = [difference for difference in found if difference.offset in lasting]
        return Comparison(venue, tuple(found), left_out(venue, self._filters()))

    def _filters(self) -> Filters:
        claimed = {str(instrument_id) for instrument_id in self._engine.get_external_order_claims_instruments()}
        known = {client_order_id.value for client_order_id in self._engine._cache.client_order_ids()}
        return Filters(self._settings.reconciliation, owned=known | claimed)

    def disagreement(self, found: Comparison) -> str:
        """Return how venue and node differ, in words; empty when they agree."""
        if not found.differences:
            return ""
        first, *others = found.differences
        more = f" and {len(others)} more" if others else ""
        return f"venue and node differ: {first}{more}{self._not_loaded(first.instrument_id)}"

    def _not_loaded(self, instrument_id: str) -> str:
        """Say so when no client has loaded the instrument: the engine then skips all reports of it in silence."""
        if self._engine._cache.instrument(InstrumentId.from_str(instrument_id)) is not None:
            return ""
        return f" ({instrument_id} is not loaded: load it, or leave it out with RECON_INSTRUMENT_IDS)"

    def report(
        self, before: Snapshot, found: Comparison | None, *, reason: str, duration_secs: float
    ) -> ReconciliationReport:
        """Return what the reconciliation came to.

        Args:
            before: the cache before it.
            found: the last comparison; None when it did not come to one.
            reason: why it failed; empty when it did not.
            duration_secs: how long it all took.
        """
        after = snapshot(self._engine._cache)
        node = Holdings()
        for client in self._clients:
            node |= client.node_holdings()
        return ReconciliationReport(
            reconciled=not reason,
            reason=reason,
            duration_secs=duration_secs,
            venue=None if found is None else found.venue,
            node_positions=node.positions,
            differences=() if found is None else found.differences,
            before=before,
            after=after,
            fills=new_fills(before, after, reported=self._recorder.reported, streamed=self._recorder.streamed),
            left_out=() if found is None else found.left_out,
            unverified_clients=tuple(client.name for client in self._clients if not client.can_verify),
        )
