"""Values that cannot be: each is told in exactly these words, with what would hold without it."""

import json

import pytest
from jail import Jail

DELAY = "reconciliation.startup_delay_secs"
LOOKBACK = "reconciliation.lookback_mins"
LINE = "settings/default.toml:2: "
OR_DELAY = "; or remove the line: the default is 10.0"
OR_LOOKBACK = "; or remove the line: the default is none"
NUMBER_IN_SECONDS = "must be a number: its unit, seconds, stands in its name; write the number of seconds alone"
WHOLE_IN_MINUTES = "must be a whole number: its unit, minutes, stands in its name; write the number of minutes alone"
FINITE = "must be a finite number; write a plain number"
NINES = "9" * 40


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('startup_delay_secs = "12"', f"{DELAY} = 12 must be a number; write it without quotes{OR_DELAY}"),
        ("startup_delay_secs = true", f"{DELAY} = true must be a number; write one{OR_DELAY}"),
        ("startup_delay_secs = [1]", f"{DELAY} must be a number; write one{OR_DELAY}"),
        ("startup_delay_secs = { a = 1 }", f"{DELAY} must be a number; write one{OR_DELAY}"),
        ("startup_delay_secs = 2020-01-01", f"{DELAY} must be a number; write one{OR_DELAY}"),
        ('startup_delay_secs = "10s"', f"{DELAY} = 10s {NUMBER_IN_SECONDS}, such as 10{OR_DELAY}"),
        ('startup_delay_secs = "2 Min"', f"{DELAY} = 2 Min {NUMBER_IN_SECONDS}, such as 120{OR_DELAY}"),
        ('startup_delay_secs = "1500ms"', f"{DELAY} = 1500ms {NUMBER_IN_SECONDS}, such as 1.5{OR_DELAY}"),
        ("startup_delay_secs = nan", f"{DELAY} = nan {FINITE}{OR_DELAY}"),
        ("startup_delay_secs = -inf", f"{DELAY} = -inf {FINITE}{OR_DELAY}"),
        ("startup_delay_secs = 1e400", f"{DELAY} = inf {FINITE}{OR_DELAY}"),
        ("startup_delay_secs = 9.5", f"{DELAY} = 9.5 must be at least 10 seconds; set 10 or more{OR_DELAY}"),
        ("startup_delay_secs = 1e5", f"{DELAY} = 100000.0 must be at most 86400 seconds; set 86400 or less{OR_DELAY}"),
        ("lookback_mins = 1.0", f"{LOOKBACK} = 1.0 must be a whole number, or none; write one{OR_LOOKBACK}"),
        ('lookback_mins = "2h"', f"{LOOKBACK} = 2h {WHOLE_IN_MINUTES}, such as 120{OR_LOOKBACK}"),
        ('lookback_mins = "90s"', f"{LOOKBACK} = 90s {WHOLE_IN_MINUTES}{OR_LOOKBACK}"),
        ('lookback_mins = "1.5.2m"', f"{LOOKBACK} = 1.5.2m {WHOLE_IN_MINUTES}{OR_LOOKBACK}"),
        ("lookback_mins = -1", f"{LOOKBACK} = -1 must be at least 0 minutes; set 0 or more{OR_LOOKBACK}"),
        (
            f"lookback_mins = {NINES}",
            f"{LOOKBACK} = {NINES} must be at most 5256000 minutes; set 5256000 or less{OR_LOOKBACK}",
        ),
        (
            f"lookback_mins = 0x{'f' * 5000}",
            f"{LOOKBACK} = a huge number must be at most 5256000 minutes; set 5256000 or less{OR_LOOKBACK}",
        ),
        (
            'instrument_ids = ["A.X", "A.X"]',
            (
                "reconciliation.instrument_ids: 'A.X' stands here twice; correct it"
                "; or remove the line: the default is none"
            ),
        ),
    ],
)
def test_a_wrong_value_in_a_file(jail: Jail, line: str, expected: str) -> None:
    jail.settings(f"[reconciliation]\n{line}\n")
    assert jail.lines() == [LINE + expected]


