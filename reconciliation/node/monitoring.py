"""What a node tells its monitor: each event of its life in the monitor's words, and once a second what it counts."""

import asyncio
import ssl
import time
from collections.abc import Callable
from importlib.metadata import version

from reconciliation.engine import lifecycle
from reconciliation.engine.counts import Counts
from reconciliation.monitor.health import BEAT_SECS
from reconciliation.monitor.identity import Identity
from reconciliation.monitor.server import Access, MonitorServer
from reconciliation.monitor.status import Check, Counted, Discrepancy, Held, Status
from reconciliation.node.errors import MonitorError
from reconciliation.rules.plan import Plan
from reconciliation.settings import Settings
from reconciliation.settings.guards import GUARDS
from reconciliation.settings.monitor import MonitorSettings


class Monitoring:
    """Serves how a node is, from its boot to its end; it observes the node's lifecycle.

    Args:
        settings: of the node, with an enabled monitor.
        planned: what they mean.
        accounts: the accounts that it trades, as the engine names them.

    Attributes:
        url: where it is served.

    Raises:
        MonitorError: the address cannot be listened on, or the certificate cannot be read.
    """

    def __init__(self, settings: Settings, planned: Plan, accounts: tuple[str, ...]) -> None:
        self._status = Status(time.time, _periods(planned))
        try:
            access = _access(settings.monitor)
            self._server = MonitorServer(self._status, _identity(settings, planned, accounts), access)
        except (OSError, OverflowError) as error:
            raise MonitorError(settings.monitor.host, settings.monitor.port, error) from None
        self.url = self._server.url

    def close(self) -> None:
        """Serve no longer."""
        self._server.close()

    async def beat(self, counts: Callable[[], Counts]) -> None:
        """Tell the status every second that the event loop works, and what is counted; until it is cancelled.

        Args:
            counts: counts.
        """
        while True:
            self._status.beat(_counted(counts()))
            await asyncio.sleep(BEAT_SECS)

    def __call__(self, event: lifecycle.Event) -> None:  # noqa: C901 - a line an event
        """Tell the status of one event."""
        status = self._status
        match event:
            case lifecycle.Connected():
                status.connected()
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
            case lifecycle.NotStarted() | lifecycle.Died():
                status.ended(event.reason)
            case lifecycle.Stopped():
                status.ended()


def _periods(planned: Plan) -> dict[Check, float | None]:
    every = planned.periods
    return {
        Check.INFLIGHT: every.inflight_secs,
        Check.OPEN_ORDERS: every.open_secs,
        Check.POSITIONS: every.position_secs,
    }


def _identity(settings: Settings, planned: Plan, accounts: tuple[str, ...]) -> Identity:
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
        version=version("nautilus-recon"),
        engine_version=version("nautilus_trader"),
        guards={guard: guard in settings.node.guards for guard in GUARDS},
        begun=time.time(),
        planned={name: float(value) for name, value in figures.items() if value is not None},
        weight_limit=int(budget.limit_per_min or 0),
    )


def _access(settings: MonitorSettings) -> Access:
    credentials = None
    if settings.user is not None and settings.password is not None:
        credentials = f"{settings.user}:{settings.password.get_secret_value()}"
    tls = None
    if settings.tls_certificate is not None:
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        tls.load_cert_chain(settings.tls_certificate, settings.tls_key)
    return Access(settings.host, settings.port, credentials, tls)


def _counted(counts: Counts) -> Counted:
    return Counted(
        open_orders=counts.open_orders,
        inflight_orders=counts.inflight_orders,
        external_orders=counts.external_orders,
        discrepancies={Discrepancy(kind): count for kind, count in counts.unsettled.items()},
        oldest_inflight=counts.oldest_inflight,
        held_absent={Held(*absence): since for absence, since in counts.held_absent.items()},
    )
