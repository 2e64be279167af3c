from math import ceil, inf

import pytest
from bare_settings import ODD, SMALL, bare, binance
from hypothesis import example, given
from hypothesis import strategies as st

from reconciliation import load
from reconciliation.config import ReconciliationConfig
from reconciliation.rules import timings
from reconciliation.rules.client import STOCK_BINANCE_ERRORS
from reconciliation.rules.stages import COMPARED_WITHIN_SECS, shutdown_secs
from reconciliation.rules.timings import Answer, Span
from reconciliation.rules.timings.loop import LEAST_SLEEP, loop_of
from reconciliation.settings.guards import ENGINE_GUARDS, GUARDS
from reconciliation.settings.node import NodeSettings

NS = 1_000_000_000
ANSWERS = st.sampled_from(["no_such_order", "refused", "error"])
GUARD_SETS = st.sampled_from([(), ENGINE_GUARDS, GUARDS, ("own_counters",), ("answered_absence",)])


def stock_unanswered(r: ReconciliationConfig, answer: Answer) -> Span | None:
    return timings.unanswered(binance(r), answer)


def soonest(span: Span | None) -> float:
    return inf if span is None else span.soonest_secs


def stock_missing(r: ReconciliationConfig, answer: Answer) -> Span | None:
    return timings.missing(binance(r), answer)


MEASURED = bare(position_check_interval_secs=None)
"""2000 ms / 5000 ms / 5 and an open check of 5 s, which the measured cases were taken with."""


def never(secs: float | None) -> float:
    return inf if secs is None else secs


def check_ticks(r: ReconciliationConfig) -> tuple[int, int, int]:
    """The tick in nanoseconds, and after how many of them each order check runs; 0 is off."""
    wanted = [
        (r.inflight_check_interval_ms or 0) / 1_000,
        r.open_check_interval_secs or 0,
        r.position_check_interval_secs or 0,
    ]
    intervals = [round(secs * NS) for secs in wanted]
    tick = min((interval for interval in intervals if interval), default=0)
    inflight, opening, _ = (ceil(interval / tick) if tick else 0 for interval in intervals)
    return tick, inflight, opening


def life(r: ReconciliationConfig, submitted: int, *, errors: bool, until: int) -> int | None:
    """Play the engine's loop tick by tick, as its source reads, for an order submitted at a time.

    Returns the age at which a stock engine and client call it dead, or None while they have not.
    """
    tick, inflight, opening = check_ticks(r)
    threshold, open_threshold = r.inflight_check_threshold_ms * 1_000_000, r.open_check_threshold_ms * 1_000_000
    retries = failed = 0
    last_query: int | None = None
    for number in range(1, until):
        now = number * tick
        if now <= submitted:
            continue
        is_due = last_query is None or now - last_query >= threshold
        if inflight and number % inflight == 0 and now > submitted + threshold and is_due:
            if retries >= r.inflight_check_retries:
                return now - submitted
            last_query, retries, failed = now, retries + 1, failed + errors
        if failed == STOCK_BINANCE_ERRORS:
            return now - submitted
        if opening and number % opening == 0 and not r.open_check_open_only and now - submitted >= open_threshold:
            if retries >= r.open_check_missing_retries:
                retries, last_query, failed = 0, None, failed + errors
            else:
                retries += 1
        if failed == STOCK_BINANCE_ERRORS:
            return now - submitted
    return None


# -- The measured cases ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("r", "answer", "measured"),
    [
        (bare(open_check_open_only=True), "no_such_order", (36.0, 38.0)),
        (MEASURED, "no_such_order", (20.0, 20.0)),
        (bare(open_check_open_only=True), "error", (20.5, 20.5)),
    ],
)
def test_measured_lives_are_predicted_to_within_a_tick(
    r: ReconciliationConfig, answer: Answer, measured: tuple[float, float]
) -> None:
    span = stock_unanswered(r, answer)
    assert span is not None
    least, most = measured
    assert span.soonest_secs - 2.0 <= least
    assert most <= never(span.latest_secs) + 2.0


def test_an_order_that_was_not_resolved_in_58_s_may_never_be() -> None:
    span = stock_unanswered(MEASURED, "refused")
    assert span == Span(19.0, None)


def test_a_missing_order_dies_within_one_check_more_than_the_retries() -> None:
    assert stock_missing(MEASURED, "refused") == Span(5 * 6.0, 6 * 6.0)


def test_five_seconds_on_a_tick_of_two_are_six() -> None:
    assert timings.periods(MEASURED) == timings.Periods(2.0, 2.0, 6.0, None)


@pytest.mark.parametrize("preset", ["conservative", "standard", "aggressive"])
def test_a_guarded_node_outlives_any_outage_and_repairs_everything(preset: str) -> None:
    r = load(preset=preset, env={}).reconciliation
    assert timings.outage_outlived_secs(binance(r, GUARDS, guarded=True)) is None
    assert None not in {timings.lost_fill_secs(r), timings.lost_cancel_secs(r), timings.lost_ack_secs(r)}


