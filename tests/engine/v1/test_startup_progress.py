"""How far a start is, told while it lasts: a real node in virtual time, where answers take seconds.

What the engine loads and books, that it does at one moment of virtual time. For the stretches in which no loop runs a
clock moves on by each look at it instead.
"""

from collections.abc import Collection
from decimal import Decimal
from itertools import pairwise
from types import SimpleNamespace
from typing import Final

import pytest
from msgspec.structs import asdict
from virtual import STARTED, run_of, settings_with

from reconciliation.drill.schedule import AnyOperation, Boot, Fail, Seed, Stop, Wait
from reconciliation.engine.lifecycle import (
    Connected,
    Event,
    Lifecycle,
    NotStarted,
    Reconciled,
    Started,
    StartupLimitShort,
    StartupProgress,
    Stopped,
    Verified,
)
from reconciliation.engine.v1.start.loading import LoadProgress, load_told
from reconciliation.engine.v1.start.progress import SAMPLE, TOLD_FROM_SECS, Progress
from reconciliation.node.observation import Observation
from reconciliation.rules.plan import plan
from reconciliation.rules.stages import ample_secs
from reconciliation.rules.subject import subject_of
from reconciliation.settings.accelerations import ACCELERATIONS

SYMBOLS: Final = {"BTCUSDT": 1, "ETHUSDT": 1, "SOLUSDT": 1, "XRPUSDT": 1}
HISTORY: Final = tuple(Seed(symbol=symbol, fills=6, open_orders=1, net=Decimal(net)) for symbol, net in SYMBOLS.items())
ONE_BY_ONE: Final = [name for name in ACCELERATIONS if name != "concurrent_queries"]
"""Else the venue would have told of so few symbols at a time."""
ORDERS, FILLS = "GET /fapi/v1/allOrders", "GET /fapi/v1/userTrades"


def told(
    *operations: AnyOperation, limit_secs: float = 30.0, accelerations: Collection[str] = ONE_BY_ONE
) -> list[Event]:
    """What the last node of a run told of its life."""
    events: list[Event] = []
    run = run_of(
        *operations, overrides={"node.timeout_reconciliation": limit_secs, "node.accelerate": list(accelerations)}
    )
    observe = run._observe

    def heard(event: Event) -> None:
        events.append(event)
        observe(event)

    run._observe = heard  # type: ignore[method-assign]
    run.play()
    return events


def of[T](events: list[Event], kind: type[T]) -> list[T]:
    return [event for event in events if isinstance(event, kind)]


def test_a_short_start_tells_nothing() -> None:
    events = told(*HISTORY, *STARTED)
    assert of(events, Started)
    assert not of(events, StartupProgress)
    assert not of(events, StartupLimitShort)


@pytest.mark.parametrize("slow", [ORDERS, FILLS])
def test_a_long_one_tells_how_far_the_venue_has_told(slow: str) -> None:
    """Every second from the second one on, later more rarely; the end comes when it was said to come."""
    events = told(*HISTORY, Fail(call=slow, delay_secs=3), *STARTED)
    (reconciled,) = of(events, Reconciled)
    progress = of(events, StartupProgress)
    if progress[-1].step == "booking":  # it was due when the last answer had come
        assert (progress[-1].done, progress.pop().orders) == (1, 28)
    assert {(each.step, each.total, each.limit_secs) for each in progress} == {("asking", 4, 30.0)}
    assert progress[0].secs == pytest.approx(2.0, abs=0.1)
    assert all(later.secs - earlier.secs == pytest.approx(1.0, abs=0.1) for earlier, later in pairwise(progress))
    assert progress[-1].secs == pytest.approx(reconciled.secs, abs=2.1)
    for earlier, later in pairwise(progress):
        assert (earlier.done, earlier.orders, earlier.fills) <= (later.done, later.orders, later.fills)
    assert {each.done for each in progress} == {0, 1, 2, 3}
    assert (progress[-1].orders, progress[-1].fills) in {(21, 24), (28, 18)}
    assert progress[0].left_secs is None
    for each in progress:
        if each.left_secs is not None:
            assert each.secs + each.left_secs == pytest.approx(reconciled.secs, rel=0.5)
    assert not of(events, StartupLimitShort)


