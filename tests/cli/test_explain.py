"""`recon explain`: one setting, by any of its names."""

import json
from importlib import import_module

import pytest
from jail import SHIPPED, Jail, output, recon

from reconciliation.cli import explain
from reconciliation.engine.generation import fields
from reconciliation.layers import known
from reconciliation.layers.setting import Setting

WHERE = ("--settings-dir", str(SHIPPED))


@pytest.mark.parametrize(
    "name",
    [
        "startup_delay_secs",
        "reconciliation.startup_delay_secs",
        "RECON_STARTUP_DELAY_SECS",
        "reconciliation_startup_delay_secs",
    ],
)
def test_a_setting_is_known_by_four_names(name: str) -> None:
    told_as = json.loads(output("explain", name, "--json", *WHERE))
    assert told_as["key"] == "reconciliation.startup_delay_secs"
    assert output("explain", name, *WHERE) == output("explain", "startup_delay_secs", *WHERE)


def test_all_there_is_to_say_is_said(jail: Jail) -> None:
    jail.shipped_settings(mine="[reconciliation]\nstartup_delay_secs = 12.0\n")
    arguments = ("--preset", "mine", "--set", "reconciliation.startup_delay_secs=14")
    variables = {"RECON_STARTUP_DELAY_SECS": "13"}
    data = json.loads(output("explain", "startup_delay_secs", "--json", *arguments, **variables))
    assert data == {
        "key": "reconciliation.startup_delay_secs",
        "variable": "RECON_STARTUP_DELAY_SECS",
        "description": "Pause between the end of startup reconciliation and the first continuous check.",
        "type": "number",
        "unit": "seconds",
        "range": ">= 10, <= 86400",
        "default": 10.0,
        "engine_field": "LiveExecEngineConfig.reconciliation_startup_delay_secs",
        "layers": [
            {"origin": "default", "value": 10.0},
            {"origin": "settings/mine.toml:2", "value": 12.0},
            {"origin": "RECON_STARTUP_DELAY_SECS", "value": 13.0},
            {"origin": "--set", "value": 14.0},
        ],
    }
    text = output("explain", "startup_delay_secs", *arguments, **variables)
    for words in data.values():
        if isinstance(words, str):
            assert words in text
    layers = text.partition("layers, highest first\n")[2].splitlines()
    assert [line.split()[-1] for line in layers] == ["14.0", "13.0", "12.0", "10.0"]
    assert layers[0].split()[0] == "->"


@pytest.mark.parametrize("setting", known.settings_by_path().values(), ids=lambda setting: setting.key)
def test_every_setting_can_be_explained(setting: Setting) -> None:
    for name in (setting.key, setting.variable):
        data = json.loads(output("explain", name, "--json", *WHERE))
        assert data["key"] == setting.key
        assert data["description"]
    assert output("explain", setting.key, *WHERE).startswith(f"{setting.key}\n")


def test_the_claims_as_a_whole_can_be_explained() -> None:
    claims = '{"A-1": {"claim_all": true}}'
    data = json.loads(output("explain", "claims", "--json", *WHERE, RECON_CLAIMS=claims))
    assert data["layers"] == [
        {"origin": "default", "value": {}},
        {"origin": "RECON_CLAIMS", "value": {"A-1": {"claim_all": True}}},
    ]


def test_the_file_of_a_secret_is_a_name_of_it_too() -> None:
    assert json.loads(output("explain", "RECON_CACHE_URL_FILE", "--json", *WHERE))["key"] == "cache.url"


@pytest.mark.parametrize("value", ["2020-01-01", "nan", f"0x{'f' * 5000}", "[2020-01-01]", "{ a = nan }"])
def test_a_shadowed_value_need_not_be_a_right_one(jail: Jail, value: str) -> None:
    jail.shipped_settings(mine=f"[reconciliation]\nstartup_delay_secs = {value}\n")
    arguments = ("startup_delay_secs", "--preset", "mine")
    data = json.loads(output("explain", *arguments, "--json", RECON_STARTUP_DELAY_SECS="12"))
    assert [layer["origin"] for layer in data["layers"]] == [
        "default",
        "settings/mine.toml:2",
        "RECON_STARTUP_DELAY_SECS",
    ]
    assert output("explain", *arguments, RECON_STARTUP_DELAY_SECS="12")


@pytest.mark.parametrize(
    ("key", "hint"),
    [
        ("startup_delay", "did you mean startup_delay_secs?"),
        ("reconciliation.startup_delay", "did you mean reconciliation.startup_delay_secs?"),
        ("RECON_MAX_RETIRES", "did you mean RECON_INFLIGHT_CHECK_RETRIES?"),
        ("qqqq", "see `recon env`"),
        ("", "see `recon env`"),
    ],
)
def test_an_unknown_name_is_wrong_usage_with_the_nearest(key: str, hint: str) -> None:
    done = recon("explain", key, *WHERE)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.endswith(f"Error: '{key}' is no setting; {hint}\n")


def test_a_name_of_two_settings_is_wrong_usage(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = dict(known.settings_by_path())
    twin = settings["log", "level"]
    settings["venue", "level"] = Setting(
        ("venue", "level"), "venue.level", "RECON_VENUE_LEVEL", twin.field, twin.kind, nullable=False, secret=False
    )
    monkeypatch.setattr(known, "settings_by_path", lambda: settings)
    done = recon("explain", "level", *WHERE)
    assert done.exit_code == 2
    assert "'level' may be log.level or venue.level; say which" in done.stderr
    assert explain.named("log.level") is twin


FIELDS = {
    setting.key: str(field)
    for setting in known.settings_by_path().values()
    if (field := fields().by_key(setting.key)) is not None
}


@pytest.mark.parametrize("key", FIELDS)
def test_the_engine_has_the_field_a_setting_becomes(key: str) -> None:
    owner, _, name = FIELDS[key].partition(".")
    module = "nautilus_trader.adapters.binance.config" if owner.startswith("Binance") else "nautilus_trader.live.config"
    if owner in {"DatabaseConfig", "LoggingConfig"}:
        module = "nautilus_trader.common.config"
    there = getattr(import_module(module), owner).__struct_fields__
    assert name in there, f"{key} names {FIELDS[key]}; the engine has {sorted(there)}"
