"""What only the engine can check has its place in the settings: layered, with origins, and its secrets told nowhere."""

import json
import re
import shlex
from pathlib import Path

import pytest
from jail import Jail, output, recon

from reconciliation import Settings

CANARY = "kanarienvogel"
FILE = """
[strategies.MAKER-001]
strategy_path = "m:Maker"
config_path = "m:MakerConfig"
config = { order_qty = "0.010", levels = [1, 2.5] }

[clients.BYBIT]
exec_config_path = "m:Config"
exec_factory_path = "m:Factory"

[clients.BYBIT.config]
testnet = true

[message_bus]
streams_prefix = "s"
database = { host = "127.0.0.1", port = 6379 }
"""
SECRETS = {"BYBIT": {"config": {"api_key": CANARY}, "exec_config": {"wallet": {"private_key": CANARY}}}}


@pytest.fixture
def mine(jail: Jail) -> Jail:
    jail.settings(FILE)
    return jail


def test_every_field_knows_its_origin_and_the_environment_adds_to_a_table(mine: Jail) -> None:
    settings = mine.load(
        {"RECON_STRATEGIES": '{"MAKER-001": {"config": {"levels": [3]}}}', "RECON_RISK": '{"debug": true}'}
    )
    assert settings.strategies["MAKER-001"].config == {"order_qty": "0.010", "levels": (3,)}
    assert settings.risk == {"debug": True}
    told = {key: settings.origins[key] for key in settings.origins if key.startswith(("strategies", "message", "risk"))}
    assert told == {
        "strategies.MAKER-001.strategy_path": "settings/default.toml:3",
        "strategies.MAKER-001.config_path": "settings/default.toml:4",
        "strategies.MAKER-001.config.order_qty": "settings/default.toml:5",
        "strategies.MAKER-001.config.levels": "RECON_STRATEGIES",
        "message_bus.streams_prefix": "settings/default.toml:15",
        "message_bus.database": "settings/default.toml:16",
        "risk.debug": "RECON_RISK",
    }


@pytest.mark.parametrize(
    ("text", "value"),
    [("0.5", 0.5), ("true", True), ('"5"', "5"), ("BTC.X", "BTC.X"), ("[1]", (1,)), ("", "")],
)
def test_an_override_is_read_as_json_where_it_is_json(mine: Jail, text: str, value: object) -> None:
    settings = mine.load(overrides={"strategies.MAKER-001.config.order_qty": text})
    found = settings.strategies["MAKER-001"].config["order_qty"]
    assert (found, type(found)) == (value, type(value))
    assert settings.origins["strategies.MAKER-001.config.order_qty"] == "--set"


def test_a_free_table_stays_as_it_was_read(mine: Jail) -> None:
    config = mine.load().strategies["MAKER-001"].config
    with pytest.raises(TypeError):
        config["order_qty"] = "9"  # type: ignore[index]
    assert dict(config) == {"order_qty": "0.010", "levels": (1, 2.5)}


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('api_key = "kanarienvogel"', "clients.BYBIT.config.api_key"),
        (
            'wallet = { deep = { private_key = "kanarienvogel" } }',
            "clients.BYBIT.config.wallet.deep.private_key",
        ),
    ],
)
def test_a_secret_in_a_file_is_refused_with_its_line_and_the_way_out(jail: Jail, line: str, told: str) -> None:
    jail.settings(FILE.replace("testnet = true", line))
    first, *_ = jail.lines()
    assert first == (
        f"settings/default.toml:12: {told} is a secret, and secrets never stand in TOML; set RECON_CLIENTS or"
        " RECON_CLIENTS_FILE, as JSON, instead"
    )
    assert CANARY not in "".join(jail.lines())


def test_secrets_of_a_bus_stand_in_no_file_either(jail: Jail) -> None:
    jail.settings(FILE.replace("port = 6379", 'port = 6379, password = "kanarienvogel"'))
    (told,) = jail.lines()
    assert told.startswith("settings/default.toml:16: message_bus.database.password is a secret")
    assert "RECON_MESSAGE_BUS_FILE" in told


def every_output(**variables: str) -> str:
    shown = [
        *(recon(*command, **variables) for command in (["check"], ["check", "--json"], ["show"], ["plan"])),
        *(recon("show", form, **variables) for form in ("--json", "--toml", "--env")),
        *(recon("explain", key, **variables) for key in ("clients", "clients.BYBIT.config.api_key")),
        recon("diff", "standard", "@env", **variables),
    ]
    return "".join(done.stdout + done.stderr for done in shown)


