"""Startup reconciliation within its time limit, verified.

The engine enforces no limit, and its mass status is no picture of the venue: success is taken from the return value of
`reconcile_execution_state` and from the venue.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from reconciliation.engine.client import Client
from reconciliation.engine.lifecycle import Lifecycle, Reconciled
from reconciliation.engine.report import ReconciliationReport
from reconciliation.engine.v1.reasons import reason_of
from reconciliation.engine.v1.start.progress import Progress
from reconciliation.engine.v1.start.recording import snapshot
from reconciliation.engine.v1.start.verify import Comparison, Verification


async def reconciled_and_verified(
    reconcile: Callable[[], Awaitable[bool]],
    verification: Verification,
    clients: Sequence[Client],
    cache: object,
    *,
    timeout_secs: float,
    progress: Progress,
    lifecycle: Lifecycle,
) -> ReconciliationReport:
    """Reconcile, then ask the venue once more; both within the time limit.

    Args:
        reconcile: the engine's own reconciliation.
        verification: compares afterwards.
        clients: asked why a mass status was refused.
        cache: the engine's.
        timeout_secs: how long it may take altogether.
        progress: tells how far it is.
        lifecycle: told when the engine is done.
    """
    loop = asyncio.get_running_loop()
    begun = loop.time()
    before = snapshot(cache)
    found: Comparison | None = None
    try:
        async with progress.told(timeout_secs), asyncio.timeout(timeout_secs):
            succeeded = await reconcile()
            lifecycle.emit(Reconciled(succeeded, progress.secs))
            if succeeded:
                progress.verifies()
                found = await verification.compare_until_steady(reconcile)
                reason = verification.disagreement(found)
            else:
                refused = next(filter(None, (client.mass_status_failure for client in clients)), "")
                reason = refused or "the engine could not reconcile; its log says why"
    except TimeoutError:
        # One synchronous stretch may have outlived the limit, which is noticed at its end: a start that would have
        # taken so long is refused all the same, with what would let it through.
        reason = f"not done within timeout_reconciliation ({timeout_secs:g} s): {progress.overrun()}"
    except Exception as error:  # noqa: BLE001 - an adapter may raise anything; none of it may pass for success
        reason = f"the venue could not be asked a second time: {reason_of(error)}"
    return verification.report(before, found, reason=reason, duration_secs=loop.time() - begun)