def test_a_limit_that_will_not_do_is_told_before_it_is_over() -> None:
    """Once; with a limit that does, as the next start shows; and the refusal says the same by what was seen."""
    slow = Fail(call=ORDERS, delay_secs=3)
    events = told(*HISTORY, slow, Boot(), Wait(secs=9), limit_secs=8.0)
    (short,) = of(events, StartupLimitShort)
    (refused,) = of(events, NotStarted)
    assert events.index(short) < events.index(refused)
    assert events[: events.index(short)].count(short) == 0
    at = of(events[: events.index(short)], StartupProgress)[-1].secs
    assert at < 5.0
    assert short.limit_secs == 8.0 < short.expected_secs < short.wanted_secs
    assert "not done within timeout_reconciliation (8 s): 8.0 s have passed, 14 orders and 24 fills were told" in (
        refused.reason
    )
    assert "2 of 4 instruments are done; set RECON_NODE_TIMEOUT_RECONCILIATION=" in refused.reason
    for limit_secs in (short.wanted_secs, float(refused.reason.rpartition("=")[2])):
        assert of(told(*HISTORY, slow, *STARTED, limit_secs=limit_secs), Started)


def test_its_status_is_how_far_it_is_until_it_is_over() -> None:
    settings = settings_with()
    observation = Observation(settings, plan(subject_of(settings)), ())
    for event in told(*HISTORY, Fail(call=ORDERS, delay_secs=3), *STARTED):
        observation(event)
        startup = observation.status.picture.startup
        if isinstance(event, StartupProgress):
            assert startup is not None
            assert asdict(startup) == asdict(event)
        elif isinstance(event, Verified):
            assert startup is None


def test_a_venue_that_hangs_is_no_matter_of_the_limit() -> None:
    events = told(*HISTORY, Fail(call=ORDERS, delay_secs=600), Boot(), Wait(secs=9), limit_secs=8.0)
    (refused,) = of(events, NotStarted)
    assert "(8 s): the venue has told nothing for 7." in refused.reason
    assert "0 orders and 24 fills were told, 0 of 4 instruments are done; see why, or set" in refused.reason
    assert not of(events, StartupLimitShort)


def test_what_is_asked_at_once_is_told_as_it_comes() -> None:
    """All symbols are told of at one time, and nothing is said of how long the rest takes before that."""
    events = told(*HISTORY, Fail(call=ORDERS, delay_secs=4), *STARTED, accelerations=ACCELERATIONS)
    asking = [each for each in of(events, StartupProgress) if each.step == "asking"]
    assert {(each.done, each.total, each.fills, each.left_secs) for each in asking} == {(0, 4, 24, None)}
    assert of(events, Reconciled)[0].secs < 6.0


def test_a_mass_status_that_is_made_again_is_counted_anew() -> None:
    events = told(*HISTORY, Fail(call="GET /fapi/v1/allAlgoOrders", status=500, times=1), slow_trades(), *STARTED)
    progress = of(events, StartupProgress)
    assert max(each.orders for each in progress) == 28
    assert max(each.fills for each in progress) == 24


def slow_trades() -> AnyOperation:
    return Fail(call=FILLS, delay_secs=2)


# -- Booking ---------------------------------------------------------------------------------------


MANY: Final = 700
BUILT_UP: Final = tuple(
    Seed(fills=1, net=number * Decimal("0.010"), age_mins=MANY - number + 1) for number in range(1, MANY + 1)
)
"""Together they are the position, so that all of them are booked."""
LOOK_SECS: Final = 0.01
"""By so much each look at the clock moves it on."""


@pytest.fixture
def moving(monkeypatch: pytest.MonkeyPatch) -> None:
    """A clock that goes on though no loop runs."""
    looks = 0
    now = Progress._now

    def later(progress: Progress) -> float:
        nonlocal looks
        looks += 1
        return now(progress) + looks * LOOK_SECS

    monkeypatch.setattr(Progress, "_now", later)


