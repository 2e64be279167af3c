"""A trace is read into moments, spans and requests: nothing of importance is lost, and routine is counted."""

import json

from reconciliation.drill.operation import Operation
from reconciliation.drill.recorded.lanes import Lane, Mark, Moment, Shade, folded
from reconciliation.drill.recorded.moments import Story
from reconciliation.drill.recorded.requests import GRAIN
from reconciliation.drill.schedule import Fail, Fill, Heal, InterruptCache, Mend, Reach, Repeat, Skew, Stream, Until
from reconciliation.engine.simulation import Entry

NS = 1_000_000_000
OPEN_ORDERS = "GET /fapi/v1/openOrders"
FILLED = (
    "OrderFilled(instrument_id=BTCUSDT-PERP.BINANCE, client_order_id=one, venue_order_id=8, account_id=B-1,"
    " trade_id=1001, order_side=BUY, last_qty=0.004, last_px=50_000.00 USDT, commission=0.04 USDT, ts_event=1)"
)


def story(*told: tuple[float, str, str | Operation]) -> Story:
    read = Story(begin_ns=NS)
    for secs, kind, what in told:
        text = what.model_dump_json() if isinstance(what, Operation) else what
        read.read(Entry(NS + round(secs * NS), kind, text))
    return read


def faults(*told: tuple[float, str, str | Operation], end: float = 100) -> list[tuple[float, float, str]]:
    spans = story(*told).spans.all(end)
    return [(span.begin, span.end, span.text) for span in spans if span.shade is Shade.FAULT]


def moments(*told: tuple[float, str, str | Operation]) -> list[tuple[Lane, str, Mark]]:
    return [(moment.lane, moment.text, moment.mark) for moment in story(*told).moments]


def test_a_fault_lasts_until_it_is_undone() -> None:
    mute, unmute = Stream(action="mute"), Stream(action="unmute")
    away, back = Reach(reachable=False), Reach(reachable=True)
    assert faults((1, "drill", mute), (2, "drill", away), (3, "drill", back), (4, "drill", unmute)) == [
        (1, 4, "the stream tells nothing"),
        (2, 3, "the venue is away"),
    ]


def test_healing_ends_every_fault_and_mending_those_of_calls() -> None:
    told = ((1, "drill", Fail(call=OPEN_ORDERS, status=503)), (2, "drill", Repeat(copies=3)))
    assert faults(*told, (5, "drill", Mend()), (9, "drill", Heal())) == [
        (1, 5, f"{OPEN_ORDERS} answers 503"),
        (2, 9, "the stream tells everything 3 times"),
    ]


def test_a_fault_that_happens_so_often_ends_with_the_last_of_them() -> None:
    fail = Fail(call="POST *", drop=True, apply=True, times=2)
    asked = [(secs, "request", f"POST /fapi/v1/order?n={secs}") for secs in (3, 4, 5)]
    assert faults((1, "drill", fail), (2, "request", OPEN_ORDERS), *asked) == [
        (1, 4, "POST * breaks off, though it took effect, 2 times")
    ]


def test_what_the_end_of_the_run_cuts_off_ends_there() -> None:
    assert faults((1, "drill", Skew(ms=2_000)), (2, "drill", InterruptCache(secs=50)), end=10) == [
        (1, 10, "the venue's clock is off by +2 s"),
        (2, 10, "the cache is away for 50 s"),
    ]


def test_a_silent_socket_lasts_until_the_stream_is_opened_again_and_healing_does_not_end_it() -> None:
    told = ((1, "stream", "opened"), (2, "drill", Stream(action="freeze")), (3, "drill", Heal()))
    assert faults(*told, (7, "stream", "opened")) == [(2, 7, "the stream's socket is open and silent")]


