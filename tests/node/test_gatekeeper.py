"""When the gate is closed, and when it is opened again."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciliation.engine.lifecycle import CacheBack, CacheLost, Event, GateClosed, GateOpened, WritesMended
from reconciliation.layers.resolve import load
from reconciliation.monitor.status import Check, Counted, Discrepancy, Held, Status
from reconciliation.node.gatekeeper import Gatekeeper

PERIODS: Mapping[Check, float | None] = {Check.INFLIGHT: 2.0, Check.OPEN_ORDERS: 6.0, Check.POSITIONS: None}
SETTINGS = load(env={}, settings_dir="shipped")
DELAY = SETTINGS.reconciliation.startup_delay_secs
RUN = SETTINGS.node.timeout_report


class Kept:
    """A gate, its keeper, and the clock that both go by."""

    def __init__(self, *, is_enforced: bool = True, has_database: bool = True) -> None:
        self.time = 1_000.0
        self.status = Status(lambda: self.time, PERIODS, has_database=has_database)
        self.told: list[Event] = []
        self._reason = ""
        gate = self if is_enforced else None
        self.keeper = Gatekeeper(self.status, SETTINGS, gate, self.told.append, lambda: self.time)
        self.status.connected()
        self.status.verified(succeeded=True, secs=1.0)
        self.status.started()

    def close(self, reason: str) -> None:
        self._reason = reason

    def open(self) -> None:
        self._reason = ""

    def closed(self) -> str:
        """Why it is closed; empty while it is open."""
        return self._reason

    def pass_time(self, secs: float, *checks: Check, counted: Counted | None = None) -> None:
        """Let seconds pass, in which these checks go well and this is counted."""
        for _ in range(int(secs)):
            self.time += 1
            for check in checks:
                self.status.checked(check, 0.1)
            self.status.beat(counted)
            self.keeper.judge()


BOTH = (Check.INFLIGHT, Check.OPEN_ORDERS)


def test_it_stays_open_while_all_goes_well() -> None:
    kept = Kept()
    kept.pass_time(300, *BOTH)
    assert kept.told == []


def test_the_first_check_has_the_delay_of_the_start() -> None:
    kept = Kept()
    kept.pass_time(DELAY + 3 * 2.0 + RUN)
    assert not kept.closed()
    kept.pass_time(1)
    assert kept.closed() == "the check of inflight has not gone well for 3 periods"


@pytest.mark.parametrize(
    ("silent", "goes_on"), [(Check.INFLIGHT, Check.OPEN_ORDERS), (Check.OPEN_ORDERS, Check.INFLIGHT)]
)
def test_a_silent_check_closes_it_and_one_that_goes_well_opens_it(silent: Check, goes_on: Check) -> None:
    kept = Kept()
    kept.pass_time(60, *BOTH)
    kept.pass_time(3 * (PERIODS[silent] or 0) + RUN, goes_on)
    assert not kept.closed()
    kept.pass_time(10, goes_on)
    assert kept.closed() == f"the check of {silent.value} has not gone well for 3 periods"
    kept.pass_time(1, *BOTH)
    assert not kept.closed()
    closed, opened = kept.told
    assert isinstance(closed, GateClosed)
    assert isinstance(opened, GateOpened)
    assert opened.secs == pytest.approx(10)


def test_a_check_that_runs_and_fails_is_silent() -> None:
    kept = Kept()
    kept.pass_time(60, *BOTH)
    for _ in range(40):
        kept.status.checked(Check.INFLIGHT, 0.1, "the venue did not answer")
        kept.pass_time(1, Check.OPEN_ORDERS)
    assert "inflight" in kept.closed()


def test_a_database_that_is_away_closes_it_at_once() -> None:
    kept = Kept()
    kept.pass_time(60, *BOTH)
    kept.status.cache_lost("refused")
    kept.keeper(CacheLost("refused"))
    assert kept.closed() == "the cache's database does not take what is written"
    kept.status.cache_back()
    kept.keeper(CacheBack(1.0))
    assert kept.closed() == "the cache's database was away, and has not been compared with the cache yet"
    kept.status.writes_mended(3)
    kept.keeper(WritesMended(("orders:O-1",), 1.0))
    assert not kept.closed()


@pytest.mark.parametrize(
    "counted",
    [Counted(discrepancies={kind: 1}) for kind in Discrepancy],
    ids=[kind.value for kind in Discrepancy],
)
def test_what_stays_unsettled_closes_it(counted: Counted) -> None:
    kept = Kept()
    kept.pass_time(60, *BOTH)
    kept.pass_time(3 * 6.0 + RUN, *BOTH, counted=counted)
    assert not kept.closed()
    kept.pass_time(5, *BOTH, counted=counted)
    assert kept.closed()
    kept.pass_time(1, *BOTH, counted=Counted())
    assert not kept.closed()


def test_differences_that_come_and_go_leave_it_open() -> None:
    kept = Kept()
    for _ in range(10):
        kept.pass_time(20, *BOTH, counted=Counted(discrepancies={Discrepancy.POSITION: 1}))
        kept.pass_time(1, *BOTH, counted=Counted())
    assert kept.told == []


def test_what_is_missing_for_long_closes_it() -> None:
    kept = Kept()
    kept.pass_time(60, *BOTH)
    missing = Counted(held_absent={Held("order", "O-1"): kept.time})
    kept.pass_time(3 * 6.0 + RUN + 1, *BOTH, counted=missing)
    assert kept.closed()


def test_where_it_only_reports_nothing_is_closed() -> None:
    kept = Kept(is_enforced=False)
    kept.pass_time(200)
    assert not kept.closed()
    (told,) = kept.told
    assert isinstance(told, GateClosed)
    assert not told.is_enforced


def test_before_the_trader_runs_and_after_its_end_there_is_nothing_to_close() -> None:
    kept = Kept()
    kept.status.ended()
    kept.pass_time(200)
    assert not kept.closed()


def test_a_gate_that_is_closed_stays_so_while_the_node_stops() -> None:
    """A strategy may submit orders when it is stopped."""
    kept = Kept()
    kept.status.cache_lost("away")
    kept.pass_time(1)
    kept.status.ended()
    kept.pass_time(5)
    kept.status.cache_back()
    kept.pass_time(5)
    assert kept.closed()
    assert [type(event) for event in kept.told] == [GateClosed]


@given(st.lists(st.tuples(st.sampled_from([*BOTH, None]), st.booleans(), st.integers(1, 40)), max_size=30))
def test_closed_and_opened_are_told_in_turns_and_the_gate_is_as_told(steps: list[tuple[Any, bool, int]]) -> None:
    kept = Kept()
    for check, is_away, secs in steps:
        if is_away:
            kept.status.cache_lost("away")
        else:
            kept.status.cache_back()
        kept.pass_time(secs, *([check] if check else []))
        kinds = [type(event) for event in kept.told]
        assert kinds == [GateClosed, GateOpened] * (len(kinds) // 2) + [GateClosed] * (len(kinds) % 2)
        assert bool(kept.closed()) is (len(kinds) % 2 == 1)
