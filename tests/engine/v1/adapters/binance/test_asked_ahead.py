"""What is asked symbol by symbol is asked of several at once: the same requests, sooner; no more after a failure."""

from collections import Counter
from typing import Final

import pytest
from virtual import run_of

from reconciliation.drill.schedule import AnyOperation, Boot, Fail, Seed, Until
from reconciliation.drill.virtual import VirtualRun
from reconciliation.rules.limits import AT_ONCE
from reconciliation.settings.accelerations import ACCELERATIONS
from reconciliation.venue.symbols import SYMBOLS

TRADED: Final = tuple(SYMBOLS.values())[: 2 * AT_ONCE]
HISTORY: Final = ("GET /fapi/v1/allOrders", "GET /fapi/v1/userTrades", "GET /fapi/v1/allAlgoOrders")
TWICE: Final = 2


def started(*before: AnyOperation, quick: bool = True) -> VirtualRun:
    """A run whose node starts on an account that holds sixteen symbols."""
    names = [name for name in ACCELERATIONS if quick or name != "concurrent_queries"]
    seeds = (Seed(symbol=each.name, fills=3, open_orders=1, net=each.lot) for each in TRADED)
    run = run_of(*seeds, *before, Boot(), Until(event="Started"), overrides={"node.accelerate": names})
    run.play()
    return run


def asked(run: VirtualRun) -> Counter[str]:
    return Counter(f"{call.call} {call.params.get('symbol')}" for call in run.control.requests(*HISTORY))


def times(run: VirtualRun, call: str) -> list[float]:
    return [each.time for each in run.control.requests(call)]


def test_the_requests_are_the_same() -> None:
    assert asked(started()) == asked(started(quick=False))
    assert set(asked(started()).values()) == {1}


@pytest.mark.parametrize("call", HISTORY)
def test_they_do_not_wait_for_each_other(call: str) -> None:
    """As many rounds as there must be: of sixteen with eight at once, the ninth waits for one answer, and no more."""
    quick, slow = (times(started(quick=quick), call) for quick in (True, False))
    assert max(quick) - min(quick) < (max(slow) - min(slow)) / AT_ONCE * TWICE


@pytest.mark.parametrize("call", HISTORY)
def test_after_one_that_failed_no_more_are_sent(call: str) -> None:
    """One that is refused for its rate is not asked for again by a start; those are sent that were under way."""
    refused = Fail(call=call, status=418, body={"code": -1003, "msg": "banned"})
    for quick, sent in ((True, AT_ONCE), (False, 1)):
        run = started(refused, quick=quick)
        whole = run.heard.boots - 1  # the run ends somewhere in the last
        assert len(times(run, call)) in {sent * whole, sent * (whole + 1)}
        assert whole
