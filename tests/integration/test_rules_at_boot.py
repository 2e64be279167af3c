import json

import pytest
from stage import SEED, SETTINGS, Stage, calls, clean_end, ended, environment, names, reconciled

from reconciliation import LiveTradingNodeConfig, load
from reconciliation.drill.processes import VenueProcess
from reconciliation.engine.v1.assemble import RulesBrokenError

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
    assert calls(venue) == []


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
    assert [(event["id"], event["level"]) for event in told] == [("W32", "warning")]


def test_the_boot_event_says_what_the_settings_mean(stage: Stage, venue: VenueProcess, redis: str) -> None:
    node = stage.node(environment(venue, redis))
    clean_end(node)
    assert node.wait_for("node_boot")["plan"] == stage.recon("plan", "--json", **environment(venue, redis)).data
    assert node.wait_for("node_boot")["rules_broken"] == []


def test_rules_judge_what_the_boot_saw(stage: Stage, venue: VenueProcess, redis: str) -> None:
    """An order older than the open check looks back rests at the venue; no setting had said so."""
    venue.post("seed", **SEED, age_mins=90)
    node = stage.node(environment(venue, redis))
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
    assert told.stdout == ""


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