def test_a_node_starts_then_runs_and_its_end_closes_its_stream() -> None:
    spans = story(
        *((1, "node", "Booting"), (2, "stream", "opened"), (3, "node", "Started"), (8, "drill", "SIGKILL")),
        *((9, "node", "Booting"), (10, "node", "NotStarted the venue is away")),
    ).spans.all(20)
    assert [(span.lane, span.shade, span.begin, span.end) for span in spans] == [
        (Lane.NODE, Shade.STARTING, 1, 3),
        (Lane.STREAM, Shade.UP, 2, 8),
        (Lane.NODE, Shade.UP, 3, 8),
        (Lane.NODE, Shade.STARTING, 9, 10),
    ]


def test_what_matters_is_a_moment_of_its_lane() -> None:
    trade = {"e": "ORDER_TRADE_UPDATE", "o": {"c": "one", "x": "TRADE", "X": "FILLED", "t": 7, "l": "0.01", "L": "5"}}
    assert moments(
        (0, "drill", Until(event="Started")),
        (1, "drill", Fill(name="one", silent=True)),
        (1, "node", "NotStarted the venue is away"),
        (1, "node", "ended: PreflightError"),
        (1, "neighbour", "Started"),
        (1, "stream", json.dumps(trade)),
        (1, "stream", json.dumps({"e": "listenKeyExpired"})),
        (1, "stream", "broke"),
        (1, "answer", '503 GET /fapi/v1/order {"code": -1}'),
        (1, "answer", "GET /fapi/v1/order broke off"),
        (1, "answer", "200 GET /fapi/v1/order {}"),
        (1, "engine", FILLED),
        (1, "engine", "OrderRejected(client_order_id=one, reason='NO', ts_event=1)"),
        (1, "database", "insert orders:one"),
        (1, "drill", "anomaly missing fill: one: two"),
    ) == [
        (Lane.DRILL, "one trades, untold by the stream", Mark.TICK),
        (Lane.NODE, "not started: the venue is away", Mark.WRONG),
        (Lane.NODE, "ended: PreflightError", Mark.WRONG),
        (Lane.NODE, "the other node: started", Mark.TICK),
        (Lane.STREAM, "told one: trade 7, 0.01 at 5, FILLED", Mark.TRADE),
        (Lane.STREAM, "told listenKeyExpired", Mark.TICK),
        (Lane.STREAM, "broke", Mark.WRONG),
        (Lane.REQUESTS, "GET /fapi/v1/order was answered 503", Mark.WRONG),
        (Lane.REQUESTS, "GET /fapi/v1/order broke off", Mark.WRONG),
        (Lane.ORDERS, "one filled 0.004 at 50000.00 USDT, trade 1001", Mark.TRADE),
        (Lane.ORDERS, "one rejected: NO", Mark.WRONG),
        (Lane.JUDGED, "missing fill: one: two", Mark.WRONG),
    ]


def test_requests_are_counted_and_kept_apart_only_as_far_as_they_can_be_drawn() -> None:
    told = [(number / 100, "request", f"{OPEN_ORDERS}?timestamp={number}") for number in range(5_000)]
    (calls,) = story(*told, (50, "answer", f"503 {OPEN_ORDERS} ")).requests.all(50.0)
    assert (calls.call, calls.asked, calls.failed) == (OPEN_ORDERS, 5_000, 1)
    assert len(calls.at) == GRAIN + 1
    assert calls.failed_at == (50.0,)


def test_only_routine_is_folded_and_only_within_a_while() -> None:
    def moment(secs: float, *, is_routine: bool) -> Moment:
        return Moment(secs=secs, lane=Lane.NODE, text="query failed", is_routine=is_routine)

    routine = folded(moment(secs, is_routine=True) for secs in (0, 50, 100, 200))
    assert [(each.secs, each.times, each.until) for each in routine] == [(0, 3, 100), (200, 1, None)]
    assert len(folded(moment(secs, is_routine=False) for secs in (0, 1, 2))) == 3


def test_of_the_orders_of_a_history_only_how_many_is_kept() -> None:
    told = [(1 + number / 1_000, "engine", FILLED.replace("=one", f"=seed_{number}")) for number in range(2_000)]
    (moment,) = folded(story(*told).moments)
    assert (moment.text, moment.times, moment.mark) == ("an order of the history: filled", 2_000, Mark.TRADE)
