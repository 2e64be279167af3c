"""One live node, from its draft to its end: the same object for `recon run` and for a program of the user's own."""

import asyncio
import logging
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any, Final, NoReturn, Self

from reconciliation.engine.builder import NodeBuilder
from reconciliation.engine.errors import NodeNotStartedError
from reconciliation.engine.generation import EngineNode, generation
from reconciliation.engine.lifecycle import (
    Booting,
    Died,
    Event,
    LeaseTaken,
    Lifecycle,
    Monitored,
    NotStarted,
    Observer,
    PreflightFound,
    RuleBroken,
    SettingsWarned,
    Started,
    StopFailed,
    Stopped,
    Stopping,
    StopWaits,
)
from reconciliation.engine.report import ReconciliationReport
from reconciliation.engine.user_code import place_in
from reconciliation.errors import ReconError, UnusableError
from reconciliation.node.cache_repair import CacheRepair
from reconciliation.node.draft import Draft
from reconciliation.node.errors import (
    ConfigureError,
    LeaseLostError,
    NodeDiedError,
    NodeInterruptedError,
    PreflightError,
)
from reconciliation.node.gatekeeper import Gatekeeper
from reconciliation.node.lease import PREFIX as LEASES
from reconciliation.node.observation import Observation
from reconciliation.node.outside import OUTSIDE, Closing, Held, Outside
from reconciliation.node.parameters import effective_parameters
from reconciliation.node.preflight.outcome import failed
from reconciliation.node.signals import StopRequest
from reconciliation.node.watchdog import Watchdog, start_limit
from reconciliation.rules.check import check
from reconciliation.rules.finding import Finding
from reconciliation.rules.plan import plan
from reconciliation.settings import Settings

UNTOLD_SECS: Final = 1.0
"""For so long the last tasks of a node are awaited without a word."""
KEPT: Final = b"kept"
"""The mark that is written for the sake of the connection."""
LEAVES_WITHIN_SECS: Final = 2.0
"""How long a node that has lost its lease may take to close its connections."""