@pytest.mark.usefixtures("moving")
def test_what_is_booked_in_one_stretch_is_told_from_within() -> None:
    events = told(*BUILT_UP, *STARTED)
    booking = [each for each in of(events, StartupProgress) if each.step == "booking"]
    assert len(booking) > 2
    assert {each.total for each in booking} == {MANY}
    assert {(each.orders, each.fills) for each in booking} == {(MANY, MANY)}
    for earlier, later in pairwise(booking):
        assert earlier.done < later.done <= MANY
        assert 1.0 <= later.secs - earlier.secs < 1.0 + 0.1 * later.secs
    pace = [each.left_secs for each in booking if each.done >= SAMPLE]
    assert pace == sorted(pace, reverse=True)  # type: ignore[type-var]
    assert of(events, Started)


@pytest.mark.usefixtures("moving")
def test_a_stretch_that_outlives_the_limit_is_told_at_its_beginning() -> None:
    events = told(*BUILT_UP, *STARTED, limit_secs=3.0)
    (short,) = of(events, StartupLimitShort)
    (report,) = of(events, Verified)
    assert events.index(short) < events.index(report)
    before = of(events[: events.index(short)], StartupProgress)
    assert not any(each.done > SAMPLE for each in before)
    assert short.expected_secs > 3.0


# -- Loading ---------------------------------------------------------------------------------------


@pytest.fixture
def moving_load(monkeypatch: pytest.MonkeyPatch) -> None:
    """A clock that goes on though no loop runs yet."""
    looks = 0

    def later(_: LoadProgress) -> float:
        nonlocal looks
        looks += 1
        return looks * LOOK_SECS

    monkeypatch.setattr(LoadProgress, "_now", later)


def starts(events: list[Event]) -> list[list[Event]]:
    """What was told until the clients had connected, of each start."""
    ends = [number for number, event in enumerate(events) if isinstance(event, Connected)]
    begins = [0, *(number for number, event in enumerate(events) if isinstance(event, Stopped))]
    return [events[begin:end] for begin, end in zip(begins, ends, strict=True)]


@pytest.mark.usefixtures("moving_load")
@pytest.mark.parametrize("accelerations", [ACCELERATIONS, ()], ids=["accelerated", "plain"])
def test_what_a_warm_start_loads_is_told_from_within(accelerations: Collection[str]) -> None:
    cold, warm = starts(told(*BUILT_UP, *STARTED, Stop(), *STARTED, accelerations=accelerations))
    assert not of(cold, StartupProgress)
    loading = of(warm, StartupProgress)
    assert len(loading) > 2
    assert {(each.step, each.total, each.limit_secs, each.orders) for each in loading} == {("loading", MANY, None, 0)}
    assert loading[0].secs == pytest.approx(2.0, abs=2 * LOOK_SECS)
    for earlier, later in pairwise(loading[:-1]):
        assert earlier.done < later.done
        assert 1.0 <= later.secs - earlier.secs < 1.0 + 0.1 * later.secs
    for each in loading:
        assert (each.left_secs is not None) is (SAMPLE <= each.done < MANY)
        if each.left_secs is not None:
            assert each.secs + each.left_secs == pytest.approx(MANY * LOOK_SECS, rel=0.1)
    assert loading[-1].done == MANY


@pytest.mark.parametrize("accelerations", [ACCELERATIONS, ()], ids=["accelerated", "plain"])
def test_a_short_load_tells_nothing(accelerations: Collection[str]) -> None:
    events = told(*HISTORY, *STARTED, Stop(), *STARTED, accelerations=accelerations)
    assert len(of(events, Started)) == 2
    assert not of(events, StartupProgress)


@pytest.mark.usefixtures("moving_load")
def test_what_is_read_later_on_is_none_of_the_load() -> None:
    events: list[Event] = []
    lifecycle = Lifecycle()
    lifecycle.observe(events.append)
    with load_told(lifecycle) as progress:
        client = progress.before(SimpleNamespace(read=lambda _: [b"told"]))
    for _ in range(round(2 * TOLD_FROM_SECS / LOOK_SECS)):
        assert client.read("instruments:BTCUSDT-PERP.BINANCE") == [b"told"]
    assert events == []


@pytest.mark.parametrize(
    ("secs", "limit_secs"), [(0.1, 1), (14.9, 30), (33.3, 67), (61, 130), (700, 1_440), (9_000, 3_600)]
)
def test_an_ample_limit_is_twice_as_long_in_round_figures(secs: float, limit_secs: float) -> None:
    assert ample_secs(secs) == limit_secs
