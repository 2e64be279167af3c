"""The way through a schedule, the same on every carrier: a step an operation, a pause wherever time must pass."""

from collections.abc import Iterator
from typing import Final

from reconciliation.drill.anomalies import Anomaly, Kind
from reconciliation.drill.carrier import Carrier, Pause
from reconciliation.drill.checks import Asked, Holds, Refused
from reconciliation.drill.judge import Judge
from reconciliation.drill.operation import Operation
from reconciliation.drill.schedule import (
    Amend,
    Boot,
    Cancel,
    Heal,
    InterruptCache,
    Kill,
    Lag,
    LoseCache,
    Neighbour,
    Schedule,
    Settle,
    Silence,
    SlowCache,
    Stop,
    Submit,
    TakeOver,
    Until,
    Wait,
)
from reconciliation.drill.stage import Played, at_venue
from reconciliation.drill.venues import VENUES
from reconciliation.rules.stages import shutdown_secs
from reconciliation.settings import Settings

STOPPED_WITHIN_SECS: Final = 5.0
"""What a supervisor allows a stop beyond what the settings say."""


class Walk:
    """Goes through one schedule.

    Args:
        settings: of the node, placed where the carrier wants it.
        schedule: what happens.
        carrier: what it happens on.
    """

    def __init__(self, settings: Settings, schedule: Schedule, carrier: Carrier) -> None:
        self._settings = settings
        self._schedule = schedule
        self._carrier = carrier
        self._judge = Judge(settings, schedule, carrier)
        self._begun_ns = carrier.now_ns

    def steps(self) -> Iterator[Pause]:
        """Carry out everything in its order; the carrier lets the time of each pause pass."""
        for operation in self._schedule.operations:
            if isinstance(operation, Heal):
                self._carrier.store.slow_down(0)
            if isinstance(operation, Lag):
                self._judge.lag_secs = max(self._judge.lag_secs, operation.secs)
            if not isinstance(operation, Wait | Settle | Silence):
                self._carrier.note("drill", operation.model_dump_json())
            if not (at_venue(operation, self._carrier.control) or self._done(operation)):
                yield from self._pauses(operation)

    def played(self, *, secs: float, digest: str = "") -> Played:
        """Return what came of it.

        Args:
            secs: how long it lasted.
            digest: of everything that happened, where it is always the same.
        """
        ledger, heard = self._carrier.control.ledger(), self._carrier.heard
        return Played(
            schedule=self._schedule,
            preset=self._settings.preset,
            anomalies=tuple(self._judge.found),
            settled=tuple(self._judge.settled),
            boots=heard.boots,
            refused=tuple(heard.refused),
            orders=len(ledger.orders),
            fills=len(ledger.fills),
            virtual_secs=secs,
            digest=digest,
            counts={"engine": heard.changes},
        )

    def _done(self, operation: Operation) -> bool:
        """Do what takes no time; return whether it was that."""
        match operation:
            case Submit() | Cancel() | Amend():
                self._command(operation)
            case Boot():
                self._judge.since_ms = self._judge.since_ms or self._carrier.now_ns // 1_000_000
                self._carrier.boot()
            case LoseCache():
                self._carrier.store.clear()
            case InterruptCache():
                self._carrier.store.interrupt(operation.secs)
            case SlowCache():
                self._carrier.store.slow_down(operation.secs)
            case TakeOver():
                self._carrier.take_over(operation.secs)
            case Neighbour():
                self._carrier.turn_neighbour(runs=operation.runs)
            case Asked():
                self._judge.asked(operation)
            case Holds():
                self._judge.holds(operation)
            case _:
                return False
        return True

    def _pauses(self, operation: Operation) -> Iterator[Pause]:
        """Do what takes time."""
        match operation:
            case Wait():
                yield Pause(operation.secs)
            case Until():
                yield self._until(operation)
            case Stop():
                yield from self._stop()
            case Kill():
                self._carrier.kill(operation.lost_writes)
                yield Pause(0)
            case Settle():
                yield from self._judge.settle(operation.within_secs)
            case Silence():
                yield from self._judge.silence(operation.secs)
            case Refused():
                yield from self._judge.refused(operation)

    def _command(self, operation: Submit | Cancel | Amend) -> None:
        told = operation.model_dump(mode="json")
        if isinstance(operation, Submit):
            told["instrument"] = VENUES[self._schedule.venue].instrument_of(operation.symbol)
            self._judge.owners[operation.name] = operation.strategy
        if owner := self._judge.owners.get(operation.name):
            self._carrier.command(owner, told)

    def _until(self, operation: Until) -> Pause:
        def times() -> int:
            if operation.asked is not None:
                return self._carrier.asked(operation.asked)
            return self._carrier.heard.events[operation.event or ""]

        before = times()
        return Pause(operation.within_secs, lambda: times() > before)

    def _stop(self) -> Iterator[Pause]:
        if not self._carrier.stop():
            return
        yield Pause(shutdown_secs(self._settings.node) + STOPPED_WITHIN_SECS, lambda: not self._carrier.is_alive)
        if self._carrier.is_alive:
            self._judge.note([Anomaly(Kind.NOT_STOPPED, "node", "it was killed")])
            self._carrier.kill()
            yield Pause(0)
