"""`recon rules`, and what `recon check` says of settings that break some."""

import json
import os

import pytest
from click.testing import CliRunner, Result

from reconciliation.cli.main import main
from reconciliation.layers.settings_folder import shipped_settings
from reconciliation.rules.catalogue import RULES

WHERE = ("--settings-dir", str(shipped_settings()))


def recon(*args: str, **variables: str) -> Result:
    without: dict[str, str | None] = {name: None for name in os.environ if name.upper().startswith("RECON_")}
    return CliRunner(env=without | variables).invoke(main, args)


def test_the_list_holds_every_rule() -> None:
    data = json.loads(recon("rules", "--json").stdout)
    assert [rule["id"] for rule in data] == [rule.id for rule in RULES]
    for rule in data:
        assert set(rule) == {"id", "severity", "title", "keys", "proof"}
        assert rule["severity"] == ("error" if rule["id"].startswith("E") else "warning")
        assert rule["proof"] in {"run", "read", "computed"}
    assert [line.split()[0] for line in recon("rules").stdout.splitlines()[1:]] == [rule.id for rule in RULES]


@pytest.mark.parametrize("rule_id", [rule.id for rule in RULES])
def test_one_rule_is_told_whole(rule_id: str) -> None:
    data = json.loads(recon("rules", rule_id, "--json").stdout)
    assert set(data) == {"id", "severity", "title", "keys", "proof", "why", "cure", "held"}
    told = recon("rules", rule_id.lower()).stdout
    for part in (rule_id, data["title"], data["why"], data["cure"], *data["keys"]):
        assert part in told
    assert ("held by construction" in told) == (data["held"] is not None)


@pytest.mark.parametrize(("rule_id", "near"), [("E4", "did you mean E04?"), ("nonsense", "`recon rules` lists them")])
def test_an_unknown_rule_is_wrong_usage(rule_id: str, near: str) -> None:
    done = recon("rules", rule_id)
    assert (done.exit_code, done.stdout) == (2, "")
    assert f"'{rule_id}' is no rule; {near}" in done.stderr


def test_check_of_settings_that_break_nothing_stays_one_line() -> None:
    done = recon("check", "--strict", *WHERE)
    assert (done.exit_code, done.stdout.count("\n")) == (0, 1)


def test_check_refuses_an_error_and_tells_it_first() -> None:
    args = ("check", "--set", "reconciliation.position_check_retries=0", "--set", "facts.container_grace_secs=5")
    done = recon(*args, *WHERE)
    assert done.exit_code == 2
    first, *rest = done.stdout.splitlines()
    assert first.startswith("refused: preset standard, fingerprint ")
    assert first.endswith(": 1 error, 1 warning")
    assert [line.split()[:2] for line in rest if line[:1] in {"E", "W"}] == [["E06", "error"], ["W31", "warning"]]
    assert "     reconciliation.position_check_retries: --set" in rest
    data = json.loads(recon(*args, "--json", *WHERE).stdout)
    assert (data["ok"], data["preset"]) == (False, "standard")
    assert [said["id"] for said in data["findings"]] == ["E06", "W31"]


def test_check_lets_an_accepted_error_through_and_says_so() -> None:
    args = ("check", "--set", "reconciliation.position_check_retries=0", *WHERE)
    done = recon(*args, "--strict", RECON_NODE_ACCEPT="E06")
    assert done.exit_code == 0
    assert done.stdout.splitlines()[0].endswith(": 1 accepted")
    assert "E06 error, accepted  " in done.stdout
    assert json.loads(recon(*args, "--json", RECON_NODE_ACCEPT="E06").stdout)["ok"] is True


def test_check_is_strict_about_warnings_only_when_asked() -> None:
    args = ("check", "--set", "facts.container_grace_secs=5", *WHERE)
    assert recon(*args).exit_code == 0
    assert recon(*args, "--strict").exit_code == 1
    assert recon(*args, "--strict", RECON_NODE_ACCEPT="W31").exit_code == 0


def test_check_says_that_a_disabled_node_is_exempt() -> None:
    done = recon("check", "--preset", "disabled", "--set", "reconciliation.position_check_retries=0", *WHERE)
    assert done.exit_code == 0
    assert done.stdout.splitlines()[1].startswith("reconciliation is off: nothing is repaired")
