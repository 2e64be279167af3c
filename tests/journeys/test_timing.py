import re
from datetime import UTC, datetime
from itertools import pairwise

from stage import SEED, Stage, clean_end, environment, reconciled, until

from reconciliation.embedded.venue import VenueProcess

OPEN_ORDERS = "GET /fapi/v1/openOrders"
REPORTS = (OPEN_ORDERS, "GET /fapi/v1/allOrders", "GET /fapi/v1/userTrades", "GET /fapi/v3/positionRisk")
# The open check's 5 seconds, rounded up to the tick of the in-flight check.
TICK_SECS = 2.0
PERIOD_SECS = 6.0
DELAY_SECS = 10.0


def connected_at(log: str) -> dict[str, float]:
    """When the engine's log says that each client was connected, seconds since the epoch."""
    found = {}
    for line in log.splitlines():
        if told := re.match(r"(\S+?)(\.\d{6})\d*Z \[INFO\] \S+\.(DataClient|ExecClient)-BINANCE: Connected$", line):
            moment = datetime.strptime(told[1] + told[2], "%Y-%m-%dT%H:%M:%S.%f").replace(tzinfo=UTC)
            found[told[3]] = moment.timestamp()
    return found


def test_checks_come_when_the_settings_say(stage: Stage, venue: VenueProcess, redis: str) -> None:
    """Delay and continuous checks: nothing is asked before clients connect, nor checked before the delay, then in time.

    The continuous checks run at the configured interval rounded up to the tick of the fastest one.
    """
    venue.control.seed(**SEED)
    # A slow connection, so that a query that does not await it is seen.
    venue.control.fail("POST /fapi/v1/listenKey", delay_secs=1.5)
    node = stage.node(environment(venue, redis, RECON_STARTUP_DELAY_SECS="10"))
    done = datetime.fromisoformat(reconciled(node)["timestamp"]).timestamp()

    def checks() -> list[float]:
        return [call.time for call in venue.control.requests(OPEN_ORDERS) if call.time > done]

    until(lambda: len(checks()) >= 3, "three open checks came")
    first, *_ = times = checks()[:3]
    assert DELAY_SECS <= first - done <= DELAY_SECS + PERIOD_SECS + TICK_SECS
    for earlier, later in pairwise(times):
        assert PERIOD_SECS - 0.5 < later - earlier < PERIOD_SECS + TICK_SECS

    connected = connected_at(stage.engine_log())
    assert connected.keys() == {"DataClient", "ExecClient"}
    asked = [call.time for call in venue.control.requests(*REPORTS)]
    (opened,) = venue.control.requests("POST /fapi/v1/listenKey")
    assert min(asked) > max(connected.values()) > opened.time + 1.5
    checked = [time for time in asked if time > done]
    assert min(checked) >= done + DELAY_SECS
    clean_end(node)