@pytest.mark.parametrize("by_file", [True, False])
def test_secrets_from_the_environment_are_shown_nowhere(mine: Jail, *, by_file: bool) -> None:
    text = json.dumps(SECRETS)
    variables = {"RECON_CLIENTS_FILE": mine.secret(text)} if by_file else {"RECON_CLIENTS": text}
    settings = mine.load(variables)
    assert settings.clients["BYBIT"].config == {"testnet": True, "api_key": CANARY}
    told = every_output(**variables)
    assert CANARY not in told
    assert re.search(r"clients\.BYBIT\.config\.api_key +\*\*\* +RECON_CLIENTS", told)
    assert settings.fingerprint == mine.load().fingerprint


@pytest.mark.parametrize("text", [f'{{"BYBIT": {{"config": {{"api_key": "{CANARY}"', f'"{CANARY}"', f"[{CANARY!r}]"])
def test_secrets_in_what_cannot_be_read_are_not_repeated(mine: Jail, text: str) -> None:
    assert mine.lines({"RECON_CLIENTS": text}) == [
        "RECON_CLIENTS: clients must be a table (JSON in a variable and at --set); write one"
    ]
    assert CANARY not in every_output(RECON_CLIENTS=text)


def test_a_file_of_secrets_must_be_ones_own_and_the_only_one(mine: Jail) -> None:
    name = mine.secret("{}", 0o644)
    assert "can be read by its group" in mine.lines({"RECON_CLIENTS_FILE": name})[0]
    assert "both set" in mine.lines({"RECON_CLIENTS_FILE": mine.secret("{}"), "RECON_CLIENTS": "{}"})[0]


@pytest.mark.parametrize(
    ("file", "told"),
    [
        ("[strategies.MAKER]\n", "1: strategies.MAKER: 'MAKER' is not a strategy id NAME-TAG"),
        ('[strategies.A-1]\nstrategy_path = "m.Maker"\nconfig_path = "m:C"', "'m.Maker' is not MODULE:CLASS"),
        ('[strategies.A-1]\nstrategy_path = "m:M"', "strategies.A-1.config_path"),
        ('[strategies.A-1]\nstrategy_pat = "m:M"\nconfig_path = "m:C"', "did you mean strategies.A-1.strategy_path?"),
        ('[clients.X]\nexec_config_path = "m:C"', "exec_config_path and exec_factory_path come together"),
        ("[clients.X]\nconfig.a = 1", "it names no client"),
        ("[risk]\nmax = nan", "max holds a number that is not finite"),
        ("[risk]\nwhen = 2026-01-01", "risk"),
        ('[risk]\n"a b" = 1', "'a b' is no field's name"),
    ],
)
def test_mistakes_in_the_form_are_told_with_their_place(jail: Jail, file: str, told: str) -> None:
    jail.settings(file)
    lines = jail.lines()
    assert all(line.startswith("settings/default.toml:") for line in lines)
    assert any(told in line for line in lines), lines


def test_what_is_shown_as_a_file_or_as_variables_loads_back(mine: Jail) -> None:
    settings = mine.load()
    mine.write("settings/again.toml", output("show", "--toml"))
    assert same(mine.load(preset="again"), settings)
    lines = output("show", "--env").splitlines()
    variables = dict(shlex.split(line)[0].split("=", 1) for line in lines)
    mine.settings("", "bare")
    assert same(mine.load(variables, settings_dir=Path("bare")), settings)


def same(one: Settings, other: Settings) -> bool:
    return one.masked() == other.masked() and one.fingerprint == other.fingerprint


@pytest.mark.parametrize(
    ("override", "differs"),
    [
        ({"strategies.MAKER-001.config.order_qty": '"0.020"'}, True),
        ({"strategies.MAKER-001.config.levels": "[2.5, 1]"}, True),
        ({"clients.BYBIT.config.testnet": False}, True),
        ({"clients.BYBIT.exec_factory_path": "m:Other"}, True),
        ({"clients.BYBIT.config.base_url_http": "http://127.0.0.1:1"}, False),
        ({"clients.BYBIT.config.api_secret": "s"}, False),
        ({"message_bus.database": '{"host": "10.0.0.1"}'}, False),
        ({"message_bus.streams_prefix": "t"}, True),
        ({"logging.log_directory": "logs"}, False),
        ({"risk.max_order_submit_rate": "1/00:00:01"}, True),
    ],
)
def test_the_fingerprint_is_of_behaviour(mine: Jail, override: dict[str, object], *, differs: bool) -> None:
    assert (mine.load(overrides=override).fingerprint != mine.load().fingerprint) is differs
