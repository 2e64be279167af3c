"""`recon show` in all its forms: what it prints loads back to what it shows."""

import json
from pathlib import Path
from typing import Any

import pytest
import tomli_w
from hypothesis import example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from jail import SHIPPED, Jail, jailed, output, process, recon

from reconciliation import Settings
from reconciliation.layers import known
from reconciliation.settings.cache import CacheSettings
from reconciliation.settings.origins import values_in

CANARY = "kanarienvogel"
SECRETS = {
    "RECON_CACHE_URL": f"redis://user:{CANARY}@127.0.0.1:6379",
    "RECON_VENUE_HTTP_URL": "http://127.0.0.1:1",
    "RECON_VENUE_STREAM_URL": "ws://127.0.0.1:1",
    "RECON_VENUE_API_KEY": CANARY,
    "RECON_VENUE_API_SECRET": CANARY,
}
CLAIMS = '{"A-1": {"instrument_ids": ["BTCUSDT-PERP.BINANCE", "A,B.X"]}, "B-1": {"claim_all": true}}'
FORMS = ((), ("--json",), ("--toml",), ("--env",), ("--changed",), ("--json", "--changed"), ("--section", "venue"))

dotted = st.sampled_from([".", " ", "'", '"', "$", "`", "\\", ",", "[", "#", "=", "é", "\n", "!", "none", "a", "~"])
values: dict[str, st.SearchStrategy[Any]] = {
    "reconciliation.startup_delay_secs": st.floats(10.0, 86_400.0),
    "reconciliation.lookback_mins": st.none() | st.integers(0, 5_256_000),
    "reconciliation.open_check_interval_secs": st.none() | st.floats(1.0, 86_400.0),
    "reconciliation.instrument_ids": st.none()
    | st.lists(st.sampled_from(["A.X", "[A.X", "a,b.X", "'\".X", "B/C$D.X"]), max_size=2, unique=True),
    "reconciliation.filtered_client_order_ids": st.lists(
        st.sampled_from(["O-1", "none", "[", "a,b", "'", '"x"', "1"]), max_size=2, unique=True
    ),
    "reconciliation.enabled": st.booleans(),
    "node.trader_id": st.sampled_from(["TRADER-001", "A-1"]),
    "node.timeout_shutdown": st.floats(1e-9, 3600.0),
    "cache.data_dir": st.lists(dotted, min_size=1, max_size=4).map("".join),
    "log.level": st.sampled_from(["INFO", "ERROR"]),
    "claims": st.fixed_dictionaries(
        {},
        optional={
            "A-1": st.sampled_from([{"claim_all": True}, {"instrument_ids": ["A.X", "[B.X"]}]),
            "B-1": st.just({"instrument_ids": ["c,d.X"]}),
        },
    ),
}
configurations = st.fixed_dictionaries({}, optional=values)


def written(configuration: dict[str, Any]) -> str:
    """Return a preset file that sets a configuration."""
    tables: dict[str, Any] = {}
    for key, value in configuration.items():
        section, _, name = key.partition(".")
        plain = "none" if value is None else value
        if name:
            tables.setdefault(section, {})[name] = plain
        else:
            tables[section] = plain
    return tomli_w.dumps(tables)


def assert_same(left: Settings, right: Settings) -> None:
    """Assert that all is equal but the preset's name and the secrets."""
    for section in known.sections():
        one, other = (value.model_dump() if hasattr(value, "model_dump") else dict(value) for value in
                      (getattr(left, section), getattr(right, section)))  # fmt: skip
        for secret in ("url", "api_key", "api_secret"):
            one.pop(secret, None)
            other.pop(secret, None)
        assert one == other
    assert left.fingerprint == right.fingerprint


def test_as_data_holds_every_value_with_a_plain_origin(jail: Jail) -> None:
    jail.shipped_settings()
    shown = json.loads(output("show", "--json", "--set", "log.level=ERROR", RECON_CLAIMS=CLAIMS))
    assert list(shown) == ["preset", "settings_dir", "fingerprint", "values", "origins"]
    assert (shown["preset"], shown["settings_dir"]) == ("standard", str(jail.folder / "settings"))
    settings = jail.load({"RECON_CLAIMS": CLAIMS}, overrides={"log.level": "ERROR"})
    assert shown["fingerprint"] == settings.fingerprint
    assert shown["values"] == settings.masked()
    assert set(shown["origins"]) == {".".join(path) for path, _ in values_in(settings)}
    assert shown["origins"]["log.level"] == "--set"
    assert shown["origins"]["claims.A-1.instrument_ids"] == "RECON_CLAIMS"
    assert shown["origins"]["claims.A-1.claim_all"] == "default"
    file, _, line = shown["origins"]["node.trader_id"].rpartition(":")
    assert Path(file).read_text("utf-8").splitlines()[int(line) - 1].startswith("trader_id = ")


def assert_toml_loads_back(configuration: dict[str, Any]) -> None:
    with jailed() as jail:
        jail.shipped_settings(given=written(configuration))
        jail.write("settings/mine.toml", output("show", "--toml", "--preset", "given"))
        assert_same(jail.load({"RECON_PRESET": "mine"}), jail.load(preset="given"))


@given(configuration=configurations)
@example(configuration={"claims": {"A-1": {"claim_all": True}, "B-1": {"instrument_ids": ["c,d.X"]}}})
@example(configuration={"reconciliation.instrument_ids": [], "cache.data_dir": "none"})
def test_the_toml_form_loads_back_to_the_same(configuration: dict[str, Any]) -> None:
    assert_toml_loads_back(configuration)