class Node:
    """A built node that has not run yet; its surroundings were looked at, and are usable.

    Args:
        draft: what it is made of, judged already.
        settings: the draft's settings, with the addresses of what it lacked; the draft's own when absent.
        observers: told everything that happens to it, from its boot on.
        stop: the wish to stop it; one of its own when absent.
        outside: how it reaches what is around it.

    Raises:
        PreflightError: the cache or a venue is not usable.
        LeaseHeldError: another node holds the trader id, or an account.
        ClaimError: two strategies claim one instrument.
        ConfigureError: the engine cannot build what was added.
        MonitorError: the monitor's address cannot be listened on, or its certificate cannot be read.
        UnusableError: the ready file cannot be written.
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
        self._thread = threading.get_ident()
        self._loop = _running_loop() or generation().new_event_loop()
        self._begun = self._loop.time()
        self._draft = draft
        self._outside = outside
        self._stop_request = stop or StopRequest()
        self._is_stopped = self._is_disposed = False
        self._repair: CacheRepair | None = None
        self._lifecycle = Lifecycle()
        self._stuck = ""
        self._is_stuck = asyncio.Event()
        self._watchdog = Watchdog(self.settings, self._lifecycle.emit, self._exit_stuck)
        for observer in observers:
            self._lifecycle.observe(observer)
        self._supervision = None if draft.read_only else outside.supervise(self.settings)
        if self._supervision is not None:
            self._lifecycle.observe(self._supervision)
        self._heap = outside.settle() if "settled_heap" in self.settings.node.accelerate else None
        builder = draft.furnished(self.settings)
        outcomes = outside.preflight(self.settings, builder)
        if refused := failed(outcomes):
            raise PreflightError.of(refused)
        self._stop_request.raise_if_made()
        parameters = effective_parameters(self.settings, draft.subject, draft.findings)
        self._lifecycle.emit(Booting(parameters))
        for warning in self.settings.warnings:
            self._lifecycle.emit(SettingsWarned(warning.data()))
        self._emit_findings(draft.findings)
        for outcome in outcomes:
            if outcome.verdict == "warn":
                self._lifecycle.emit(PreflightFound(outcome.name, outcome.found, outcome.action))
        self._leases = self._taken_leases(builder)
        try:
            self._engine_node: EngineNode = self._assembled(builder)
            if self._leases is not None:
                self._engine_node.fence(self._leases.is_ours)
            self._observation = self._observed()
        except BaseException:
            self._release_leases()
            raise

    def _taken_leases(self, builder: NodeBuilder) -> Held | None:
        url = self.settings.cache.url
        if not self.settings.node.lease or url is None:
            return None
        accounts = sorted({f"account:{name}" for name in generation().account_names(builder)})
        names = (f"trader:{self.settings.node.trader_id}", *accounts)
        tell, go_on = self._told_by_any_thread, self._stop_request.raise_if_made
        return self._outside.take_leases(url.get_secret_value(), names, self.settings.node, tell, go_on)

    def _release_leases(self) -> None:
        leases, self._leases = self._leases, None
        if leases is not None:
            leases.release()

    def _told_by_any_thread(self, event: Event) -> None:
        if threading.get_ident() == self._thread:
            self._lifecycle.emit(event)
        else:
            with suppress(RuntimeError):  # the loop is closed, and the node with it
                self._loop.call_soon_threadsafe(self._lifecycle.emit, event)

    def _assembled(self, builder: NodeBuilder) -> EngineNode:
        try:
            return generation().assemble(builder, self._lifecycle, loop=self._loop, read_only=self._draft.read_only)
        except ReconError:
            raise
        except Exception as error:
            if refused := failed(self._outside.unloadable(self.settings)):
                raise PreflightError.of(refused) from error
            reason = generation().reason_of(error)
            raise ConfigureError(f"what was added cannot be built: {reason} {place_in(error)}".rstrip()) from error

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
        return (self._observation.url or None) if self._observation else None

    def _observed(self) -> Observation | None:
        if self._draft.read_only:
            return None
        try:
            observation = self._outside.observe(self.settings, plan(self._draft.subject), self._engine_node.accounts)
        except ReconError:
            self._engine_node.dispose()
            raise
        if self._leases is not None:  # taken before it could be told
            observation(LeaseTaken(self._leases.numbers))
        self._lifecycle.observe(observation)
        if observation.url:
            self._lifecycle.emit(Monitored(observation.url))
        if self._heap is not None:
            self._lifecycle.observe(self._heap)
        return observation

    def _gatekept(self, observation: Observation) -> Gatekeeper:
        gate = self._engine_node.gate if self.settings.node.gate == "halt_opens" else None
        keeper = Gatekeeper(observation.status, self.settings, gate, self._lifecycle.emit, observation.now)
        self._lifecycle.observe(keeper)
        return keeper

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
            NodeDiedError: it ended by itself, or was stuck.
            LeaseLostError: it lost its lease, and left at once; no strategy was asked to stop.
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
            NodeDiedError: it ended by itself, or was stuck.
            NodeInterruptedError: it is read only, and was to stop before it had reconciled.
        """
        if asyncio.get_running_loop() is not self._loop:
            raise UnusableError("the node was built for another event loop", "build it on the loop that is to run it")
        running = asyncio.ensure_future(self._engine_node.run())
        stopping = asyncio.ensure_future(self._stop_request.made())
        lost = asyncio.ensure_future(self._lost())
        stuck = asyncio.ensure_future(self._is_stuck.wait())
        beating = asyncio.ensure_future(self._beat())
        cache_watch, self._repair = self._cache_watch(), self._cache_repair()
        try:
            await self._lived({running, stopping, lost, stuck})
            await (self._halted(running) if lost.done() and not running.done() else self._ended(running))
        except BaseException:
            # Cancelled, or an error of ours: it must not trade on unwatched.
            if not running.done() and not self._is_stopped:
                with suppress(ReconError):
                    await self._stopped(running)
            raise
        finally:
            for waiting in (stopping, lost, stuck, beating):
                waiting.cancel()
            for closing in (cache_watch, self._repair):
                if closing is not None:
                    closing.close()

    def _exit_stuck(self, reason: str) -> None:
        self._stuck = self._stuck or reason
        self._is_stuck.set()

    async def _lived(self, ends: set[asyncio.Future[Any]]) -> None:
        """Return once the node is to end: one of these is done, or its work is."""
        started = asyncio.ensure_future(self._engine_node.started.wait())
        judging: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        try:
            await self._start_over(ends | {started})
            self.boot_secs = self._loop.time() - self._begun
            if not self._engine_node.started.is_set():
                return
            self._lifecycle.emit(Started(self.boot_secs))
            judging = asyncio.ensure_future(self._judge_what_was_seen())
            await asyncio.wait(ends | {judging}, return_when=asyncio.FIRST_COMPLETED)
            if not self._draft.read_only:
                await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            await judging
        finally:
            started.cancel()
            judging.cancel()

    async def _start_over(self, ends: set[asyncio.Future[Any]]) -> None:
        """Return once one of these is done; a start that lasts for longer than it may is told meanwhile."""
        limit = start_limit(self.settings)
        done, _ = await asyncio.wait(ends, timeout=limit, return_when=asyncio.FIRST_COMPLETED)
        if not done and not self.is_started:
            self._watchdog.found(f"the start is not over after {limit:g} s")
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)

    def dispose(self) -> None:
        """Free what the engine holds; nothing when that was done already."""
        if not self._is_disposed:
            self._is_disposed = True
            for told in (self._observation, self._supervision, self._heap):
                if told is not None:
                    told.close()
            self._engine_node.dispose()
            self._release_leases()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.dispose()

    def _may_write(self) -> Callable[[], bool]:
        """Return what tells whether the database is this node's to write to."""
        return self._leases.is_ours if self._leases is not None else lambda: True

    def _cache_watch(self) -> Closing | None:
        url, writes = self.settings.cache.url, self._engine_node.writes
        if url is None or writes is None:
            return None

        may = self._may_write()

        def keep() -> None:
            if may():
                writes.mark(KEPT)

        return self._outside.watch_cache(url.get_secret_value(), self._lifecycle.emit, self._loop, keep)

    def _cache_repair(self) -> CacheRepair | None:
        url, writes = self.settings.cache.url, self._engine_node.writes
        if url is None or writes is None:
            return None
        trader_id = self.settings.node.trader_id
        lease = f"{LEASES}trader:{trader_id}" if self._leases else None
        keys = self._outside.trader_keys(url.get_secret_value(), trader_id, lease)
        repair = CacheRepair(writes, keys, self._lifecycle.emit, self._may_write())
        self._lifecycle.observe(repair)
        return repair

    async def _beat(self) -> None:
        if self._observation is not None:
            observation, keeper = self._observation, self._gatekept(self._observation)

            def judge() -> None:
                keeper.judge()
                if self._supervision is not None:
                    self._supervision.beat()
                self._watchdog.judge(observation.status, is_idle=self._engine_node.is_idle, now=observation.now())

            await observation.beat(self._engine_node.counts, judge)

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

    async def _lost(self) -> None:
        """Return once a lease is lost."""
        if self._leases is None:
            await asyncio.get_running_loop().create_future()
        else:
            await self._leases.lost()

    async def _halted(self, running: "asyncio.Future[None]") -> NoReturn:
        """Leave at once: another node may trade this account by now."""
        self._is_stopped = True
        running.cancel()
        with suppress(Exception):
            await asyncio.wait_for(self._engine_node.halt(), LEAVES_WITHIN_SECS)
        raise LeaseLostError("the node's lease was lost", "find out who runs it elsewhere, or what paused it")

    async def _ended(self, running: "asyncio.Future[None]") -> None:
        """Come to its end: stop it, unless it stops by itself, whatever is asked of it meanwhile."""
        if self._engine_node.failed:
            await asyncio.wait({running})
        if running.done():
            self._raise_why_it_ended(running)
        await self._stopped(running)

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
        limit = self.settings.node.timeout_shutdown
        done, _ = await asyncio.wait({running}, timeout=min(UNTOLD_SECS, limit))
        if not done and limit > UNTOLD_SECS:
            self._lifecycle.emit(StopWaits("the engine's queues to end", limit - UNTOLD_SECS))
            await asyncio.wait({running}, timeout=limit - UNTOLD_SECS)
        running.cancel()
        if self._repair is not None and not await self._repair.finish():
            failure = failure or NodeDiedError("the cache's database was away, and lacks what was written meanwhile")
        if self._stuck:
            self._lifecycle.emit(Died(self._stuck))
            raise NodeDiedError(f"the node was stuck, and has been stopped: {self._stuck}")
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