def test_what_is_off_has_no_timings() -> None:
    r = load(preset="disabled", env={}).reconciliation
    assert timings.periods(r) == timings.Periods(None, None, None, None)
    for secs in (
        stock_unanswered(r, "refused"),
        stock_missing(r, "refused"),
        timings.position_gives_up_secs(r, ()),
        timings.lost_fill_secs(r),
        timings.lost_cancel_secs(r),
        timings.lost_ack_secs(r),
    ):
        assert secs is None


def test_open_orders_alone_never_show_how_an_order_ended() -> None:
    alone = bare(open_check_open_only=True, position_check_interval_secs=None)
    assert timings.lost_fill_secs(alone) is None
    assert timings.lost_cancel_secs(alone) is None
    watched = bare(open_check_open_only=True, position_check_interval_secs=30.0)
    assert timings.lost_fill_secs(watched) == 35.0
    assert timings.lost_cancel_secs(watched) is None
    assert timings.lost_fill_secs(bare(open_check_open_only=True, position_check_retries=0)) is None


def test_another_client_is_believed_after_the_outage_only() -> None:
    r = bare(open_check_open_only=True)
    span = timings.unanswered(binance(r, ("answered_absence",), outage_secs=60.0), "refused")
    assert span == Span(71.0, 81.0)
    r = bare(open_check_missing_retries=1)
    span = timings.missing(binance(r, ("answered_absence",), outage_secs=30.0), "refused")
    assert span == Span(42.0, 48.0)


def test_a_client_without_query_errors_tells_nothing_apart() -> None:
    guards = tuple(guard for guard in GUARDS if guard != "query_errors")
    assert timings.missing_outlived_secs(binance(MEASURED, guards, guarded=True), "refused") == 30.0


def test_a_stock_client_has_one_empty_reply_booked_as_flat() -> None:
    assert timings.outage_outlived_secs(binance(bare())) == 0.0
    assert timings.outage_outlived_secs(binance(bare(generate_missing_orders=False))) == 13.0


def test_the_position_check_gives_up_at_its_last_attempt() -> None:
    assert timings.position_gives_up_secs(bare(position_check_retries=3), ()) == 60.0
    assert timings.position_gives_up_secs(bare(position_check_retries=0), ()) == 0.0
    assert timings.position_gives_up_secs(bare(position_check_retries=3), ("patient_positions",)) is None


def test_a_stop_takes_all_its_stages() -> None:
    node = NodeSettings(timeout_post_stop=1.0, timeout_disconnection=2.0, timeout_shutdown=4.0)
    assert shutdown_secs(node) == 7.0 + COMPARED_WITHIN_SECS


# -- Relations -------------------------------------------------------------------------------------


@given(r=SMALL, answer=ANSWERS, phase=st.floats(0.0, 1.0))
def test_no_life_played_through_is_outside_what_is_predicted(
    r: ReconciliationConfig, answer: Answer, phase: float
) -> None:
    tick, inflight, opening = check_ticks(r)
    span = stock_unanswered(r, answer)
    if not tick:
        assert span is None
        return
    cycle = max(inflight, 1) * max(opening, 1)
    submitted = round(phase * cycle * tick)
    horizon = cycle + (r.inflight_check_retries + r.open_check_missing_retries + 5) * 100 * max(inflight, opening, 1)
    lived = life(r, submitted, errors=answer == "error", until=min(horizon, 50_000))
    if lived is None:
        assert span is None or span.latest_secs is None
    else:
        assert span is not None
        assert span.soonest_secs - 0.001 <= lived / NS <= never(span.latest_secs) + 0.001