@pytest.mark.parametrize(
    ("variable", "text", "expected"),
    [
        (
            "RECON_STARTUP_DELAY_SECS",
            "10s",
            f"{DELAY} = 10s {NUMBER_IN_SECONDS}, such as 10; or unset it: the default is 10.0",
        ),
        (
            "RECON_STARTUP_DELAY_SECS",
            "ten",
            f"{DELAY} = ten must be a number; write one; or unset it: the default is 10.0",
        ),
        (
            "RECON_NODE_ACCEPT",
            '["E13"',
            (
                'node.accept = ["E13" must be a list, as JSON or separated by commas; write one'
                "; or unset it: the default is []"
            ),
        ),
        (
            "RECON_NODE_GUARDS",
            "[1",
            (
                "node.guards = [1 must be a list, as JSON or separated by commas; write one; or unset it: the default"
                " is bulk_queries,answered_absence,own_counters,confirmed_positio..."
            ),
        ),
        ("RECON_CLAIMS", "1", "claims = 1 must be a table (JSON in a variable and at --set); write one"),
        (
            "RECON_VENUE_NAME",
            "binance",
            (
                "venue.name: 'binance' is not a venue's name: capital letters, digits and _, as in BINANCE; correct it"
                "; or unset it: the default is BINANCE"
            ),
        ),
        (
            "RECON_VENUE_ENVIRONMENT",
            "live",
            (
                "an account at the live venue has a key and a secret; missing: api_key, api_secret; change one of"
                " venue.environment (RECON_VENUE_ENVIRONMENT), venue.api_key (not set), venue.api_secret (not set)"
            ),
        ),
        ("RECON_STARTUP_DELAY_SECS", "nan", f"{DELAY} = nan {FINITE}; or unset it: the default is 10.0"),
        ("RECON_STARTUP_DELAY_SECS", "inf", f"{DELAY} = inf {FINITE}; or unset it: the default is 10.0"),
        ("RECON_STARTUP_DELAY_SECS", "1e400", f"{DELAY} = 1e400 {FINITE}; or unset it: the default is 10.0"),
        (
            "RECON_LOOKBACK_MINS",
            "1e3",
            f"{LOOKBACK} = 1e3 must be a whole number, or none; write one; or unset it: the default is none",
        ),
        (
            "RECON_LOOKBACK_MINS",
            NINES,
            (
                f"{LOOKBACK} = {NINES} must be at most 5256000 minutes; set 5256000 or less"
                "; or unset it: the default is none"
            ),
        ),
        (
            "RECON_LOOKBACK_MINS",
            "9" * 5000,
            f"{LOOKBACK} = {'9' * 60}... must be a whole number, or none; write one; or unset it: the default is none",
        ),
        (
            "RECON_NODE_TIMEOUT_CONNECTION",
            "1m",
            (
                "node.timeout_connection = 1m must be a number: its unit is always seconds"
                "; write the number of seconds alone, such as 60; or unset it: the default is 60.0"
            ),
        ),
        (
            "RECON_ENABLED",
            "maybe",
            (
                "reconciliation.enabled = maybe must be true, false, 1, 0, yes, no, on or off; write one"
                "; or unset it: the default is true"
            ),
        ),
        (
            "RECON_LOG_LEVEL",
            "LOUD",
            (
                "log.level = LOUD must be 'DEBUG', 'INFO', 'WARNING' or 'ERROR'; write one of these words"
                "; or unset it: the default is INFO"
            ),
        ),
        (
            "RECON_FILTERED_CLIENT_ORDER_IDS",
            "O-1,O-1",
            (
                "reconciliation.filtered_client_order_ids: 'O-1' stands here twice; correct it"
                "; or unset it: the default is []"
            ),
        ),
        (
            "RECON_CLAIMS",
            '{"A-1": {"claim_all": true}, "A-1": {"claim_all": false}}',
            "claims: A-1 stands here twice; keep one of the two",
        ),
    ],
)
def test_a_wrong_value_in_a_variable(jail: Jail, variable: str, text: str, expected: str) -> None:
    jail.settings()
    assert jail.lines({variable: text}) == [f"{variable}: {expected}"]