@pytest.mark.parametrize("preset", ["conservative", "standard", "aggressive", "disabled"])
def test_the_toml_form_of_each_shipped_preset_loads_back(jail: Jail, preset: str) -> None:
    jail.shipped_settings()
    text = output("show", "--toml", "--preset", preset, **SECRETS)
    assert CANARY not in text
    jail.write("settings/mine.toml", text)
    again = jail.load(SECRETS | {"RECON_PRESET": "mine"})
    assert_same(again, jail.load(SECRETS, preset=preset))


def sourced(jail: Jail, lines: str) -> dict[str, str]:
    """Return the `RECON_*` variables that a real shell has after sourcing the lines."""
    jail.write("lines.env", lines)
    done = process("bash", "-c", "set -aeu; source ./lines.env; env -0")
    assert (done.returncode, done.stderr) == (0, "")
    pairs = (item.partition("=") for item in done.stdout.split("\0"))
    return {name: value for name, _, value in pairs if name.startswith("RECON_")}


# A shell for each example: fewer, but where depth is asked for.
few = hypothesis_settings(max_examples=20 if (depth := hypothesis_settings().max_examples) < 1_000 else depth)


@few
@given(configuration=configurations)
@example(configuration={"reconciliation.instrument_ids": ["[A.X"], "reconciliation.filtered_client_order_ids": ["["]})
@example(configuration={"reconciliation.filtered_client_order_ids": []})
@example(configuration={"claims": {"A-1": {"claim_all": True}, "B-1": {"instrument_ids": ["c,d.X"]}}})
def test_the_environment_form_resolves_to_the_same_over_any_preset(configuration: dict[str, Any]) -> None:
    below = "[reconciliation]\nfiltered_client_order_ids = ['Z-1']\ninstrument_ids = ['Z.X']\nlookback_mins = 7\n"
    with jailed() as jail:
        jail.shipped_settings(given=written(configuration), other=below)
        variables = sourced(jail, output("show", "--env", "--preset", "given"))
        assert_same(jail.load(variables, preset="other"), jail.load(preset="given"))


def test_a_section_is_shown_alone() -> None:
    where = ("--settings-dir", str(SHIPPED))
    data = json.loads(output("show", "--json", "--section", "log", *where))
    assert data["values"] == {"log": {"level": "INFO", "format": "auto"}}
    assert set(data["origins"]) == {"log.level", "log.format"}
    assert output("show", "--env", "--section", "log", *where) == "RECON_LOG_LEVEL=INFO\nRECON_LOG_FORMAT=auto\n"
    keys = [line.split()[0] for line in output("show", "--section", "log", *where).splitlines()[3:]]
    assert keys == ["log.level", "log.format"]
    assert output("show", "--toml", "--section", "log", *where).endswith('[log]\nlevel = "INFO"\nformat = "auto"\n')


def test_an_unknown_section_is_wrong_usage() -> None:
    done = recon("show", "--section", "logs", "--settings-dir", str(SHIPPED))
    assert done.exit_code == 2
    assert (
        "'logs' is no section; there are: reconciliation, claims, strategies, actors, exec_algorithms, clients, node,"
        " facts, cache, venue, monitor, log, logging, risk, message_bus, streaming" in done.stderr
    )


def test_changed_shows_what_is_not_the_models_default(jail: Jail) -> None:
    mine = "[reconciliation]\nstartup_delay_secs = 10.0\nlookback_mins = 5\n[claims.A-1]\nclaim_all = true\n"
    jail.shipped_settings(mine=mine)
    where = ("--preset", "mine")
    data = json.loads(output("show", "--json", "--changed", *where))
    assert data["values"] == {"reconciliation": {"lookback_mins": 5}, "claims": {"A-1": {"claim_all": True}}}
    rows = [line.split() for line in output("show", *where).splitlines()[3:]]
    assert [row[1] for row in rows if row[0] == "*"] == ["reconciliation.lookback_mins", "claims.A-1.claim_all"]
    assert [row[1] for row in (line.split() for line in output("show", "--changed", *where).splitlines()[3:])] == [
        "reconciliation.lookback_mins",
        "claims.A-1.claim_all",
    ]


@pytest.mark.parametrize("form", FORMS)
def test_no_form_shows_a_secret(form: tuple[str, ...]) -> None:
    assert CANARY not in output("show", *form, "--settings-dir", str(SHIPPED), **SECRETS)


def test_the_address_of_the_cache_is_no_secret() -> None:
    shown = json.loads(output("show", "--json", "--settings-dir", str(SHIPPED), **SECRETS))
    assert shown["values"]["cache"]["url"] == "redis://***@127.0.0.1:6379"
    assert (shown["values"]["venue"]["api_key"], shown["values"]["venue"]["api_secret"]) == ("***", "***")


@pytest.mark.parametrize("data_dir", ["a\x1b[31mb", "a\nb", "a\u202eb"])
def test_no_value_moves_the_cursor(data_dir: str) -> None:
    table = output("show", "--section", "cache", "--settings-dir", str(SHIPPED), RECON_CACHE_DATA_DIR=data_dir)
    assert len(table.splitlines()) == len(CacheSettings.model_fields) + 3
    assert all(line.isprintable() for line in table.splitlines())


def test_unusable_settings_end_with_2_and_nothing_on_stdout() -> None:
    done = recon("show", "--json", "--settings-dir", str(SHIPPED), RECON_ENABLED="maybe")
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith("RECON_ENABLED: ")
