"""A node that is stuck is told and stopped; one whose venue is away is not stuck."""

from collections.abc import Mapping

import pytest
from arena import all_but
from virtual import ALL_WELL, STARTED, happened, kinds, run_of

from reconciliation.drill.schedule import AnyOperation, Fail, Mend, Reach, Stream, Until, Wait
from reconciliation.engine.lifecycle import Stuck
from reconciliation.layers.resolve import load
from reconciliation.monitor.status import Check, Counted, Status
from reconciliation.node.watchdog import NO_TRADER, Watchdog

pytestmark = pytest.mark.filterwarnings("ignore:Discarding nonzero nanoseconds")

PERIODS: Mapping[Check, float | None] = {Check.INFLIGHT: 2.0, Check.OPEN_ORDERS: 6.0, Check.POSITIONS: None}
SETTINGS = load(env={}, settings_dir="shipped")
PATIENCE = 3 * 2.0 + SETTINGS.node.timeout_report + SETTINGS.node.tolerated_outage_secs
MUTE, UNMUTE = Stream(action="mute"), Stream(action="unmute")
HUNG = Fail(call="GET /fapi/v1/openOrders", delay_secs=3_600)


class Watched:
    """A watchdog, and the clock that it goes by."""

    def __init__(self) -> None:
        self.time = 1_000.0
        self.status = Status(lambda: self.time, PERIODS)
        self.told: list[str] = []
        self.exits: list[str] = []
        self._watchdog = Watchdog(SETTINGS, self._hear, self.exits.append)
        self.status.started()

    def _hear(self, event: object) -> None:
        assert isinstance(event, Stuck)
        self.told.append(event.reason)

    def pass_time(self, secs: float, *, reason: str = "", runs: bool = False, is_idle: bool = False) -> None:
        """Let seconds pass, in which the loop of the checks does something, or not."""
        for _ in range(int(secs)):
            self.time += 1
            if runs:
                for check in (Check.INFLIGHT, Check.OPEN_ORDERS):
                    self.status.checked(check, 0.1, reason)
            alive = self.time if runs else self.status.picture.counted.checks_alive
            self.status.beat(Counted(checks_alive=alive))
            self._watchdog.judge(self.status, is_idle=is_idle, now=self.time)


def test_checks_that_fail_for_hours_are_no_reason() -> None:
    watched = Watched()
    watched.pass_time(3_600, runs=True, reason="the venue did not answer")
    assert watched.told == []


def test_a_loop_that_does_nothing_is_told_once_and_again_after_it_went_on() -> None:
    watched = Watched()
    watched.pass_time(60, runs=True)
    watched.pass_time(PATIENCE)
    assert watched.told == []
    watched.pass_time(60)
    assert watched.told == watched.exits == ["the loop of the checks has done nothing since 00:17:40 UTC"]
    watched.pass_time(1, runs=True)
    watched.pass_time(PATIENCE + 1)
    assert len(watched.told) == 2


def test_the_first_check_has_the_delay_of_the_start() -> None:
    watched = Watched()
    watched.pass_time(SETTINGS.reconciliation.startup_delay_secs + PATIENCE)
    assert watched.told == []
    watched.pass_time(1)
    assert len(watched.told) == 1


def test_a_trader_that_does_not_run_is_told_at_once_unless_the_node_stops() -> None:
    watched = Watched()
    watched.pass_time(5, runs=True)
    watched.status.ended()
    watched.pass_time(1, runs=True, is_idle=True)
    assert watched.told == []
    watched = Watched()
    watched.pass_time(2, runs=True, is_idle=True)
    assert watched.told == watched.exits == [NO_TRADER]


AWAY: Mapping[str, tuple[tuple[AnyOperation, ...], tuple[AnyOperation, ...]]] = {
    "refusing": ((Reach(reachable=False),), (Reach(reachable=True),)),
    "503": ((Fail(call="*", status=503), MUTE), (Mend(), UNMUTE)),
    "hanging": ((Fail(call="*", delay_secs=3_600), MUTE), (Mend(), UNMUTE)),
}


@pytest.mark.parametrize("way", AWAY)
def test_a_venue_that_is_away_for_ten_minutes_ends_no_node(way: str) -> None:
    """Watchdog: an outage closes the gate, and makes no loop of restarts."""
    begin, end = AWAY[way]
    run = run_of(*STARTED, Wait(secs=20), *begin, Wait(secs=600), *end, *ALL_WELL)
    assert kinds(run.play()) == set()
    assert run.heard.boots == 1
    assert happened(run, "node", "GateClosed")
    assert happened(run, "node", "Stuck") == happened(run, "node", "Died") == []


def test_a_loop_of_checks_that_hangs_for_good_is_started_anew() -> None:
    """Watchdog: without the guard of time limits one hung answer ends all checks; another start has them again."""
    run = run_of(
        *STARTED,
        Wait(secs=20),
        HUNG,
        Wait(secs=30),
        Mend(),
        Until(event="Died"),
        *ALL_WELL,
        guards=all_but("time_limits"),
    )
    assert kinds(run.play()) == set()
    (told,) = happened(run, "node", "Stuck")
    assert told.startswith("Stuck the loop of the checks has done nothing since ")
    assert happened(run, "node", "Died") == [told.replace("Stuck", "Died")]
    assert happened(run, "node", "Stopping")
    assert run.heard.boots == 2


def test_where_it_only_reports_the_node_goes_on() -> None:
    run = run_of(
        *STARTED,
        Wait(secs=20),
        HUNG,
        Wait(secs=200),
        guards=all_but("time_limits"),
        overrides={"node.on_stuck": "report"},
    )
    run.play()
    assert len(happened(run, "node", "Stuck")) == 1
    assert happened(run, "node", "Died") == []