@given(
    inflight=st.integers(1, 4),
    opening=st.integers(1, 6),
    threshold=st.integers(1, 60),
    open_threshold=st.integers(1, 60),
    retries=st.integers(0, 4),
    missing=st.integers(0, 4),
    answer=ANSWERS,
)
@example(inflight=1, opening=1, threshold=35, open_threshold=10, retries=4, missing=0, answer="error")
def test_the_lives_of_every_phase_fill_the_span(
    inflight: int, opening: int, threshold: int, open_threshold: int, retries: int, missing: int, answer: Answer
) -> None:
    r = bare(
        inflight_check_interval_ms=inflight * 1_000,
        inflight_check_threshold_ms=threshold * 100,
        inflight_check_retries=retries,
        open_check_interval_secs=float(opening),
        open_check_threshold_ms=open_threshold * 100,
        open_check_missing_retries=missing,
        position_check_interval_secs=1.0,
    )
    # What a whole second of the order's age leaves over at the two sides of each threshold.
    edges = {edge % NS for at in (threshold, open_threshold) for edge in range(at * NS // 10 - 1, at * NS // 10 + 2)}
    lived = [
        life(r, second * NS + NS - edge, errors=answer == "error", until=second + 300)
        for second in range(inflight * opening)
        for edge in edges
    ]
    known = [round(age / NS, 3) for age in lived if age is not None]
    latest = max(known) if len(known) == len(lived) else None
    assert stock_unanswered(r, answer) == (Span(min(known), latest) if known else None)


def test_a_rare_phase_is_found() -> None:
    """Of 4,602 phases, few live so long."""
    r = bare(
        inflight_check_interval_ms=7_800,
        inflight_check_threshold_ms=6_900,
        inflight_check_retries=3,
        open_check_interval_secs=5.9,
        open_check_threshold_ms=4_100,
        open_check_missing_retries=5,
        position_check_interval_secs=0.1,
    )
    # A nanosecond to either side of each tick: an age is above a threshold, or not yet.
    submitted = [(tick, tick * NS // 10 + side) for tick in range(4_602) for side in (-1, 1)]
    lived = [life(r, at, errors=False, until=tick + 300) for tick, at in submitted]
    ages = [round(age / NS, 3) for age in lived if age is not None]
    span = stock_unanswered(r, "refused")
    assert span is not None
    assert (min(ages), max(ages)) == (span.soonest_secs, span.latest_secs)


@given(r=ODD)
def test_a_period_is_whole_ticks_and_no_shorter_than_its_interval(r: ReconciliationConfig) -> None:
    found = timings.periods(r)
    for period, interval in (
        (found.inflight_secs, (r.inflight_check_interval_ms or 0) / 1_000),
        (found.open_secs, r.open_check_interval_secs),
        (found.position_secs, r.position_check_interval_secs),
    ):
        if period is None:
            assert not r.enabled or not interval or interval < 1e-9
            continue
        assert interval is not None
        assert found.tick_secs is not None
        assert interval - 1e-9 <= period <= interval + found.tick_secs
        assert period / found.tick_secs == pytest.approx(round(period / found.tick_secs))


@given(r=ODD, answer=ANSWERS, guards=GUARD_SETS, guarded=st.booleans())
def test_whatever_is_written_has_a_prediction_above_its_threshold(
    r: ReconciliationConfig, answer: Answer, guards: tuple[str, ...], guarded: bool
) -> None:
    dead = timings.unanswered(binance(r, guards, guarded=guarded), answer)
    gone = timings.missing(binance(r, guards, guarded=guarded), answer)
    for span in (dead, gone):
        assert span is None or 0 <= span.soonest_secs <= never(span.latest_secs)
    if dead is not None and answer != "error":
        assert dead.soonest_secs >= r.inflight_check_threshold_ms / 1_000
    least = min(r.inflight_check_threshold_ms, r.open_check_threshold_ms) / 1_000
    assert never(timings.lost_ack_secs(r)) >= least
    assert never(timings.lost_cancel_secs(r)) >= r.open_check_threshold_ms / 1_000


@given(r=SMALL, answer=ANSWERS, guards=GUARD_SETS, more=st.integers(1, 5))
def test_more_retries_never_end_a_life_sooner(
    r: ReconciliationConfig, answer: Answer, guards: tuple[str, ...], more: int
) -> None:
    patient = r.model_copy(update={"inflight_check_retries": r.inflight_check_retries + more})
    sooner, later = (soonest(timings.unanswered(binance(each, guards), answer)) for each in (r, patient))
    assert sooner <= later
    patient = r.model_copy(update={"open_check_missing_retries": r.open_check_missing_retries + more})
    sooner, later = (soonest(timings.missing(binance(each, guards), answer)) for each in (r, patient))
    assert sooner <= later
    patient = r.model_copy(update={"position_check_retries": r.position_check_retries + more})
    given_up, later_given_up = (timings.position_gives_up_secs(each, guards) for each in (r, patient))
    assert never(given_up) <= never(later_given_up)


@given(r=ODD, answer=st.sampled_from(["refused", "error"]))
def test_a_guarded_client_concludes_nothing_from_failures(r: ReconciliationConfig, answer: Answer) -> None:
    assert timings.unanswered(binance(r, GUARDS, guarded=True), answer) is None
    assert timings.missing(binance(r, GUARDS, guarded=True), answer) is None
    assert timings.outage_outlived_secs(binance(r, GUARDS, guarded=True)) is None


@given(r=ODD, guarded=st.booleans(), guards=GUARD_SETS)
def test_an_outage_is_outlived_no_longer_than_any_order(
    r: ReconciliationConfig, guarded: bool, guards: tuple[str, ...]
) -> None:
    conditions = binance(r, guards, guarded=guarded)
    outlived = never(timings.outage_outlived_secs(conditions))
    assert outlived <= soonest(timings.missing(conditions, "refused"))
    assert outlived <= soonest(timings.unanswered(conditions, "error"))


def test_a_loop_sleeps_a_millisecond_at_the_least() -> None:
    """An interval that nothing validates may be of nanoseconds; what is played through then is no more than this."""
    hasty = ReconciliationConfig().model_copy(update={"open_check_interval_secs": 1.7e-8})
    assert loop_of(hasty).tick == LEAST_SLEEP
    assert loop_of(hasty).open == 1
    assert never(timings.outage_outlived_secs(binance(hasty, (), guarded=False))) >= 0
