"""What is asked of the venue before there is a node, and what each answer comes to."""

import json
import time
from collections.abc import Iterator

import pytest
from binance_stand import DUAL_SIDE
from jail import shipped
from other_venue import configure_as_okx

from reconciliation.embedded.venue import VenueProcess
from reconciliation.engine.generation import generation
from reconciliation.errors import ExitCode
from reconciliation.node.draft import collected
from reconciliation.node.preflight.outcome import Outcome
from reconciliation.node.preflight.venue import PATIENCE_SECS, venue_outcomes

TIME = "GET /fapi/v1/time"
NAMES = ["venue", "clock", "key", "position mode", "instruments"]


@pytest.fixture(scope="module")
def running() -> Iterator[VenueProcess]:
    with VenueProcess() as venue:
        yield venue


@pytest.fixture
def venue(running: VenueProcess) -> Iterator[VenueProcess]:
    """The venue, in order."""
    yield running
    running.control.clear_faults()
    running.control.skew_clock(0)


def found(venue: VenueProcess, **variables: str) -> dict[str, Outcome]:
    settings = shipped(venue.environment() | variables)
    probes = generation().probes(collected(settings, None)[0])
    outcomes = venue_outcomes(settings, probes, with_instruments=True)
    assert [outcome.name for outcome in outcomes] == [f"BINANCE {name}" for name in NAMES]
    return {outcome.name.removeprefix("BINANCE "): outcome for outcome in outcomes}


def verdicts(venue: VenueProcess, **variables: str) -> list[str]:
    return [outcome.verdict for outcome in found(venue, **variables).values()]


def test_a_venue_that_is_as_it_should_be_costs_three_requests(venue: VenueProcess) -> None:
    venue.control.clear_requests()
    assert verdicts(venue) == ["ok"] * 5
    asked = sorted(request.call for request in venue.control.requests())
    assert asked == ["GET /fapi/v1/exchangeInfo", DUAL_SIDE, TIME]


def test_a_venue_that_is_not_there_hides_no_check(venue: VenueProcess) -> None:
    assert verdicts(venue, RECON_VENUE_HTTP_URL="http://127.0.0.1:1") == ["fail", *["unknown"] * 4]


@pytest.mark.parametrize("fault", [{"drop": True}, {"status": 503}, {"status": 418}])
def test_a_venue_that_fails_is_told_with_its_words(venue: VenueProcess, fault: dict[str, bool | int]) -> None:
    venue.control.fail("*", **fault)  # type: ignore[arg-type] # each case is one of its arguments
    outcome = found(venue)["venue"]
    assert outcome.verdict == "fail"
    assert str(fault.get("status", "")) in outcome.found


def test_a_venue_that_hangs_is_waited_for_once(venue: VenueProcess) -> None:
    venue.control.fail("*", delay_secs=60)
    begun = time.perf_counter()
    outcomes = found(venue)
    assert PATIENCE_SECS <= time.perf_counter() - begun < PATIENCE_SECS + 3
    assert outcomes["venue"].found.endswith("(no answer within 5 s)")


@pytest.mark.parametrize(
    ("skew_ms", "clock", "key"),
    [
        (-2_000, "fail", "unknown"),
        (-700, "warn", "ok"),
        (2_000, "ok", "ok"),
        (3_500, "warn", "ok"),
        (7_000, "fail", "unknown"),
    ],
)
def test_a_clock_is_judged_by_what_the_venue_refuses(venue: VenueProcess, skew_ms: int, clock: str, key: str) -> None:
    venue.control.skew_clock(skew_ms)
    outcomes = found(venue)
    assert (outcomes["clock"].verdict, outcomes["key"].verdict) == (clock, key)
    assert outcomes["instruments"].verdict == "ok"
    assert ("ahead of" if skew_ms < 0 else "behind") in outcomes["clock"].found


def test_a_clock_that_is_off_is_told_where_the_signed_question_fails_too(venue: VenueProcess) -> None:
    venue.control.skew_clock(-2_000)
    venue.control.fail(DUAL_SIDE, status=500)
    outcome = found(venue)["clock"]
    assert outcome.verdict == "fail"
    assert "more than 1000 ms ahead or 5000 ms behind" in outcome.found


@pytest.mark.parametrize("variable", ["RECON_VENUE_API_KEY", "RECON_VENUE_API_SECRET"])
def test_a_key_that_is_refused_is_told_without_it(venue: VenueProcess, variable: str) -> None:
    outcomes = found(venue, **{variable: "canary" * 8})
    assert [outcome.verdict for outcome in outcomes.values()] == ["ok", "ok", "fail", "unknown", "ok"]
    assert "-2015" in outcomes["key"].found or "-1022" in outcomes["key"].found
    assert "canary" not in str(outcomes)


def test_a_signed_question_without_an_answer_says_nothing_of_the_key(venue: VenueProcess) -> None:
    venue.control.fail(DUAL_SIDE, status=500)
    outcomes = found(venue)
    assert outcomes["key"].verdict == "fail"
    assert "did not answer what was signed" in outcomes["key"].found
    assert outcomes["position mode"].verdict == "unknown"


@pytest.mark.parametrize("is_hedging", [False, True])
def test_the_position_mode_is_the_settings(venue: VenueProcess, *, is_hedging: bool) -> None:
    venue.control.fail(DUAL_SIDE, body={"dualSidePosition": is_hedging})
    wanted = "hedging" if is_hedging else "netting"
    other = {"RECON_NODE_POSITION_MODE": "netting" if is_hedging else "hedging"}
    assert found(venue, RECON_NODE_POSITION_MODE=wanted)["position mode"].verdict == "ok"
    outcome = found(venue, **other)["position mode"]
    assert (outcome.verdict, outcome.code) == ("fail", ExitCode.UNUSABLE)
    assert f"RECON_NODE_POSITION_MODE={wanted}" in outcome.action


def test_instruments_that_are_named_exist(venue: VenueProcess) -> None:
    claims = {"M-1": {"instrument_ids": ["ETHUSDT.BINANCE", "BTCUSDT-PERP.BINANCE"]}}
    named = {"RECON_CLAIMS": json.dumps(claims), "RECON_INSTRUMENT_IDS": "BTCUSD-PERP.BINANCE,ETHUSDT-PERP.BINANCE"}
    outcome = found(venue, **named)["instruments"]
    assert (outcome.verdict, outcome.code) == ("fail", ExitCode.UNUSABLE)
    assert "claims.M-1 names ETHUSDT.BINANCE (did you mean ETHUSDT-PERP.BINANCE?)" in outcome.found
    assert "reconciliation.instrument_ids names BTCUSD-PERP.BINANCE" in outcome.found
    assert outcome.found.count(" names ") == 2
    accepted = {"RECON_CLAIMS": json.dumps(claims), "RECON_NODE_ACCEPT": "E19"}
    assert found(venue, **accepted)["instruments"].verdict == "ok"


def test_a_client_of_another_adapter_is_said_not_to_be_asked() -> None:
    settings = shipped()
    probes = generation().probes(collected(settings, configure_as_okx)[0])
    (outcome,) = venue_outcomes(settings, probes, with_instruments=True)
    assert outcome.verdict == "unknown"
    assert outcome.found.startswith("not asked")
