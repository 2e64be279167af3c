import json
import os
from typing import Any

import pytest
from arena import all_but
from stage import HERE, SEED, SETTINGS, Stage, clean_end, ended, environment, names, reconciled

from reconciliation import LiveTradingNodeConfig, RulesBrokenError, load
from reconciliation.embedded.venue import VenueProcess

HASTY = {"RECON_OPEN_CHECK_INTERVAL_SECS": "2"}
UNPATIENT = {"RECON_NODE_GUARDS": "symbols,reports,query_errors", "RECON_NODE_TOLERATED_OUTAGE_SECS": "120"}


def test_a_broken_rule_refuses_to_boot(stage: Stage, venue: VenueProcess, redis: str) -> None:
    """Exit 2 before anything is asked of the venue, with the rule, the figure, the remedy and the origin."""
    node = stage.node(environment(venue, redis, **UNPATIENT))
    assert ended(node) == 2
    assert names(node) == ["settings_refused"]
    told = node.events[0]
    assert [found["id"] for found in told["findings"]] == ["E03", "E04", "E05", "E21"]
    assert told["findings"][0]["figure"].endswith("you tolerate 2 min")
    assert told["findings"][0]["origins"]["node.guards"] == "RECON_NODE_GUARDS"
    assert venue.control.requests() == ()


def test_an_accepted_rule_boots_and_is_told_as_an_error(stage: Stage, venue: VenueProcess, redis: str) -> None:
    node = stage.node(environment(venue, redis, **UNPATIENT, RECON_NODE_ACCEPT="E03,E04,E05,E21"))
    clean_end(node)
    assert ended(node) == 0
    boot, *told = node.events
    assert boot["rules_broken"] == ["E03", "E04", "E05", "E21"]
    accepted = [event for event in told if event["event"] == "rule_accepted"]
    assert [(event["id"], event["level"]) for event in accepted] == [(id_, "error") for id_ in boot["rules_broken"]]


def test_a_warning_boots_and_is_told(stage: Stage, venue: VenueProcess, redis: str) -> None:
    node = stage.node(environment(venue, redis, **HASTY))
    clean_end(node)
    told = [event for event in node.events if event["event"] == "rule_broken"]
    assert [(event["id"], event["level"]) for event in told] == [("W32", "warning"), ("W36", "warning")]


def test_the_boot_event_says_what_the_settings_mean(stage: Stage, venue: VenueProcess, redis: str) -> None:
    """The standard preset by hand: ticks of 2 s, so that 5 s become 6 s."""
    node = stage.node(environment(venue, redis))
    clean_end(node)
    boot = node.wait_for("node_boot")
    assert boot["rules_broken"] == []
    assert boot["plan"]["checks"] == {"tick_secs": 2.0, "inflight_secs": 2.0, "open_secs": 6.0, "position_secs": 30.0}
    assert boot["plan"]["first_checks"] == {"inflight_secs": 12.0, "open_secs": 16.0, "position_secs": 40.0}
    assert boot["plan"]["called_dead"] == {
        # Asked five times, 6 s apart, from 5 to 7 s on; counted six times, 6 s apart.
        "submitted": {"no_such_order": {"soonest_secs": 35.0, "latest_secs": 37.0}, "refused": None, "error": None},
        "accepted": {"no_such_order": {"soonest_secs": 30.0, "latest_secs": 36.0}, "refused": None, "error": None},
    }
    assert boot["plan"]["outage_outlived_secs"] is None
    # A threshold of 5 s, and the period of the check that finds it.
    assert boot["plan"]["repaired"] == {"fill_secs": 11.0, "cancel_secs": 11.0, "ack_secs": 7.0}
    cost = boot["plan"]["cost"]
    # Ten open checks of 5 + 40 + 40 and 5 + 5 for the symbol, two position checks of 5.
    assert (cost["venue"], cost["idle_per_min"], cost["limit_per_min"]) == ("Binance USD-M futures", 960.0, 2_400)
    assert boot["plan"]["startup"]["total_secs"] == 60.0 + 30.0 + 10.0
    # The stage awaits residual events for 0.1 s only.
    assert boot["plan"]["shutdown_secs"] == 0.1 + 10.0 + 5.0 + 15.0


