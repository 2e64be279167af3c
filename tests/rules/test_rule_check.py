"""Judging: order, acceptance, what is masked, what is refused, what was observed; and that the presets pass."""

from pathlib import Path

import pytest
from msgspec.structs import replace
from rule_subjects import hand, ids, ours

from reconciliation import ReconciliationPreset, load
from reconciliation.layers import known
from reconciliation.layers.settings_folder import shipped_settings
from reconciliation.rules.catalogue import RULES, named
from reconciliation.rules.check import check, refusals
from reconciliation.rules.client import ClientTraits
from reconciliation.rules.subject import FACTS, Observed, Subject, subject_of
from reconciliation.settings.guards import GUARDS

ENGINE_ONLY = {
    "cache.flush_on_start",
    "cache.use_instance_id",
    "cache.database.factor",
    "cache.database.max_delay",
    "cache.database.username",
    "cache.database.password",
    "snapshot_orders",
    "snapshot_positions",
}
"""Keys that no setting of ours has: only a hand-written configuration can break their rules."""

WITHOUT_REPORTS = {"RECON_NODE_GUARDS": ",".join(guard for guard in GUARDS if guard != "reports")}


def preset(name: str) -> Subject:
    return subject_of(load(preset=name, env={}, settings_dir=shipped_settings()))


def test_the_rules_are_those_that_settings_may_accept_in_their_order() -> None:
    errors = [f"E{number:02}" for number in range(1, 25)]
    assert [rule.id for rule in RULES] == [*errors, *(f"W{number}" for number in range(21, 42))]


def test_findings_can_be_told_apart_in_a_set() -> None:
    findings = check(ours(reconciliation={"open_check_interval_secs": None}))
    assert findings
    assert {*findings, *(replace(finding) for finding in findings)} == {*findings}
    assert len({*findings}) == len(findings)


def test_every_rule_says_what_why_and_how() -> None:
    for rule in RULES:
        assert rule.title
        assert rule.why.endswith(".")
        assert rule.cure
        assert named(rule.id.lower()) is rule
    assert len({rule.title for rule in RULES}) == len(RULES)


def test_every_key_of_a_rule_is_a_setting_or_a_field_that_only_the_engine_has() -> None:
    settings = {setting.key for setting in known.settings_by_path().values()}
    keys = {key for rule in RULES for key in rule.keys}
    assert keys - settings == ENGINE_ONLY
    assert set(FACTS) <= settings
    for rule in RULES:
        if set(rule.keys) & ENGINE_ONLY - {"snapshot_orders"}:
            assert rule.held, rule.id


@pytest.mark.parametrize("name", list(ReconciliationPreset))
def test_no_shipped_preset_breaks_an_error(name: str) -> None:
    assert refusals(check(preset(name))) == ()


@pytest.mark.parametrize("name", ["conservative", "standard", "disabled"])
def test_the_patient_presets_break_no_rule_at_all(name: str) -> None:
    assert check(preset(name)) == ()


def test_what_is_held_by_construction_no_settings_of_ours_can_break() -> None:
    keys = {"lookback_mins": 5, "filter_unclaimed_external_orders": True, "purge_from_database": True}
    node = {"save_state": True, "load_state": True, "graceful_shutdown_on_exception": True, "timeout_connection": 1.0}
    broken = ids(ours(reconciliation=keys, node=node, facts={"supervisor_restarts": "on-failure"}))
    assert not broken & {rule.id for rule in RULES if rule.held}


def test_a_disabled_node_is_exempt_from_the_rules_about_repair() -> None:
    keys = {"enabled": False, "position_check_retries": 0, "open_check_interval_secs": 1.0}
    masked = ours(reconciliation=keys, facts={"container_grace_secs": 1.0}, cache={"load_cache": False})
    assert ids(masked) == {"W31", "E15"}, "what is loaded and kept is no repair"
    assert {"E06", "W32", "E15"} <= ids(ours(reconciliation={**keys, "enabled": True}, cache={"load_cache": False}))


def test_a_hand_written_reconciliation_false_masks_nothing() -> None:
    keys = {"enabled": False, "position_check_interval_secs": 2.0, "position_check_retries": 0}
    assert {"E03", "E06", "E16", "W32", "E05"} <= ids(hand(reconciliation=keys))


def test_an_accepted_error_no_longer_refuses_and_is_still_told() -> None:
    keys = {"position_check_retries": 0}
    (found,) = refusals(check(ours(reconciliation=keys)))
    assert found.id == "E06"
    accepted = check(ours(reconciliation=keys, node={"accept": ("E06",)}))
    assert refusals(accepted) == ()
    assert [(said.id, said.accepted) for said in accepted] == [("E06", True)]


def test_errors_come_before_warnings_in_the_order_of_the_rules() -> None:
    found = [said.id for said in check(hand(None, {"position_check_interval_secs": 1.0}, {"account_shared": True}))]
    assert found == sorted(found, key=[rule.id for rule in RULES].index)
    assert len(found) > 4


