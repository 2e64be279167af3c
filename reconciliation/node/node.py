"""One live node, from its draft to its end: the same object for `recon run` and for a program of the user's own."""

import asyncio
import logging
from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Self

from reconciliation.engine.errors import NodeNotStartedError
from reconciliation.engine.generation import EngineNode, generation
from reconciliation.engine.lifecycle import (
    Booting,
    Died,
    Lifecycle,
    Monitored,
    NotStarted,
    Observer,
    RuleBroken,
    SettingsWarned,
    Started,
    StopFailed,
    Stopped,
    Stopping,
)
from reconciliation.engine.report import ReconciliationReport
from reconciliation.errors import ReconError, UnusableError
from reconciliation.node.draft import Draft
from reconciliation.node.errors import ConfigureError, NodeDiedError, NodeInterruptedError
from reconciliation.node.outside import OUTSIDE, Closing, Outside
from reconciliation.node.parameters import effective_parameters
from reconciliation.node.signals import StopRequest
from reconciliation.node.user_code import place_in
from reconciliation.rules.check import check
from reconciliation.rules.finding import Finding
from reconciliation.rules.plan import plan
from reconciliation.settings import Settings

if TYPE_CHECKING:
    from reconciliation.node.observation import Observation


class Node:
    """A built node that has not run yet; its surroundings were looked at, and are usable.

    Args:
        draft: what it is made of, judged already.
        settings: the draft's settings, with the addresses of what it lacked; the draft's own when absent.
        observers: told everything that happens to it, from its boot on.
        stop: the wish to stop it; one of its own when absent.
        outside: how it reaches what is around it.

    Raises:
        PreflightError: the cache is not usable.
        ClaimError: two strategies claim one instrument.
        ConfigureError: the engine cannot build what was added.
        MonitorError: the monitor's address cannot be listened on, or its certificate cannot be read.
        StopRequestedError: it was to stop before it was built.
    """

    def __init__(
        self,
        draft: Draft,
        settings: Settings | None = None,
        *,
        observers: Iterable[Observer] = (),
        stop: StopRequest | None = None,
        outside: Outside = OUTSIDE,
    ) -> None:
        self.settings = settings or draft.builder.settings
        self.findings = draft.findings
        """What the rules say of it; refusals are not among them, unless they were accepted."""
        self.boot_secs = 0.0
        """From its construction until the trader ran, or the start failed."""
        self._loop = _running_loop() or generation().new_event_loop()
        self._begun = self._loop.time()
        self._draft = draft
        self._outside = outside
        self._stop_request = stop or StopRequest()
        self._is_stopped = self._is_disposed = False
        self._lifecycle = Lifecycle()
        for observer in observers:
            self._lifecycle.observe(observer)
        if self.settings.cache.url is not None:
            outside.check_cache(self.settings.cache.url.get_secret_value())
        self._stop_request.raise_if_made()
        parameters = effective_parameters(self.settings, draft.subject, draft.findings)
        self._lifecycle.emit(Booting(parameters))
        for warning in self.settings.warnings:
            self._lifecycle.emit(SettingsWarned(warning.data()))
        self._emit_findings(draft.findings)
        try:
            self._engine_node: EngineNode = generation().assemble(
                draft.furnished(self.settings), self._lifecycle, loop=self._loop, read_only=draft.read_only
            )
        except ReconError:
            raise
        except Exception as error:
            reason = generation().reason_of(error)
            raise ConfigureError(f"what was added cannot be built: {reason} {place_in(error)}".rstrip()) from error
        self._observation = self._observed()

    @property
    def trading_node(self) -> Any:
        """The engine's own node, for what only it knows; it is run and stopped through this object."""
        return self._engine_node.trading_node

    @property
    def is_started(self) -> bool:
        """Whether its trader has begun to run."""
        return self._engine_node.started.is_set()

    @property
    def report(self) -> ReconciliationReport | None:
        """The outcome of startup reconciliation; None when it did not come to one, or is disabled."""
        return self._engine_node.report

    @property
    def monitor_url(self) -> str | None:
        """Where its metrics and its health are served; None where they are not."""
        return None if self._observation is None else self._observation.url

    def _observed(self) -> "Observation | None":
        if not self.settings.monitor.enabled or self._draft.read_only:
            return None
        try:
            observation = self._outside.observe(self.settings, plan(self._draft.subject), self._engine_node.accounts)
        except ReconError:
            self._engine_node.dispose()
            raise
        self._lifecycle.observe(observation)
        self._lifecycle.emit(Monitored(observation.url))
        return observation

    def observe(self, observer: Observer) -> None:
        """Call an observer with everything that happens from now on; it must not block."""
        self._lifecycle.observe(observer)

    def stop(self) -> None:
        """Ask the node to stop; safe from any thread, and from its own strategies."""
        self._stop_request.make("stop()")

    def run(self) -> None:
        """Start, and run until a stop signal, a call of `stop`, or the node's own end; a read-only one reconciles only.

        Raises:
            NodeNotStartedError: the start failed; the node has been stopped.
            NodeDiedError: it ended by itself.
            NodeInterruptedError: it is read only, and was to stop before it had reconciled.
            UnusableError: an event loop runs already.
        """
        if _running_loop() is not None:
            raise UnusableError("run() was called on a running event loop", "await run_async() instead")
        try:
            with self._stop_request.hearing_signals():
                self._loop.run_until_complete(self.run_async())
        finally:
            self.dispose()

    async def run_async(self) -> None:
        """Do as `run` does, on a loop that runs already, and leave signals and `dispose` to the caller.

        Cancelling it stops the node in an orderly way too.

        Raises:
            UnusableError: the node was built for another event loop.
            NodeNotStartedError: as `run` does; so the next two.
            NodeDiedError: it ended by itself.
            NodeInterruptedError: it is read only, and was to stop before it had reconciled.
        """
        if asyncio.get_running_loop() is not self._loop:
            raise UnusableError("the node was built for another event loop", "build it on the loop that is to run it")
        running = asyncio.ensure_future(self._engine_node.run())
        stopping = asyncio.ensure_future(self._stop_request.made())
        started = asyncio.ensure_future(self._engine_node.started.wait())
        judging: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        beating = asyncio.ensure_future(self._beat())
        cache_watch = self._cache_watch()
        try:
            await asyncio.wait({running, stopping, started}, return_when=asyncio.FIRST_COMPLETED)
            self.boot_secs = self._loop.time() - self._begun
            if self._engine_node.started.is_set():
                self._lifecycle.emit(Started(self.boot_secs))
                judging = asyncio.ensure_future(self._judge_what_was_seen())
                await asyncio.wait({running, stopping, judging}, return_when=asyncio.FIRST_COMPLETED)
                if not self._draft.read_only:
                    await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
                await judging
            if self._engine_node.failed:  # it is stopping by itself, whatever is asked of it meanwhile
                await asyncio.wait({running})
            if running.done():
                self._raise_why_it_ended(running)
            await self._stopped(running)
        except BaseException:
            # Cancelled, or an error of ours: it must not trade on unwatched.
            if not running.done() and not self._is_stopped:
                with suppress(ReconError):
                    await self._stopped(running)
            raise
        finally:
            for waiting in (stopping, started, judging, beating):
                waiting.cancel()
            if cache_watch is not None:
                cache_watch.close()

    def dispose(self) -> None:
        """Free what the engine holds; nothing when that was done already."""
        if not self._is_disposed:
            self._is_disposed = True
            if self._observation is not None:
                self._observation.close()
            self._engine_node.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.dispose()

    def _cache_watch(self) -> Closing | None:
        url = self.settings.cache.url
        if url is None or self._draft.read_only:
            return None
        return self._outside.watch_cache(url.get_secret_value(), self._lifecycle.emit, self._loop)

    async def _beat(self) -> None:
        if self._observation is not None:
            await self._observation.beat(self._engine_node.counts)

    async def _judge_what_was_seen(self) -> None:
        """Judge once more by what the boot saw, in a thread: the search for a worst phase may take a while."""
        if self.report is None:
            return
        known = {finding.id for finding in self.findings}
        try:
            seen = self._draft.subject.with_observed(self._engine_node.observed())
            found = await asyncio.to_thread(check, seen)
        except Exception:  # a judgement that only warns ends nothing
            logging.getLogger(__name__).exception("what the boot saw could not be judged")
            return
        self._emit_findings(finding for finding in found if finding.id not in known)

    def _emit_findings(self, findings: Iterable[Finding]) -> None:
        for finding in findings:
            self._lifecycle.emit(RuleBroken(finding))

    def _raise_why_it_ended(self, running: "asyncio.Future[None]") -> None:
        error = running.exception()
        if isinstance(error, NodeNotStartedError):
            self._lifecycle.emit(NotStarted(error.stage, error.reason))
            raise error
        reason = "the node ended by itself" if error is None else generation().reason_of(error)
        self._lifecycle.emit(Died(reason))
        raise NodeDiedError(reason)

    async def _stopped(self, running: "asyncio.Future[None]") -> None:
        failure: ReconError | None = None
        self._is_stopped = True
        self._lifecycle.emit(Stopping())
        if not self._engine_node.started.is_set():
            running.cancel()
        try:
            await self._engine_node.stop()
        except Exception as error:  # noqa: BLE001 - user code runs in a stop; the venue is left properly all the same
            self._lifecycle.emit(StopFailed(generation().reason_of(error)))
            failure = NodeDiedError("the code of a strategy or actor failed at stop")
            await self._engine_node.leave_venues()
        # The queues end on their sentinels; a start that was cancelled has ended already.
        await asyncio.wait({running}, timeout=self.settings.node.timeout_shutdown)
        running.cancel()
        self._lifecycle.emit(Stopped())
        if self._draft.read_only and self.report is None:
            failure = NodeInterruptedError()
        if failure is not None:
            raise failure


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None