def test_the_boot_event_means_the_clients_that_were_added(stage: Stage, redis: str) -> None:
    """The settings name no venue, so that recon's own Binance client would be assumed."""
    path = os.pathsep.join(filter(None, [str(HERE), os.environ.get("PYTHONPATH")]))
    node = stage.node({"RECON_CACHE_URL": redis, "PYTHONPATH": path}, "other_venue:configure_as_okx")
    told: dict[str, Any] = node.wait_for("node_boot")["plan"]
    assert (told["cost"]["venue"], told["cost"]["limit_per_min"]) == ("OKX", 300)
    # First asked after 5 s, believed after 30 s without an answer.
    assert told["outage_outlived_secs"] == 35.0


def test_rules_judge_what_the_boot_saw(stage: Stage, venue: VenueProcess, redis: str) -> None:
    """An order older than the open check looks back rests at the venue; no setting had said so."""
    venue.control.seed(**SEED, age_mins=90)
    node = stage.node(environment(venue, redis, RECON_NODE_GUARDS=",".join(all_but("reports"))))
    reconciled(node)
    clean_end(node)
    assert ended(node) == 0
    told = [event for event in node.events if event["event"] == "rule_broken"]
    assert [event["id"] for event in told] == ["W22"]
    assert told[0]["origins"]["facts.max_resting_order_mins"] == "observed"


def test_a_person_reads_the_rules_as_check_tells_them(stage: Stage) -> None:
    """Before an embedded venue or cache is started."""
    told = stage.recon("run", RECON_LOG_FORMAT="console", **UNPATIENT)
    assert told.code == 2
    assert told.stderr.splitlines()[0].startswith("refused: preset standard")
    assert "E03 error  " in told.stderr
    assert "node.guards: RECON_NODE_GUARDS" in told.stderr
    assert told.stderr.splitlines()[-1].startswith("not started: E03: ")
    assert told.stdout == ""


def test_a_function_that_is_not_there_is_an_event_to_a_machine_and_usage_to_a_person(stage: Stage) -> None:
    (event,) = stage.recon("run", "nowhere:configure").events("settings_refused")
    assert event["level"] == "error"
    assert event["reason"].startswith("'nowhere:configure': No module named 'nowhere'")
    told = stage.recon("run", "nowhere:configure", RECON_LOG_FORMAT="console")
    assert told.code == 2
    assert told.stderr.splitlines()[-1].startswith("Error: 'nowhere:configure': No module named 'nowhere'")


@pytest.mark.parametrize(("accept", "code"), [({}, 2), ({"RECON_NODE_ACCEPT": "E19"}, 0)])
def test_a_claim_on_what_is_not_loaded_is_refused_once_that_is_known(
    stage: Stage, venue: VenueProcess, redis: str, accept: dict[str, str], code: int
) -> None:
    claims = json.dumps({"MAKER-001": {"instrument_ids": ["LUNAUSDT-PERP.BINANCE"]}})
    node = stage.node(environment(venue, redis, RECON_CLAIMS=claims, **accept))
    if not code:
        clean_end(node)
    assert ended(node) == code
    if code:
        told = node.wait_for("node_not_started")
        assert told["reason"].startswith("E19: MAKER-001 claims LUNAUSDT-PERP.BINANCE")


def test_reconcile_refuses_too(stage: Stage, venue: VenueProcess, redis: str) -> None:
    told = stage.recon("reconcile", "--json", **environment(venue, redis, **UNPATIENT))
    assert told.code == 2
    assert told.data["reason"].startswith("E03: ")


def test_a_node_of_ones_own_is_refused_too() -> None:
    settings = load(
        settings_dir=SETTINGS,
        env={"RECON_CACHE_URL": "redis://127.0.0.1:1", "RECON_VENUE_HTTP_URL": "http://127.0.0.1:1"}
        | {"RECON_VENUE_STREAM_URL": "ws://127.0.0.1:1", "RECON_VENUE_API_KEY": "k", "RECON_VENUE_API_SECRET": "s"}
        | UNPATIENT,
    )
    with pytest.raises(RulesBrokenError, match=r"E03: .*E04: .*E05: .*E21: "):
        LiveTradingNodeConfig.from_settings(settings).build_node()
