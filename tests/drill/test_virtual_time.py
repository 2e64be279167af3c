"""Runs in virtual time: they agree with the venue, replay exactly, and notice what is wrong."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

import pytest

from reconciliation import load
from reconciliation.drill.anomalies import Kind
from reconciliation.drill.derive import derive
from reconciliation.drill.scenario import Scenario, shipped_scenarios
from reconciliation.drill.schedule import Schedule
from reconciliation.drill.stage import Played
from reconciliation.drill.virtual import VirtualRun
from reconciliation.settings import Settings
from reconciliation.settings.guards import GUARDS

pytestmark = pytest.mark.filterwarnings("ignore:Discarding nonzero nanoseconds")

SETTLE_SECS, SILENCE_SECS = 150.0, 70.0
SCENARIOS = shipped_scenarios()

DIGESTS = """
import json, sys
from reconciliation import load
from reconciliation.drill.derive import derive
from reconciliation.drill.virtual import VirtualRun
settings = load("standard", env={"RECON_SETTINGS_DIR": "shipped"})
for seed in range(1, 13):
    schedule = derive(seed, minutes=1, settle_secs=60, silence_secs=5, kills=seed % 2 == 0)
    print(VirtualRun(settings, schedule).play().digest, flush=True)
sys.stdout.flush()
import os
os._exit(0)
"""
"""Ends without the interpreter's own end, which would close the coroutines of killed nodes."""


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


def without(*names: str) -> tuple[str, ...]:
    return tuple(name for name in GUARDS if name not in names)


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


@pytest.mark.parametrize(
    ("preset", "seed", "kills"),
    [("conservative", 28, False), ("standard", 99, False), ("standard", 33, True)],
)
def test_a_seed_that_was_wrong_once_holds(preset: str, seed: int, kills: bool) -> None:
    """With each of them trades were booked twice, made up or lost before the guards for trades and histories."""
    schedule = derive(seed, minutes=10, settle_secs=SETTLE_SECS, silence_secs=SILENCE_SECS, kills=kills)
    assert VirtualRun(settings(preset), schedule).play().anomalies == ()


def test_without_the_trade_guard_fills_are_made_up() -> None:
    assert {Kind.INVENTED_FILL, Kind.MISSING_FILL} <= kinds(
        played(SCENARIOS["lost fill [full]"], without("venue_trades"))
    )


def test_without_matched_histories_a_kill_leaves_an_invention_or_no_node() -> None:
    schedule = derive(126, minutes=10, settle_secs=SETTLE_SECS, silence_secs=SILENCE_SECS)
    run = VirtualRun(settings(guards=without("matched_histories", "steady_positions")), schedule).play()
    assert kinds(run) & {Kind.INVENTED_ORDER, Kind.NOT_STARTED, Kind.PHANTOM_POSITION}


def test_without_reconciliation_a_lost_fill_stays_lost() -> None:
    scenario = SCENARIOS["lost fill [full]"]
    schedule = scenario.schedule(seed=1, settle_secs=SETTLE_SECS)
    run = VirtualRun(settings(overrides={"reconciliation.enabled": False}), schedule).play()
    assert Kind.MISSING_FILL in kinds(run)


def test_a_seed_replays_exactly_whoever_plays_it() -> None:
    """Each run twice, half of them with kills inside; the drill pins the hash seed, and no folder matters."""
    env = {key: value for key, value in os.environ.items() if not key.startswith("RECON_")} | {"PYTHONHASHSEED": "0"}
    first, second = (
        subprocess.Popen(
            [sys.executable, "-W", "ignore", "-c", DIGESTS], env=env, cwd=cwd, stdout=subprocess.PIPE, text=True
        )
        for cwd in ("/", None)
    )
    told = first.communicate()[0].split()
    assert len(told) == len(set(told)) == 12
    assert told == second.communicate()[0].split()


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
