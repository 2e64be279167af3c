"""Scenarios are told in Binance's words: where they are played elsewhere, every word has its match there."""

from collections.abc import Iterator
from decimal import Decimal

import pytest

from reconciliation.drill.checks import Asked
from reconciliation.drill.placing import placed
from reconciliation.drill.scenario import Scenario, shipped_scenarios
from reconciliation.drill.schedule import Fail, Schedule, Submit, Until
from reconciliation.drill.venues import BINANCE, BYBIT, EVERYWHERE
from reconciliation.layers.resolve import load
from reconciliation.venue.exchange import Exchange

PLAYED = [scenario for scenario in shipped_scenarios().values() if BYBIT.name in scenario.venues]
ACCOUNT = {"http_url": "http://127.0.0.1:1", "stream_url": "ws://127.0.0.1:1", "api_key": "k", "api_secret": "s"}


def schedule_of(scenario: Scenario) -> Schedule:
    return scenario.schedule(seed=1, settle_secs=60, venue=BYBIT)


def calls_in(schedule: Schedule) -> Iterator[str]:
    for operation in schedule.operations:
        if isinstance(operation, Fail | Asked):
            yield operation.call
        elif isinstance(operation, Until) and operation.asked is not None:
            yield operation.asked


def test_the_stories_that_make_sense_at_bybit_are_played_there() -> None:
    stories = {scenario.name.partition(" [")[0] for scenario in PLAYED}
    assert {"cold start with history", "warm restart, nothing changed", "lost fill", "lost ack", "SIGKILL"} <= stories
    assert {"venue down", "report query 500", "report query hung"} <= stories
    assert not {"listen key expires", "hedge mode", "purge"} & stories


@pytest.mark.parametrize("scenario", PLAYED, ids=lambda scenario: scenario.name)
def test_a_schedule_holds_the_venues_own_names(scenario: Scenario) -> None:
    schedule = schedule_of(scenario)
    known = {call for wire in Exchange(lambda: 0).wires for call in wire.calls if "/fapi/" not in call}
    assert set(calls_in(schedule)) <= known | {"*"}
    assert all(key.endswith("-LINEAR.BYBIT") for key in schedule.claims)
    assert schedule.venue == "BYBIT"
    assert len(schedule.operations) == len(scenario.schedule(seed=1, settle_secs=60).operations)


def test_a_call_without_a_match_is_no_call_there() -> None:
    scenario = Scenario(name="x", text="x", when=(Fail(call="POST /fapi/v1/listenKey", drop=True),), venues=EVERYWHERE)
    with pytest.raises(KeyError, match="listenKey"):
        schedule_of(scenario)


def test_a_scenario_of_ones_own_is_played_at_binance_unless_it_says_more() -> None:
    assert Scenario(name="x", text="x", when=(Submit(name="a", quantity=Decimal(1)),)).venues == {"BINANCE"}


def test_the_account_goes_to_recons_own_client_or_to_nobody() -> None:
    settings = load(env={})
    for venue, given in ((BINANCE, True), (BYBIT, False)):
        schedule = Schedule(name="x", venue=venue.name, operations=())
        there = placed(settings, schedule, venue=ACCOUNT, cache_url="redis://127.0.0.1:1").venue
        assert (there.name, there.is_given) == (venue.name, given)
