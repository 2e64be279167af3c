"""A node as its status sees it: each event of its life in the monitor's words, and once a second what it counts."""

import asyncio
import logging
import time
from collections.abc import Callable

from msgspec.structs import asdict

from reconciliation.engine import lifecycle
from reconciliation.engine.counts import Counts
from reconciliation.monitor.health import BEAT_SECS
from reconciliation.monitor.identity import Identity
from reconciliation.monitor.status import Check, Counted, Discrepancy, Held, StartupProgress, Status
from reconciliation.rules.plan import Plan
from reconciliation.settings import Settings
from reconciliation.settings.guards import GUARDS
from reconciliation.versions import engine_version, package_version


class Observation:
    """Keeps the status of one node, whose lifecycle it observes.

    Args:
        settings: of the node.
        planned: what they mean.
        accounts: the accounts that it trades, as the engine names them.
        now: the clock, seconds since the epoch.

    Attributes:
        now: the clock.
        status: of the node.
        identity: of the node.
        url: where it is served; empty where it is not.
    """

    url = ""

    def __init__(
        self,
        settings: Settings,
        planned: Plan,
        accounts: tuple[str, ...],
        now: Callable[[], float] = time.time,
    ) -> None:
        self.now = now
        self.status = Status(now, _periods(planned), has_database=settings.cache.url is not None)
        self.identity = _identity(settings, planned, accounts, now())

    def close(self) -> None:
        """Tell nobody any more."""

    async def beat(self, counts: Callable[[], Counts], then: Callable[[], None]) -> None:
        """Tell the status every second that the event loop works, and what is counted; until it is cancelled.

        Args:
            counts: looks what the node holds at that moment.
            then: called after each beat.
        """
        could_not = ""
        while True:
            try:
                self.status.beat(_counted(counts()))
                could_not = ""
            except Exception as error:  # the loop works all the same, and that is what a heartbeat says
                self.status.beat()
                if could_not != (could_not := repr(error)):
                    logging.getLogger(__name__).exception("what the node does could not be counted")
            then()
            await asyncio.sleep(BEAT_SECS)

    def __call__(self, event: lifecycle.Event) -> None:  # noqa: C901, PLR0912 - a line an event
        """Tell the status of one event."""
        status = self.status
        match event:
            case lifecycle.Connected():
                status.connected()
            case lifecycle.StartupProgress():
                status.reconciles(StartupProgress(**asdict(event)))
            case lifecycle.Verified(report):
                status.verified(succeeded=report.reconciled, secs=report.duration_secs, reason=report.reason or "")
                status.recovered(len(report.fills.recovered), "startup")
                status.inferred(len(report.fills.inferred))
            case lifecycle.Started():
                status.started()
            case lifecycle.CheckEnded(check, secs, reason):
                status.checked(Check(check), secs, reason)
            case lifecycle.FillBrought("venue"):
                status.recovered(1, "runtime")
            case lifecycle.FillBrought("inferred"):
                status.inferred()
            case lifecycle.FillToldTwice():
                status.told_twice()
            case lifecycle.ExternalOrderSeen():
                status.external_seen()
            case lifecycle.CacheLost(reason):
                status.cache_lost(reason)
            case lifecycle.CacheBack():
                status.cache_back()
            case lifecycle.GateClosed(reason):
                status.gate_closed(reason)
            case lifecycle.GateOpened():
                status.gate_opened()
            case lifecycle.ExposureDenied():
                status.exposure_denied()
            case lifecycle.LeaseTaken(leases):
                status.leased(leases)
            case lifecycle.LeaseLost():
                status.lease_lost()
            case lifecycle.WritesMissing(keys):
                status.writes_missing(len(keys))
            case lifecycle.WritesMended(keys):
                status.writes_mended(len(keys))
            case lifecycle.NotStarted() | lifecycle.Died():
                status.ended(event.reason)
            case lifecycle.Stopping() | lifecycle.Stopped():
                status.ended()


def _periods(planned: Plan) -> dict[Check, float | None]:
    every = planned.periods
    return {
        Check.INFLIGHT: every.inflight_secs,
        Check.OPEN_ORDERS: every.open_secs,
        Check.POSITIONS: every.position_secs,
    }


def _identity(settings: Settings, planned: Plan, accounts: tuple[str, ...], begun: float) -> Identity:
    budget = planned.budget
    figures = {
        "lost_fill_repaired_seconds": planned.lost_fill,
        "lost_cancel_repaired_seconds": planned.lost_cancel,
        "lost_ack_repaired_seconds": planned.lost_ack,
        "idle_weight_per_minute": budget.idle_weight_per_min,
        "worst_weight_per_minute": budget.worst_weight_per_min,
    }
    return Identity(
        trader_id=settings.node.trader_id,
        account=",".join(accounts),
        preset=settings.preset,
        fingerprint=settings.fingerprint,
        version=package_version(),
        engine_version=engine_version(),
        guards={guard: guard in settings.node.guards for guard in GUARDS},
        reconciles=settings.reconciliation.enabled,
        begun=begun,
        planned={name: float(value) for name, value in figures.items() if value is not None},
        weight_limit=int(budget.limit_per_min or 0) if budget.unit == "weight" else 0,
    )


def _counted(counts: Counts) -> Counted:
    return Counted(
        open_orders=counts.open_orders,
        used_weight=counts.used_weight,
        inflight_orders=counts.inflight_orders,
        external_orders=counts.external_orders,
        discrepancies={Discrepancy(kind): count for kind, count in counts.unsettled.items()},
        oldest_inflight=counts.oldest_inflight,
        held_absent={Held(*absence): since for absence, since in counts.held_absent.items()},
        positions=counts.positions,
        checks_alive=counts.checks_alive,
    )
