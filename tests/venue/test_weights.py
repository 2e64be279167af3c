from http.client import HTTPConnection
from urllib.parse import urlsplit

from msgspec.structs import asdict

from reconciliation.embedded.venue import VenueProcess
from reconciliation.rules.limits import LIMITS
from reconciliation.venue.binance.weights import HEADER, Weights
from reconciliation.venue.credentials import KeyPair
from reconciliation.venue.exchange import Exchange

MINUTE_MS = 60_000


class Clock:
    ms = 10 * MINUTE_MS

    def __call__(self) -> int:
        return self.ms


def test_a_minute_s_weights_add_up_and_the_next_minute_begins_at_nothing() -> None:
    clock = Clock()
    weights = Weights(clock)
    assert weights.add("GET /fapi/v3/positionRisk", "timestamp=1") == 5
    assert weights.add("POST /fapi/v1/order", "symbol=BTCUSDT") == 5
    assert weights.add("GET /fapi/v1/time", "") == 6
    clock.ms += MINUTE_MS - 1
    assert weights.add("GET /fapi/v1/time", "") == 7
    clock.ms += 1
    assert weights.add("GET /fapi/v1/time", "") == 1


def test_open_orders_of_every_symbol_weigh_forty_of_one_symbol_one() -> None:
    weights = Weights(Clock())
    assert weights.add("GET /fapi/v1/openOrders", "timestamp=1") == 40
    assert weights.add("GET /fapi/v1/openOrders", "symbol=BTCUSDT&timestamp=1") == 41


def test_a_call_that_fails_weighs_as_well() -> None:
    exchange = Exchange(Clock(), KeyPair.generate())
    assert exchange.receive("GET", "/fapi/v1/openOrders", {}).headers == {HEADER: "40"}
    exchange.control.call("POST", "faults", b'{"call": "*", "status": 503}')
    assert exchange.receive("GET", "/fapi/v1/time", {}).headers == {HEADER: "41"}


def test_each_answer_tells_of_it(venue: VenueProcess) -> None:
    def told() -> int:
        connection = HTTPConnection(urlsplit(venue.http_url).netloc)
        connection.request("GET", "/fapi/v1/time")
        weight = connection.getresponse().headers["X-MBX-USED-WEIGHT-1M"]
        connection.close()
        return int(weight)

    first = told()
    assert told() in {first + 1, 1}


def test_a_call_weighs_here_what_the_plan_reckons_with() -> None:
    """The venue imports nothing of recon, and both take it from Binance's documentation."""
    calls = asdict(LIMITS["BINANCE"].calls)
    at_start = calls.pop("at_start").values()
    reckoned = {call for kind in (*calls.values(), *at_start) for call in kind}
    assert len(reckoned) > 8
    for call in reckoned:
        query = "symbol=BTCUSDT" if call.cost == 1 else ""
        assert Weights(Clock()).add(call.name, query) == call.cost, call.name
