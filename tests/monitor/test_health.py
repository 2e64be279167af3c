import pytest

from reconciliation.monitor.health import LATE, RUN_SECS, STALLED_SECS, late_at, missing, unhealthy
from reconciliation.monitor.status import Check, Counted, Status

PERIOD_SECS = 5.0
LATE_SECS = LATE * PERIOD_SECS + RUN_SECS


class Clock:
    now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def running(clock: Clock) -> Status:
    status = Status(clock, {Check.OPEN_ORDERS: PERIOD_SECS, Check.POSITIONS: None})
    status.connected()
    status.verified(succeeded=True, secs=1.0)
    status.started()
    return status


def words(status: Status, clock: Clock) -> set[str]:
    return set(missing(status.picture, clock()))


def test_a_node_is_ready_once_its_trader_runs(clock: Clock) -> None:
    status = Status(clock, {Check.OPEN_ORDERS: PERIOD_SECS})
    assert words(status, clock) == {"started"}
    status.connected()
    assert missing(status.picture, clock()) == {"started": "it is RECONCILING"}
    status.verified(succeeded=True, secs=1.0)
    assert words(status, clock) == {"started"}
    status.started()
    assert not words(status, clock)


def test_a_node_that_differs_from_its_venue_is_not_ready(clock: Clock) -> None:
    status = Status(clock, {Check.OPEN_ORDERS: PERIOD_SECS})
    status.connected()
    status.verified(succeeded=False, secs=1.0, reason="1 open order differs")
    assert missing(status.picture, clock()) == {"reconciled": "1 open order differs"}


def test_a_check_that_fails_makes_it_not_ready_until_it_goes_well(clock: Clock) -> None:
    status = running(clock)
    status.checked(Check.OPEN_ORDERS, 0.1, "HTTP 503")
    assert missing(status.picture, clock()) == {"checks": "open_orders: HTTP 503"}
    status.checked(Check.OPEN_ORDERS, 0.1)
    assert not words(status, clock)


def test_a_cache_that_does_not_answer_makes_it_not_ready_until_it_does(clock: Clock) -> None:
    status = Status(clock, {}, has_database=True)
    status.started()
    assert not words(status, clock)
    status.cache_lost("refused")
    clock.now += 7
    assert missing(status.picture, clock()) == {"cache": "its database has not answered for 7 s: refused"}
    status.cache_back()
    assert missing(status.picture, clock()) == {
        "cache": "its database was away, and has not been compared with the cache yet"
    }
    status.writes_missing(2)
    status.writes_mended(5)
    assert not words(status, clock)
    cache = status.picture.cache
    assert cache is not None
    assert (cache.losses, cache.missing, cache.mended) == (1, 2, 5)
    status.cache_lost("refused")
    status.cache_back()
    status.writes_mended(1)
    cache = status.picture.cache
    assert cache is not None
    assert (cache.losses, cache.missing, cache.mended) == (2, 0, 6)


def test_a_check_that_fails_for_long_is_late_however_often_its_state_turned(clock: Clock) -> None:
    status = running(clock)
    late = late_at(status.picture, Check.OPEN_ORDERS)
    assert late == clock.now + LATE_SECS
    for _ in range(10):
        clock.now += PERIOD_SECS
        status.checked(Check.OPEN_ORDERS, 0.1, "HTTP 503")
    assert late_at(status.picture, Check.OPEN_ORDERS) == late
    status.checked(Check.OPEN_ORDERS, 0.1)
    assert late_at(status.picture, Check.OPEN_ORDERS) == clock.now + LATE_SECS


def test_no_check_is_late_before_the_trader_runs_and_after_the_end(clock: Clock) -> None:
    status = Status(clock, {Check.OPEN_ORDERS: PERIOD_SECS})
    assert not late_at(status.picture, Check.OPEN_ORDERS)
    status = running(clock)
    status.ended()
    assert not late_at(status.picture, Check.OPEN_ORDERS)
    assert not late_at(running(clock).picture, Check.POSITIONS)  # it is off


@pytest.mark.parametrize("has_run", [False, True])
def test_a_check_that_does_not_run_any_more_is_late(clock: Clock, has_run: bool) -> None:
    status = running(clock)
    if has_run:
        clock.now += 20
        status.checked(Check.OPEN_ORDERS, 0.1)
    clock.now += LATE_SECS
    status.beat(Counted())
    assert not words(status, clock)
    clock.now += 0.1
    assert words(status, clock) == {"open_orders"}


def test_a_loop_that_stalls_is_told_by_both(clock: Clock) -> None:
    status = running(clock)
    clock.now += STALLED_SECS
    assert not unhealthy(status.picture, clock())
    clock.now += 0.1
    assert "silent for 30 s" in unhealthy(status.picture, clock())
    assert words(status, clock) == {"loop"}
    status.beat(Counted())
    assert not unhealthy(status.picture, clock())


@pytest.mark.parametrize(
    ("reason", "told"), [("", "it stops, or has stopped"), ("the process was killed", "the process was killed")]
)
def test_a_node_that_ended_is_not_ready_and_says_why(clock: Clock, reason: str, told: str) -> None:
    status = running(clock)
    status.ended(reason)
    assert missing(status.picture, clock()) == {"ended": told}
