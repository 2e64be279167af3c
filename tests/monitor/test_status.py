"""The status of a node as a state machine: whatever happens in whatever order, the picture says what did."""

from collections.abc import Mapping
from typing import Final

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from reconciliation.monitor.status import Check, Counted, State, Status

PERIODS: Final[Mapping[Check, float | None]] = {Check.OPEN_ORDERS: 5.0, Check.POSITIONS: 60.0, Check.INFLIGHT: None}
CHECKS: Final = st.sampled_from(Check)


class Life(RuleBasedStateMachine):
    """A node's life against a model of it: sets, counters and the last word of each check."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = 1_000.0
        self.status = Status(lambda: self.clock, PERIODS)
        self.phase = "connecting"
        self.in_run = 0
        self.failing: dict[Check, str] = {}
        self.runs = dict.fromkeys(Check, 0)
        self.last_good = dict.fromkeys(Check, 0.0)
        self.changed = (State.INITIALIZING, 1_000.0)
        self.totals = {"startup": 0, "runtime": 0, "inferred": 0, "duplicate": 0, "external": 0}

    @rule(secs=st.floats(0.001, 1_000))
    def time_passes(self, secs: float) -> None:
        self.clock += secs

    @precondition(lambda self: self.phase == "connecting")
    @rule()
    def connect(self) -> None:
        self.status.connected()
        self.phase = "reconciling"

    @precondition(lambda self: self.phase == "reconciling")
    @rule(secs=st.floats(0, 30), succeeded=st.booleans())
    def verify(self, secs: float, succeeded: bool) -> None:
        self.status.verified(succeeded=succeeded, secs=secs, reason="" if succeeded else "they differ")
        self.phase = "reconciled" if succeeded else "refused"
        assert self.status.picture.reconciliation_secs == secs
        assert self.status.picture.reconciled == (self.clock if succeeded else 0)

    @precondition(lambda self: self.phase in {"reconciled", "reconciling"})
    @rule()
    def start(self) -> None:
        """From `reconciling` too: where reconciliation is off nothing is verified."""
        self.status.started()
        self.in_run = 0
        self.phase = "running"

    @precondition(lambda self: self.phase != "over")
    @rule(check=CHECKS, secs=st.floats(0, 60), reason=st.sampled_from(("", "", "HTTP 503")))
    def check_runs(self, check: Check, secs: float, reason: str) -> None:
        self.status.checked(check, secs, reason)
        self.runs[check] += 1
        self.in_run = 0
        self.failing.pop(check, None)
        if reason:
            self.failing[check] = reason
        else:
            self.last_good[check] = self.clock
        assert self.status.picture.checks[check].ended == self.clock
        assert self.status.picture.checks[check].secs == secs

    @precondition(lambda self: self.phase != "over")
    @rule(reason=st.sampled_from(("", "the trader has stopped")))
    def end(self, reason: str) -> None:
        self.status.ended(reason)
        self.phase = "died" if reason else self.phase
        self.final = self.status.picture.state
        self.phase = "over"
        assert (self.final is State.ERROR) >= bool(reason)

    @rule(fills=st.integers(0, 5), origin=st.sampled_from(("startup", "runtime")))
    def recover(self, fills: int, origin: str) -> None:
        self.status.recovered(fills, "startup" if origin == "startup" else "runtime")
        self.totals[origin] += fills
        self.in_run = fills + (self.in_run if origin == "runtime" else 0)
        assert self.status.picture.fills.last_recovered == self.in_run

    @rule(what=st.sampled_from(("inferred", "duplicate", "external")))
    def count(self, what: str) -> None:
        tell = {
            "inferred": self.status.inferred,
            "duplicate": self.status.told_twice,
            "external": self.status.external_seen,
        }
        tell[what]()
        self.totals[what] += 1

    @rule(orders=st.integers(0, 10))
    def beat(self, orders: int) -> None:
        self.status.beat(Counted(open_orders=orders))
        assert self.status.picture.heartbeat == self.clock
        assert self.status.picture.counted.open_orders == orders

    @invariant()
    def the_state_is_what_happened(self) -> None:
        expected = {
            "connecting": State.INITIALIZING,
            "reconciling": State.RECONCILING,
            "reconciled": State.RECONCILED,
            "refused": State.ERROR,
            "running": State.ERROR if self.failing else State.MONITORING,
        }
        picture = self.status.picture
        assert picture.state is (self.final if self.phase == "over" else expected[self.phase])
        assert picture.is_over is (self.phase == "over")
        assert (picture.state is State.ERROR) is bool(picture.reason)
        if self.phase == "running":
            assert all(f"{check}: {reason}" in picture.reason for check, reason in self.failing.items())

    @invariant()
    def since_moves_only_with_the_state(self) -> None:
        picture = self.status.picture
        if picture.state is not self.changed[0]:
            self.changed = (picture.state, self.clock)
        assert (picture.state, picture.since) == self.changed

    @invariant()
    def nothing_is_reconciled_that_was_not_verified(self) -> None:
        picture = self.status.picture
        assert not picture.is_reconciled or (picture.reconciled > 0 and picture.state is not State.ERROR)

    @invariant()
    def nothing_is_lost(self) -> None:
        picture = self.status.picture
        assert {check: status.runs for check, status in picture.checks.items()} == self.runs
        assert {check: status.succeeded for check, status in picture.checks.items()} == self.last_good
        assert {check for check, status in picture.checks.items() if status.reason} == set(self.failing)
        assert picture.external_seen == self.totals["external"]
        assert picture.fills.inferred == self.totals["inferred"]
        assert picture.fills.duplicate == self.totals["duplicate"]
        assert picture.fills.recovered == {origin: self.totals[origin] for origin in ("startup", "runtime")}


TestLife = Life.TestCase


def test_a_picture_does_not_change_once_it_was_taken() -> None:
    status = Status(lambda: 7.0, PERIODS)
    before = status.picture
    status.connected()
    status.checked(Check.POSITIONS, 0.1, "HTTP 503")
    assert before.state is State.INITIALIZING
    assert before.checks[Check.POSITIONS].runs == 0


@pytest.mark.parametrize("check", Check)
def test_a_check_knows_its_period(check: Check) -> None:
    assert Status(lambda: 7.0, PERIODS).picture.checks[check].period_secs == PERIODS[check]


def test_fills_of_one_run_of_a_check_are_counted_together() -> None:
    status = Status(lambda: 1_000.0, {Check.OPEN_ORDERS: 5.0})
    status.connected()
    status.verified(succeeded=True, secs=1.0)
    status.recovered(4, "startup")
    assert status.picture.fills.last_recovered == 4
    status.started()
    status.recovered(1, "runtime")
    status.recovered(1, "runtime")
    assert status.picture.fills.last_recovered == 2
    status.checked(Check.OPEN_ORDERS, 0.1)
    status.checked(Check.OPEN_ORDERS, 0.1)
    assert status.picture.fills.last_recovered == 2
    status.recovered(1, "runtime")
    assert status.picture.fills.last_recovered == 1
    assert status.picture.fills.recovered == {"startup": 4, "runtime": 3}