def test_a_refused_value_masks_no_rule_that_is_broken_whatever_stands_in_its_place() -> None:
    bad = hand(reconciliation={"open_check_interval_secs": 2.0, "position_check_interval_secs": 30.0})
    refused = replace(bad, refused={"reconciliation.position_check_interval_secs": "nan is refused"})
    (hasty,) = (found for found in check(refused) if found.id == "W32")
    assert hasty.figure == (
        "open orders are checked every 2 s (whatever reconciliation.position_check_interval_secs is)"
    )
    assert hasty.hint == "set reconciliation.open_check_interval_secs=5.0"
    assert "E05" in ids(bad)
    assert "E05" not in ids(refused), "a check that may be off closes nothing"


def test_several_refused_values_are_tried_together() -> None:
    keys = {"open_check_interval_secs": 2.0, "open_check_open_only": True, "position_check_interval_secs": 30.0}
    names = ("position_check_interval_secs", "open_check_open_only", "position_check_retries")
    refused = replace(hand(reconciliation=keys), refused={f"reconciliation.{name}": "is refused" for name in names})
    assert {"E01", "E03", "W32"} <= ids(refused)
    assert not {"E05", "E06", "E21", "W21"} & ids(refused)


def test_a_refused_value_that_is_no_setting_of_reconciliation_masks_what_reads_it() -> None:
    bad = hand({"timeout_post_stop": 100.0}, facts={"container_grace_secs": 30.0})
    assert "W31" in ids(bad)
    assert "W31" not in ids(replace(bad, refused={"node.timeout_post_stop": "'soon' is refused"}))


def test_a_hint_sees_those_before_it_and_all_tell_one_value() -> None:
    keys = {"open_check_interval_secs": 2.0, "position_check_interval_secs": 2.0}
    found = {said.id: said for said in check(ours(reconciliation=keys, facts={"symbols": 12}))}
    both = ("reconciliation.open_check_interval_secs", "reconciliation.position_check_interval_secs")
    assert [found["W32"].change[key] for key in both] == [found["W36"].change[key] for key in both]
    assert all(found["W36"].change[key] > 5.0 for key in both)


def test_a_hint_mends_what_it_would_break() -> None:
    """Reconciliation that is on again has to do with what it left alone while it was off."""
    keys = {
        "enabled": False,
        "position_check_interval_secs": 30.0,
        "filter_unclaimed_external_orders": True,
        "inflight_check_interval_ms": None,
    }
    found = {said.id: said for said in check(hand(reconciliation=keys))}
    assert "W26" not in found
    assert found["E16"].change == {
        "reconciliation.enabled": True,
        "reconciliation.filter_unclaimed_external_orders": False,
    }
    assert found["E16"].hint == (
        "set reconciliation.enabled=True and reconciliation.filter_unclaimed_external_orders=False and for W35, await"
        " the engine's reconcile_execution_state under asyncio.wait_for, or build the node with"
        " LiveTradingNodeConfig.build_node; or reconciliation.position_check_interval_secs=None"
    )


def test_what_is_accepted_is_neither_followed_nor_in_the_way() -> None:
    keys = {"open_check_interval_secs": 2.0}
    (hasty, _) = check(ours(reconciliation=keys, node={"accept": ("W32",)}))
    assert (hasty.id, hasty.change, hasty.hint) == (
        "W32",
        {"reconciliation.open_check_interval_secs": 5.0},
        "set reconciliation.open_check_interval_secs = 5.0",
    )


def test_a_rule_that_reads_a_refused_value_is_not_judged() -> None:
    bad = hand(reconciliation={"position_check_interval_secs": 2.0, "position_check_retries": 0})
    assert "E06" in ids(bad)
    refused = replace(bad, refused={"reconciliation.position_check_retries": "-1 is refused"})
    assert "E06" not in ids(refused)
    assert {"E01", "W32", "E05"} <= ids(refused)


def test_a_finding_names_its_keys_and_where_they_stand(tmp_path: Path) -> None:
    env = {"RECON_POSITION_CHECK_RETRIES": "0"}
    (found,) = check(subject_of(load(env=env, settings_dir=shipped_settings())))
    assert set(found.data()) == {"id", "severity", "keys", "origins", "figure", "message", "hint", "assumed", "change"}
    assert found.data()["keys"] == [
        "reconciliation.position_check_interval_secs",
        "reconciliation.position_check_retries",
    ]
    interval, retries = found.data()["origins"].values()
    assert "standard.toml:" in interval
    assert retries == "RECON_POSITION_CHECK_RETRIES"


def test_what_was_observed_beats_what_the_settings_say_and_is_told() -> None:
    settings = load(env={}, settings_dir=shipped_settings())
    (found,) = check(subject_of(settings, observed=Observed(symbols=500)))
    assert found.id == "W36"
    assert found.figure.endswith("(facts.symbols as observed)")
    assert found.data()["origins"]["facts.symbols"] == "observed"
    assert check(subject_of(settings, observed=Observed())) == ()


def test_observed_facts_wake_the_rules_that_were_silent() -> None:
    settings = load(env=WITHOUT_REPORTS, settings_dir=shipped_settings())
    found = check(subject_of(settings, observed=Observed(symbols=500, oldest_resting_mins=90)))
    assert [said.id for said in found] == ["W22", "W36"]
    assert all("as observed" in said.figure for said in found)


def test_a_client_without_a_guard_is_judged_as_such() -> None:
    settings = load(env={}, settings_dir=shipped_settings())
    (found,) = check(subject_of(settings, clients=(ClientTraits("OKX", guarded=False),)))
    assert found.id == "W37"
    assert found.figure.startswith("OKX: stock client, only the engine-level guards")
