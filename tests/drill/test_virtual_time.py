"""Runs in virtual time: they agree with the venue, replay exactly, and notice what is wrong."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

import pytest
from virtual import STARTED, happened, run_of

from reconciliation import load
from reconciliation.drill.anomalies import Kind
from reconciliation.drill.scenario import Scenario, shipped_scenarios
from reconciliation.drill.schedule import Kill, Schedule, Settle, Submit, Until, Wait, Withdraw
from reconciliation.drill.stage import Played
from reconciliation.drill.virtual import VirtualRun
from reconciliation.settings import Settings
from reconciliation.settings.guards import GUARDS

pytestmark = pytest.mark.filterwarnings("ignore:Discarding nonzero nanoseconds")

SETTLE_SECS = 150.0
SCENARIOS = shipped_scenarios()
ORDERS: Final = "/fapi/v1/order"
SUBMIT: Final = Submit(name="order", quantity=Decimal("0.010"), price=Decimal(50_000))


def settings(
    preset: str = "standard", guards: tuple[str, ...] = GUARDS, overrides: Mapping[str, Any] | None = None
) -> Settings:
    resolved = load(preset, env={"RECON_SETTINGS_DIR": "shipped"}, overrides=dict(overrides or {}))
    every = tuple(f"{kind}{number:02}" for kind in "EW" for number in range(1, 40))
    return resolved.with_sections("test", node=resolved.node.model_copy(update={"guards": guards, "accept": every}))


def played(scenario: Scenario, guards: tuple[str, ...] = GUARDS) -> Played:
    schedule = scenario.schedule(seed=1, settle_secs=SETTLE_SECS)
    return VirtualRun(settings(guards=guards, overrides=scenario.settings), schedule).play()


def kinds(run: Played) -> set[Kind]:
    return {anomaly.kind for anomaly in run.anomalies}


@pytest.mark.parametrize(
    "name",
    [
        "lost fill [full]",
        "lost fill [partial]",
        "submit answered -1007 though live [filled, not told]",
        "venue down [60 s, hanging]",
        "warm restart, nothing changed [SIGKILL]",
        "Redis restarted empty [while running]",
        "stream flapping [3, 1 s]",
        "two nodes on one account [both run]",
    ],
)
def test_a_scenario_holds(name: str) -> None:
    assert kinds(played(SCENARIOS[name])) == set()


@pytest.mark.parametrize("since", ["traded since", "flat by its trades alone", "turned since"])
def test_what_was_held_when_the_lookback_begins_is_one_order_also_at_the_next_start(since: str) -> None:
    """A known limit says which kinds are known, and not how many of each there may be."""
    run = played(SCENARIOS[f"opening fill outside the lookback [{since}]"])
    assert run.boots > 1
    assert [anomaly.kind for anomaly in run.anomalies] == [Kind.INVENTED_ORDER, Kind.INVENTED_FILL]
    assert all("0.1" in anomaly.text for anomaly in run.anomalies)


def test_a_check_of_open_orders_only_never_learns_of_a_cancel() -> None:
    """W21: the position check has nothing to find."""
    gone = (SUBMIT, Wait(secs=15), Withdraw(name="order", silent=True), Settle(within_secs=300))
    assert Kind.WRONG_STATUS in kinds(
        run_of(*STARTED, *gone, overrides={"reconciliation.open_check_open_only": True}).play()
    )
    assert kinds(run_of(*STARTED, *gone).play()) == set()


def test_without_reconciliation_a_lost_fill_stays_lost() -> None:
    scenario = SCENARIOS["lost fill [full]"]
    schedule = scenario.schedule(seed=1, settle_secs=SETTLE_SECS)
    run = VirtualRun(settings(overrides={"reconciliation.enabled": False}), schedule).play()
    assert Kind.MISSING_FILL in kinds(run)


def test_the_network_outlives_a_process_that_is_killed() -> None:
    """What was under way reaches the venue, its answer reaches nobody, and the venue's end of the stream closes."""
    run = run_of(*STARTED, SUBMIT, Until(asked=f"POST {ORDERS}"), Kill(), Wait(secs=60))
    run.play()
    assert [order.client_order_id for order in run.control.ledger().orders] == ["order"]
    assert happened(run, "request", f"POST {ORDERS}")
    assert happened(run, "answer", f"200 POST {ORDERS}") == []
    assert happened(run, "stream", "hung up") == ["hung up"]
    texts = [entry.text for entry in run.world.trace]
    assert not [text for text in texts[texts.index("SIGKILL") :] if "ORDER_TRADE_UPDATE" in text]


def test_what_was_played_before_changes_nothing() -> None:
    """Tasks that a stop or a time limit cancels are kept in sets, which would give them in the order of addresses."""
    hanging = [SCENARIOS["venue down [30 s, hanging]"], SCENARIOS["venue down [60 s, hanging]"]]
    first = [played(scenario).digest for scenario in hanging]
    assert [played(scenario).digest for scenario in reversed(hanging)] == first[::-1]
    assert [played(scenario).digest for scenario in hanging] == first


@pytest.mark.parametrize("name", sorted(SCENARIOS))
def test_a_scenario_survives_being_saved(name: str) -> None:
    schedule = SCENARIOS[name].schedule(seed=7, settle_secs=1)
    assert Schedule.model_validate(json.loads(schedule.model_dump_json())) == schedule
    assert SCENARIOS[name].text
