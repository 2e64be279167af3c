"""Booting a node: preflight, one event, assemble, start, watch, stop; and an exit code for each way it ends."""

import asyncio
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import structlog

from reconciliation.engine.v1 import assemble as engine
from reconciliation.engine.v1.reasons import reason_of
from reconciliation.engine.v1.report import ReconciliationReport
from reconciliation.engine.v1.startup import ClaimAll, NodeNotStartedError
from reconciliation.node import preflight
from reconciliation.node.exit_codes import ExitCode
from reconciliation.node.parameters import effective_parameters, tell_findings
from reconciliation.node.signals import STOP_SIGNALS, ignore_signals
from reconciliation.rules.check import check, refusals
from reconciliation.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from reconciliation.rules.subject import Subject

Logger = structlog.typing.FilteringBoundLogger

LISTED: Final = 100
"""How many fills and orders an event lists by name; beyond that it counts."""


@dataclass(frozen=True, slots=True)
class BootResult:
    """How a node ended."""

    exit_code: ExitCode
    report: ReconciliationReport | None
    """The outcome of startup reconciliation; None when it did not come to one, or is disabled."""
    reason: str
    """Why it did not end well; empty when it did."""
    boot_secs: float
    """From the beginning of the boot until the trader ran, or the start failed."""


def run(
    settings: Settings,
    configure: engine.Configure | None,
    log: Logger,
    *,
    once: bool = False,
) -> BootResult:
    """Boot a node and watch it until it ends.

    Args:
        settings: they must name a cache, and a venue unless `configure` adds clients.
        configure: the user's function that adds clients, strategies and actors.
        log: where events go.
        once: reconcile, then stop; no user stream is opened, so nothing changes at the venue.
    """
    begun = time.monotonic()
    builder = engine.collect(settings, configure, read_only=once)
    subject = engine.subject(builder)
    findings = check(subject)
    if broken := refusals(findings):
        reason = str(engine.RulesBrokenError(broken))
        log.error("settings_refused", reason=reason, findings=[found.data() for found in broken])
        return BootResult(ExitCode.UNUSABLE, None, reason, time.monotonic() - begun)
    url = settings.cache.url
    try:
        if url is not None:
            preflight.check_cache(url.get_secret_value())
    except preflight.PreflightError as error:
        log.error("preflight_failed", reason=str(error))  # noqa: TRY400 - the reason says it all
        return BootResult(ExitCode.PREFLIGHT, None, str(error), time.monotonic() - begun)
    log.info("node_boot", **effective_parameters(settings, findings))
    tell_findings(log, findings)
    loop = engine.new_event_loop()
    assembled = engine.assemble(builder, loop=loop, read_only=once)
    watch = _Watch(assembled, subject, log, begun=begun, once=once)
    try:
        return loop.run_until_complete(watch.until_end())
    finally:
        assembled.node.dispose()


class _Watch:
    """One node from its start to its end."""

    def __init__(
        self,
        assembled: engine.Assembled,
        subject: "Subject",
        log: Logger,
        *,
        begun: float,
        once: bool,
    ) -> None:
        self._node = assembled.node
        self._startup = assembled.startup
        self._subject = subject
        self._log = log
        self._begun = begun
        self._once = once
        self._boot_secs = 0.0
        self._startup.on_claim_all = self._tell_claim_all
        self._startup.on_report = self._tell_report

    async def until_end(self) -> BootResult:
        """Run the node until a signal, the end of a single reconciliation, or its own end."""
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for sign in STOP_SIGNALS:
            loop.add_signal_handler(sign, stop.set)
        running = asyncio.ensure_future(self._node.run_async())
        stopping = asyncio.ensure_future(stop.wait())
        started = asyncio.ensure_future(self._startup.started.wait())
        try:
            await asyncio.wait({running, stopping, started}, return_when=asyncio.FIRST_COMPLETED)
            self._boot_secs = time.monotonic() - self._begun
            if self._startup.started.is_set():
                self._log.info("node_started", boot_secs=round(self._boot_secs, 3))
                if not self._once:
                    await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if self._startup.failed:  # it is stopping by itself, whatever signal comes meanwhile
                await asyncio.wait({running})
            if running.done():
                return self._ended(running)
            code = await self._stop(running)
            if self._once and self._startup.report is None:
                return self._result(ExitCode.NOT_FINE, "interrupted before it was done")
            return self._result(code, "" if code is ExitCode.FINE else "the code of a strategy or actor failed at stop")
        finally:
            stopping.cancel()
            started.cancel()
            for sign in STOP_SIGNALS:
                loop.remove_signal_handler(sign)
            ignore_signals()

    async def _stop(self, running: "asyncio.Future[None]") -> ExitCode:
        code = ExitCode.FINE
        if not self._startup.started.is_set():
            running.cancel()
        try:
            await self._node.stop_async()
        except Exception as error:  # noqa: BLE001 - user code runs in a stop; the venue is left properly all the same
            self._log.error("stop_failed", reason=reason_of(error))
            code = ExitCode.NOT_FINE
            await self._startup.disconnect()
        # The queues end on their sentinels; a start that was cancelled has ended already.
        await asyncio.wait({running}, timeout=self._subject.node.timeout_shutdown)
        running.cancel()
        self._log.info("node_stopped")
        return code

    def _ended(self, running: "asyncio.Future[None]") -> BootResult:
        error = running.exception()
        if isinstance(error, NodeNotStartedError):
            self._log.error("node_not_started", stage=error.stage, reason=error.reason)
            codes = {"connection": ExitCode.PREFLIGHT, "settings": ExitCode.UNUSABLE}
            return self._result(codes.get(error.stage, ExitCode.NOT_FINE), str(error))
        reason = "the node ended by itself" if error is None else reason_of(error)
        self._log.error("node_died", reason=reason)
        return self._result(ExitCode.NOT_FINE, reason)

    def _result(self, code: ExitCode, reason: str) -> BootResult:
        return BootResult(code, self._startup.report, reason, self._boot_secs)

    def _tell_claim_all(self, claim: ClaimAll) -> None:
        self._log.info("claim_all_resolved", strategy_id=claim.strategy_id, instruments=claim.instruments)

    def _tell_report(self, report: ReconciliationReport) -> None:
        tell: Callable[..., Any] = self._log.info if report.reconciled else self._log.error
        tell(
            "node_reconciled" if report.reconciled else "node_not_reconciled",
            duration_secs=round(report.duration_secs, 3),
            venue=report.venue_data(),
            node=report.node_data(),
            differences=report.differences_data()[:LISTED],
            fills_recovered_ids=sorted(str(fill) for fill in report.recovered)[:LISTED],
            inferred_fill_ids=sorted(str(fill) for fill in report.inferred)[:LISTED],
            open_orders=dict(sorted(report.after.open_orders.items())[:LISTED]),
            unverified_clients=list(report.unverified_clients),
            **({} if report.reconciled else {"reason": report.reason}),
        )
        if report.reconciled:
            known = {found.id for found in check(self._subject)}
            seen = check(self._subject.with_observed(self._startup.observed()))
            tell_findings(self._log, tuple(found for found in seen if found.id not in known))