def test_a_wrong_override(jail: Jail) -> None:
    expected = f"--set: {DELAY} = 5 must be at least 10 seconds; set 10 or more; or leave it out: the default is 10.0"
    jail.settings()
    assert jail.lines(overrides={DELAY: "5"}) == [expected]


@pytest.mark.parametrize("value", [271828, 27.1828, True])
def test_a_wrong_secret_is_told_without_its_value(jail: Jail, value: object) -> None:
    expected = "--set: venue.api_key must be text, or none; write one"
    jail.settings()
    assert jail.lines(overrides={"venue.api_key": value}) == [expected]


def test_the_shadowed_layer_is_told(jail: Jail) -> None:
    jail.settings(
        "[reconciliation]\nstartup_delay_secs = 11.0\n",
        standard="# head\n[reconciliation]\nstartup_delay_secs = 12.0\n",
    )
    (line,) = jail.lines({"RECON_STARTUP_DELAY_SECS": "5"})
    assert line.endswith("; set 10 or more; or unset it: settings/standard.toml:3 says 12.0")


@pytest.mark.parametrize(
    ("variable", "word"),
    [
        ("RECON_CACHE_URL", "write none where nothing is meant"),
        ("RECON_LOOKBACK_MINS", "write none where nothing is meant"),
        ("RECON_STARTUP_DELAY_SECS", "write a value"),
        ("RECON_VENUE_API_KEY_FILE", "write a value"),
        ("RECON_PRESET", "write a value"),
        ("RECON_SETTINGS_DIR", "write a value"),
    ],
)
def test_an_empty_variable(jail: Jail, variable: str, word: str) -> None:
    expected = f"{variable}: is set but empty; unset it, or {word}"
    jail.settings()
    assert jail.lines({variable: ""}) == [expected]


def test_a_violated_relation_names_both_origins(jail: Jail) -> None:
    jail.settings("[reconciliation]\ninflight_check_threshold_ms = 4000\n")
    expected = (
        "settings/default.toml:2: inflight_check_threshold_ms (4000) must be at least inflight_check_interval_ms (4500)"
        "; change one of reconciliation.inflight_check_threshold_ms (settings/default.toml:2),"
        " reconciliation.inflight_check_interval_ms (RECON_INFLIGHT_CHECK_INTERVAL_MS)"
    )
    assert jail.lines({"RECON_INFLIGHT_CHECK_INTERVAL_MS": "4500"}) == [expected]


def test_an_instrument_with_two_owners_names_both_origins(jail: Jail) -> None:
    jail.settings('[claims.A-1]\ninstrument_ids = ["X.Y"]\n')
    expected = (
        "settings/default.toml:2: A-1 and B-1 both claim X.Y; an order has one owner"
        "; change one of claims.A-1.instrument_ids (settings/default.toml:2), claims.B-1.instrument_ids (RECON_CLAIMS)"
    )
    assert jail.lines({"RECON_CLAIMS": json.dumps({"B-1": {"instrument_ids": ["X.Y"]}})}) == [expected]


def test_two_strategies_that_claim_all_name_both_origins(jail: Jail) -> None:
    text = "[claims.A-1]\nclaim_all = true\n[claims.B-1]\nclaim_all = true\n"
    expected = (
        "settings/default.toml:2: A-1 and B-1 both claim all; one strategy per node can"
        "; change one of claims.A-1.claim_all (settings/default.toml:2), claims.B-1.claim_all (settings/default.toml:4)"
    )
    jail.settings(text)
    assert jail.lines() == [expected]


VENUE = {
    "RECON_VENUE_HTTP_URL": "http://127.0.0.1:1",
    "RECON_VENUE_STREAM_URL": "ws://127.0.0.1:1",
    "RECON_VENUE_API_KEY": "k",
    "RECON_VENUE_API_SECRET": "s",
}


@pytest.mark.parametrize("wrong", [{"RECON_VENUE_API_KEY": ""}, {"RECON_VENUE_HTTP_URL": "no url"}])
def test_what_only_follows_from_another_mistake_is_not_told(jail: Jail, wrong: dict[str, str]) -> None:
    jail.settings()
    assert len(jail.lines(VENUE | wrong)) == 1
