import json
import os
import re
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciliation import load
from reconciliation.cli.main import main
from reconciliation.cli.plan import lines
from reconciliation.rules.plan import plan
from reconciliation.rules.subject import subject_of

PRESETS = ("conservative", "standard", "aggressive", "disabled")


def asked(*args: str) -> Result:
    without: dict[str, str | None] = {name: None for name in os.environ if name.upper().startswith("RECON_")}
    return CliRunner(env=without).invoke(main, ("plan", *args))


def data(*args: str) -> dict[str, Any]:
    done = asked("--json", *args)
    assert (done.exit_code, done.stderr) == (0, ""), done.output
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_the_standard_preset_reads_at_a_glance() -> None:
    text = asked("--symbols", "3").stdout
    assert re.search(r"open orders +6 s +16 s +5 s rounded up to whole ticks", text)
    assert re.search(r"order submitted, not answered +35 to 37 s +never +never", text)
    assert re.search(r"closed orders kept +60 to 70 min", text)


def test_a_cost_over_the_limit_is_told_as_its_share() -> None:
    text = asked("--symbols", "1", "--set", "reconciliation.open_check_interval_secs=2.0").stdout
    assert re.search(r"of the limit +1\d\d% +1\d\d%", text)


def test_without_guards_it_says_what_a_stock_node_would_do() -> None:
    found = data("--set", "node.guards=[]")
    assert found["called_dead"]["submitted"]["refused"] == {"soonest_secs": 19.0, "latest_secs": None}
    assert found["called_dead"]["accepted"]["error"] == {"soonest_secs": 30.0, "latest_secs": 36.0}
    assert found["outage_outlived_secs"] == 0.0
    assert "19 s, or never" in asked("--set", "node.guards=[]").stdout


def test_symbols_come_from_the_settings_unless_they_are_given() -> None:
    assert data()["symbols"] == 1
    assert data("--set", "facts.symbols=7")["symbols"] == 7
    assert data("--set", "facts.symbols=7", "--symbols", "2")["symbols"] == 2


def test_a_venue_that_was_not_measured_is_an_estimate() -> None:
    found = data("--set", "venue.name=KRAKEN")["cost"]
    assert (found["venue"], found["estimate"], found["limit_per_min"]) == ("Kraken", True, 30)
    assert "an estimate" in asked("--set", "venue.name=KRAKEN").stdout
    assert "unknown" in asked("--set", "venue.name=NOWHERE").stdout


def test_startup_and_first_checks_are_counted_from_their_stages() -> None:
    found = data("--set", "node.timeout_connection=1", "--set", "node.timeout_portfolio=2")
    assert found["startup"] == {
        "connection_secs": 1.0,
        "reconciliation_secs": 30.0,
        "portfolio_secs": 2.0,
        "total_secs": 33.0,
    }
    assert found["first_checks"] == {"inflight_secs": 12.0, "open_secs": 16.0, "position_secs": 40.0}


def test_every_key_is_documented_in_the_help() -> None:
    told = asked("--help").stdout
    for key in data():
        assert key in told


def test_mistakes_are_usage_errors() -> None:
    assert asked("--symbols", "0").exit_code == 2
    assert asked("--resting", "-1").exit_code == 2
    assert asked("--preset", "nowhere").exit_code == 2


@pytest.mark.parametrize("preset", PRESETS)
def test_a_preset_has_the_same_keys_and_fits_a_terminal(preset: str) -> None:
    found = data("--preset", preset)
    standard = data()
    assert found.keys() == standard.keys()
    assert {key: value.keys() for key, value in found.items() if isinstance(value, dict)} == {
        key: value.keys() for key, value in standard.items() if isinstance(value, dict)
    }
    assert max(map(len, asked("--preset", preset).stdout.splitlines())) <= 100


@settings(max_examples=20 if (depth := settings().max_examples) < 1_000 else depth)
@given(symbols=st.integers(1, 10_000), resting=st.integers(0, 100_000), preset=st.sampled_from(PRESETS))
def test_a_plan_is_always_data_and_text(symbols: int, resting: int, preset: str) -> None:
    resolved = load(preset=preset, env={})
    told = plan(subject_of(resolved), symbols=symbols, resting=resting)
    assert json.loads(json.dumps(told.data(), allow_nan=False))["symbols"] == symbols
    assert max(map(len, lines(told, resolved))) <= 100


def test_several_nodes_are_told_of_where_they_are_asked_for() -> None:
    assert "fleet" not in data()
    found = data("--preset", "conservative", "--nodes", "20", "--symbols", "1")["fleet"]
    assert (found["nodes"], found["running_per_min"], found["bears"], found["addresses"]) == (20, 480, 4, 5)
    text = asked("--preset", "conservative", "--nodes", "20", "--symbols", "1").stdout
    assert re.search(r"weight a minute +480 +9600 +2400", text)
    assert re.search(r"nodes that an address bears +4", text)
    assert re.search(r"starts on one address +all at once", text)


def test_what_is_not_known_of_several_nodes_is_told_so() -> None:
    unknown = asked("--set", "venue.name=KRAKEN", "--nodes", "2").stdout
    assert re.search(r"of a first minute +unknown", unknown)
    assert re.search(r"starts on one address +unknown", unknown)
    too_much = asked("--preset", "aggressive", "--nodes", "2").stdout
    assert re.search(r"addresses wanted +none is enough", too_much)
    slow = ("reconciliation.open_check_interval_secs=300", "reconciliation.position_check_interval_secs=600")
    apart = asked("--symbols", "20", "--nodes", "20", *(word for key in slow for word in ("--set", key))).stdout
    assert re.search(r"starts on one address +\d+ s apart", apart)
