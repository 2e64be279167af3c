import os
from pathlib import Path
from typing import Any

import pytest
from settings_files import SHIPPED, refused, secret_file, shipped, write_settings

from reconciliation import ReconciliationConfig, Settings, load

KEY = "reconciliation.startup_delay_secs"
LOCAL_VENUE = {
    "RECON_VENUE_HTTP_URL": "http://127.0.0.1:8080",
    "RECON_VENUE_STREAM_URL": "ws://127.0.0.1:8081",
    "RECON_VENUE_API_KEY": "key",
    "RECON_VENUE_API_SECRET": "secret",
}


def delay(value: float) -> str:
    return f"[reconciliation]\nstartup_delay_secs = {value}\n"


def codes(*args: Any, **kwargs: Any) -> list[str]:
    return [problem.code for problem in refused(*args, **kwargs)]


@pytest.mark.parametrize("height", range(5))
def test_each_layer_beats_those_below_it(tmp_path: Path, height: int) -> None:
    # Layer n sets the delay to 10 + n seconds; only the layers up to `height` do.
    directory = write_settings(
        tmp_path, delay(11.0) if height >= 1 else "", standard=delay(12.0) if height >= 2 else ""
    )
    env = {"RECON_STARTUP_DELAY_SECS": "13"} if height >= 3 else {}
    overrides = {KEY: 14.0} if height >= 4 else {}
    settings = load(env=env, settings_dir=directory, overrides=overrides)
    assert settings.reconciliation.startup_delay_secs == 10.0 + height
    origin = ("default", f"{directory}/default.toml:2", f"{directory}/standard.toml:2", "RECON_STARTUP_DELAY_SECS")
    assert settings.origins[KEY] == (*origin, "--set")[height]


def test_origins_in_the_shipped_files_are_short_and_on_the_right_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(SHIPPED.parent)
    settings = load(env={"RECON_LOG_LEVEL": "ERROR"}, preset="aggressive", overrides={"node.load_state": "yes"})
    file, _, line = settings.origins["reconciliation.lookback_mins"].rpartition(":")
    assert file == f"{SHIPPED.name}/aggressive.toml"
    assert Path(file).read_text().splitlines()[int(line) - 1] == "lookback_mins = 1440"
    file, _, line = settings.origins["cache.data_dir"].rpartition(":")
    assert file == f"{SHIPPED.name}/default.toml"
    assert Path(file).read_text().splitlines()[int(line) - 1] == 'data_dir = ".recon"'
    assert settings.origins["log.level"] == "RECON_LOG_LEVEL"
    assert settings.origins["node.load_state"] == "--set"
    assert settings.origins["reconciliation.allow_overfills"] == "default"
    assert settings.origins["preset"] == "--preset"


def test_every_value_has_an_origin() -> None:
    settings = shipped({"RECON_CLAIMS": '{"A-1": {"claim_all": true}}'})
    expected = {"preset", "claims.A-1.instrument_ids", "claims.A-1.claim_all"}
    for section in ("reconciliation", "node", "cache", "venue", "log"):
        expected |= {f"{section}.{key}" for key in type(getattr(settings, section)).model_fields}
    assert set(settings.origins) == expected


def test_preset_is_chosen_by_argument_then_override_then_variable_then_file(tmp_path: Path) -> None:
    directory = write_settings(tmp_path, 'preset = "a"\n', a="", b="", c="", d="")
    env = {"RECON_PRESET": "b"}
    by_all = load(preset="d", env=env, settings_dir=directory, overrides={"preset": "c"})
    by_override = load(env=env, settings_dir=directory, overrides={"preset": "c"})
    by_variable = load(env=env, settings_dir=directory)
    by_file = load(env={}, settings_dir=directory)
    chosen = [(settings.preset, settings.origins["preset"]) for settings in (by_all, by_override, by_variable, by_file)]
    assert chosen == [("d", "--preset"), ("c", "--set"), ("b", "RECON_PRESET"), ("a", f"{directory}/default.toml:1")]


def test_without_any_choice_the_preset_is_standard(tmp_path: Path) -> None:
    settings = load(env={}, settings_dir=write_settings(tmp_path, standard=delay(12.0)))
    assert settings.preset == "standard"
    assert settings.origins["preset"] == "default"
    assert settings.reconciliation.startup_delay_secs == 12.0


def test_own_preset_file_may_hold_any_section(tmp_path: Path) -> None:
    mine = '[node]\ntrader_id = "MINE-001"\n[cache]\ndata_dir = "/data"\n[claims.MAKER-001]\nclaim_all = true\n'
    directory = write_settings(tmp_path, '[node]\ntrader_id = "BASE-001"\nload_state = true\n', **{"mine-2": mine})
    settings = load(preset="mine-2", env={}, settings_dir=directory)
    assert settings.node.trader_id == "MINE-001"
    assert settings.node.load_state is True
    assert settings.cache.data_dir == "/data"
    assert settings.claims["MAKER-001"].claim_all
    assert settings.origins["claims.MAKER-001.claim_all"] == f"{directory}/mine-2.toml:6"
    assert settings.origins["node.load_state"] == f"{directory}/default.toml:3"


def test_tables_merge_by_key_and_arrays_replace(tmp_path: Path) -> None:
    default = (
        '[reconciliation]\ninstrument_ids = ["A.X", "B.X"]\nopen_check_lookback_mins = 90\n'
        '[claims.ONE-1]\ninstrument_ids = ["A.X"]\n[claims.TWO-1]\ninstrument_ids = ["B.X"]\n'
    )
    preset = '[reconciliation]\ninstrument_ids = ["C.X"]\n[claims.TWO-1]\ninstrument_ids = ["C.X", "D.X"]\n'
    directory = write_settings(tmp_path, default, standard=preset)
    settings = load(env={"RECON_CLAIMS": '{"SIX-1": {"claim_all": true}}'}, settings_dir=directory)
    assert settings.reconciliation.instrument_ids == ("C.X",)
    assert settings.reconciliation.open_check_lookback_mins == 90
    assert {name: claim.instrument_ids for name, claim in settings.claims.items()} == {
        "ONE-1": ("A.X",),
        "TWO-1": ("C.X", "D.X"),
        "SIX-1": (),
    }
    assert settings.origins["claims.ONE-1.instrument_ids"] == f"{directory}/default.toml:5"
    assert settings.origins["claims.TWO-1.instrument_ids"] == f"{directory}/standard.toml:4"
    assert settings.origins["claims.TWO-1.claim_all"] == "default"
    assert settings.origins["claims.SIX-1.claim_all"] == "RECON_CLAIMS"


def test_none_in_toml_and_environment_means_nothing(tmp_path: Path) -> None:
    table = '[reconciliation]\nopen_check_interval_secs = "none"\nlookback_mins = 5\n[node]\ninstance_id = "none"\n'
    directory = write_settings(tmp_path, table)
    env = {"RECON_LOOKBACK_MINS": "none", "RECON_INFLIGHT_CHECK_INTERVAL_MS": "None", "RECON_CACHE_URL": "none"}
    settings = load(env=env, settings_dir=directory)
    assert settings.reconciliation.open_check_interval_secs is None
    assert settings.origins["reconciliation.open_check_interval_secs"] == f"{directory}/default.toml:2"
    assert settings.reconciliation.lookback_mins is None
    assert settings.origins["reconciliation.lookback_mins"] == "RECON_LOOKBACK_MINS"
    assert settings.reconciliation.inflight_check_interval_ms is None
    assert settings.node.instance_id is None
    assert settings.cache.url is None


def test_none_is_refused_where_a_value_must_be(tmp_path: Path) -> None:
    directory = write_settings(tmp_path, '[reconciliation]\nstartup_delay_secs = "none"\n')
    assert codes(settings_dir=directory) == ["wrong_type"]
    assert codes({"RECON_INFLIGHT_CHECK_RETRIES": "none"}) == ["wrong_type"]


def test_none_is_a_word_like_others_where_text_must_be() -> None:
    assert shipped({"RECON_CACHE_DATA_DIR": "none"}).cache.data_dir == "none"


def test_settings_directory_by_argument_variable_working_directory_and_shipped_copy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_argument, by_variable = write_settings(tmp_path / "argument"), write_settings(tmp_path / "variable")
    monkeypatch.chdir(tmp_path)
    env = {"RECON_SETTINGS_DIR": str(by_variable)}
    assert load(env=env, settings_dir=by_argument).settings_dir == by_argument
    assert load(env=env, settings_dir=str(by_argument)).settings_dir == by_argument
    assert load(env=env).settings_dir == by_variable
    assert load(env={}).settings_dir == SHIPPED
    (tmp_path / "settings").mkdir()
    assert load(env={}).settings_dir == SHIPPED
    here = write_settings(tmp_path / "settings")
    assert load(env={}).settings_dir == here
    assert load(env={}).origins["preset"] == "default"


def test_the_processs_environment_is_read_only_when_none_is_passed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RECON_STARTUP_DELAY_SECS", "77")
    assert load(settings_dir=SHIPPED).reconciliation.startup_delay_secs == 77.0
    assert load(settings_dir=SHIPPED, env={}).reconciliation.startup_delay_secs == 10.0


def test_claims_in_toml_tables_and_in_the_environment_mean_the_same(tmp_path: Path) -> None:
    tables = '[claims.MAKER-001]\ninstrument_ids = ["BTCUSDT-PERP.BINANCE"]\n[claims.REST-001]\nclaim_all = true\n'
    text = '{"MAKER-001": {"instrument_ids": ["BTCUSDT-PERP.BINANCE"]}, "REST-001": {"claim_all": true}}'
    from_toml = load(env={}, settings_dir=write_settings(tmp_path, tables)).claims
    assert from_toml == shipped({"RECON_CLAIMS": text}).claims
    assert from_toml["MAKER-001"].instrument_ids == ("BTCUSDT-PERP.BINANCE",)


@pytest.mark.parametrize(
    "text",
    ["A.X,B/C.Y", " A.X , B/C.Y ", '["A.X", "B/C.Y"]', ' ["A.X","B/C.Y"] '],
    ids=["comma", "blanks", "json", "5"],
)
def test_lists_come_as_json_or_separated_by_commas(text: str) -> None:
    assert shipped({"RECON_INSTRUMENT_IDS": text}).reconciliation.instrument_ids == ("A.X", "B/C.Y")
    assert shipped(overrides={"reconciliation.instrument_ids": text}).reconciliation.instrument_ids == ("A.X", "B/C.Y")


@pytest.mark.parametrize("text", ["A.X,,B.X", "A.X,", '["A.X"', '["A.X", 5]', '{"A": 1}'])
def test_broken_lists_are_refused(text: str) -> None:
    assert all(problem.origin == "RECON_INSTRUMENT_IDS" for problem in refused({"RECON_INSTRUMENT_IDS": text}))


@pytest.mark.parametrize("truth", [True, False])
def test_words_for_true_and_false(*, truth: bool) -> None:
    words = ("true", "1", "yes", "on", "TRUE", "On", " yes ") if truth else ("false", "0", "no", "off", "FALSE", "Off")
    for word in words:
        assert shipped({"RECON_ALLOW_OVERFILLS": word}).reconciliation.allow_overfills is truth


@pytest.mark.parametrize("text", ["2", "y", "t", "none", "truee", "0.0", "1.0"])
def test_other_words_are_no_flag(text: str) -> None:
    assert codes({"RECON_ENABLED": text}) == ["wrong_type"]


@pytest.mark.parametrize("text", ["12", "12.0", "1.2e1", " 12 ", "+12"])
def test_numbers_with_a_fraction_are_read(text: str) -> None:
    assert shipped({"RECON_STARTUP_DELAY_SECS": text}).reconciliation.startup_delay_secs == 12.0


@pytest.mark.parametrize("text", ["5.0", "5e0", "0x5", "1_0", "५", "five", "--5", "true"])
def test_whole_numbers_are_read_strictly(text: str) -> None:
    assert codes({"RECON_INFLIGHT_CHECK_RETRIES": text}) == ["wrong_type"]


@pytest.mark.parametrize(
    ("content", "secret"),
    [
        (b"s3cret", "s3cret"),
        (b"s3cret\n", "s3cret"),
        (b"s3cret\r\n", "s3cret"),
        (b"two\n\n", "two\n"),
        (b"none", "none"),
    ],
)
def test_secret_files_lose_one_newline_only(tmp_path: Path, content: bytes, secret: str) -> None:
    env = LOCAL_VENUE | {"RECON_VENUE_API_SECRET_FILE": secret_file(tmp_path / "secret", content)}
    del env["RECON_VENUE_API_SECRET"]
    settings = shipped(env)
    assert settings.venue.api_secret is not None
    assert settings.venue.api_secret.get_secret_value() == secret
    assert settings.origins["venue.api_secret"] == "RECON_VENUE_API_SECRET_FILE"


def test_every_secret_may_come_as_a_file(tmp_path: Path) -> None:
    url = secret_file(tmp_path / "url", b"redis://u:p@h:6379\n")
    key = secret_file(tmp_path / "key", b"k\n")
    env = {name: LOCAL_VENUE[name] for name in ("RECON_VENUE_HTTP_URL", "RECON_VENUE_STREAM_URL")}
    settings = shipped(
        env | {"RECON_CACHE_URL_FILE": url, "RECON_VENUE_API_KEY_FILE": key, "RECON_VENUE_API_SECRET_FILE": key}
    )
    assert settings.cache.url is not None
    assert settings.cache.url.get_secret_value() == "redis://u:p@h:6379"
    assert settings.venue.is_given


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o660])
def test_secret_files_that_others_can_read_are_refused(tmp_path: Path, mode: int) -> None:
    env = {"RECON_CACHE_URL_FILE": secret_file(tmp_path / "url", b"redis://h:6379", mode)}
    assert codes(env) == ["secret_exposed"]
    os.chmod(tmp_path / "url", 0o400)  # noqa: PTH101 - the file's mode is the case
    assert shipped(env).cache.url is not None


def test_secret_given_twice_is_refused(tmp_path: Path) -> None:
    env = {
        "RECON_CACHE_URL": "redis://h:6379",
        "RECON_CACHE_URL_FILE": secret_file(tmp_path / "url", b"redis://h:6379"),
    }
    problem, *rest = refused(env)
    assert (problem.origin, problem.code, rest) == ("RECON_CACHE_URL_FILE", "secret_twice", [])
    assert "RECON_CACHE_URL " in problem.message


@pytest.mark.parametrize(
    ("content", "code"), [(None, "secret_unreadable"), (b"", "secret_empty"), (b"\n", "secret_empty")]
)
def test_missing_and_empty_secret_files_are_refused(tmp_path: Path, content: bytes | None, code: str) -> None:
    file = tmp_path / "secret"
    if content is not None:
        secret_file(file, content)
    assert codes({"RECON_CACHE_URL_FILE": str(file)}) == [code]


@pytest.mark.parametrize("content", [b"\xff\xfe", "directory"], ids=["not-utf8", "directory"])
def test_unreadable_secret_files_are_refused(tmp_path: Path, content: bytes | str) -> None:
    file = tmp_path / "secret"
    if isinstance(content, bytes):
        secret_file(file, content)
    else:
        file.mkdir(mode=0o700)
    assert codes({"RECON_CACHE_URL_FILE": str(file)}) == ["secret_unreadable"]


def test_only_secrets_come_as_files() -> None:
    assert codes({"RECON_STARTUP_DELAY_SECS_FILE": "/tmp/x"}) == ["unknown_variable"]  # noqa: S108


@pytest.mark.parametrize("key", ["cache.url", "venue.api_key", "venue.api_secret"])
@pytest.mark.parametrize("file", ["default", "standard"])
def test_secrets_in_toml_are_refused_with_their_line(tmp_path: Path, key: str, file: str) -> None:
    section, name = key.split(".")
    directory = write_settings(tmp_path, **{file: f'# head\n[{section}]\n{name} = "redis://h:6379"\n'})
    problem, *rest = refused(settings_dir=directory)
    assert rest == []
    assert (problem.origin, problem.key, problem.code) == (f"{directory}/{file}.toml:3", key, "secret_in_toml")
    assert f"RECON_{section.upper()}_{name.upper()}" in problem.hint


@pytest.mark.parametrize(
    "url", ["redis://h:6379", "rediss://h:6379/", "redis://h:6379/0", "redis://u:p@[::1]:1", "redis://h:65535"]
)
def test_cache_urls_the_engine_can_use_are_taken(url: str) -> None:
    cache = shipped({"RECON_CACHE_URL": url}).cache
    assert cache.url is not None
    assert cache.url.get_secret_value() == url


@pytest.mark.parametrize(
    "url",
    [
        "redis://h",
        "redis://:6379",
        "redis://h:0",
        "redis://h:65536",
        "redis://h:port",
        "redis://h:6379/1",
        "redis://h:6379/0/0",
        "redis://h:6379/db",
        "redis://h:6379?db=1",
        "redis://h:6379#x",
        "unix:///run/redis.sock",
        "redis:///run/redis.sock",
        "redis+socket:///run/redis.sock",
        "http://h:6379",
        "h:6379",
        "redis://h\t:6379",
        "redis://h:6379\n",
        " redis://h:6379",
        "redis://[h:6379",
        "valkey://h:6379",
    ],
)
def test_cache_urls_the_engine_cannot_use_are_refused(url: str) -> None:
    problem, *rest = refused({"RECON_CACHE_URL": url})
    assert (problem.origin, problem.key, rest) == ("RECON_CACHE_URL", "cache.url", [])


@pytest.mark.parametrize("missing", LOCAL_VENUE)
def test_venue_comes_all_together_or_not_at_all(missing: str) -> None:
    problem, *rest = refused({name: value for name, value in LOCAL_VENUE.items() if name != missing})
    assert rest == []
    assert problem.origin in LOCAL_VENUE
    assert missing.removeprefix("RECON_VENUE_").lower() in problem.message


def test_venue_given_whole_or_not_at_all_is_taken() -> None:
    assert shipped(LOCAL_VENUE).venue.is_given
    assert not shipped().venue.is_given


@pytest.mark.parametrize("environment", ["testnet", "live"])
def test_real_venues_need_key_and_secret_and_may_use_the_adapters_addresses(environment: str) -> None:
    chosen = {"RECON_VENUE_ENVIRONMENT": environment}
    keys = {name: LOCAL_VENUE[name] for name in ("RECON_VENUE_API_KEY", "RECON_VENUE_API_SECRET")}
    assert shipped(chosen | keys).venue.http_url is None
    assert codes(chosen) == ["incomplete"]
    assert codes(chosen | {"RECON_VENUE_API_KEY": "key"}) == ["incomplete"]
    assert codes(chosen | keys | {"RECON_VENUE_HTTP_URL": "https://fapi.example.com"}) == ["incomplete"]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "LOCALHOST"])
def test_local_takes_loopback(host: str) -> None:
    env = LOCAL_VENUE | {"RECON_VENUE_HTTP_URL": f"http://{host}:80", "RECON_VENUE_STREAM_URL": f"ws://{host}:80"}
    assert shipped(env).venue.is_given


@pytest.mark.parametrize("variable", ["RECON_VENUE_HTTP_URL", "RECON_VENUE_STREAM_URL"])
@pytest.mark.parametrize(
    "host", ["fapi.binance.com", "10.0.0.1", "localhost.example.com", "192.168.0.1", "127.0.0.1.nip.io"]
)
def test_local_refuses_every_other_host_until_asked_by_name(variable: str, host: str) -> None:
    scheme = "http" if "HTTP" in variable else "ws"
    env = LOCAL_VENUE | {variable: f"{scheme}://{host}:80"}
    problem, *rest = refused(env)
    assert (problem.origin, problem.code, rest) == (variable, "not_loopback", [])
    assert shipped(env | {"RECON_VENUE_ENVIRONMENT": "live"}).venue.is_given


@pytest.mark.parametrize(
    "url",
    [
        "ws://127.0.0.1:80",
        "127.0.0.1:80",
        "http://",
        "http://u:p@127.0.0.1:80",
        "http://:p@127.0.0.1:80",
        "http://127.0.0.1:80?x=1",
        "http://127.0.0.1:80#x",
        "http://127.0.0.1:port",
        "http://127.0.0.1:80\\.example.com",
        "http://127.0.0.1\t:80",
        "http://127.0.0.1:80 ",
    ],
)
def test_venue_addresses_are_plain(url: str) -> None:
    problem, *rest = refused(LOCAL_VENUE | {"RECON_VENUE_HTTP_URL": url})
    assert (problem.origin, problem.key, rest) == ("RECON_VENUE_HTTP_URL", "venue.http_url", [])


def test_overrides_read_text_as_the_environment_does() -> None:
    overrides = {
        "reconciliation.enabled": "off",
        "reconciliation.lookback_mins": "none",
        "reconciliation.startup_delay_secs": "12",
        "claims.A-1.instrument_ids": "X.Y,Z.Y",
        "claims.B-1.claim_all": "true",
    }
    settings = shipped(preset="aggressive", overrides=overrides)
    assert settings.reconciliation.enabled is False
    assert settings.reconciliation.lookback_mins is None
    assert settings.reconciliation.startup_delay_secs == 12.0
    assert settings.claims["A-1"].instrument_ids == ("X.Y", "Z.Y")
    assert settings.claims["B-1"].claim_all is True
    assert {settings.origins[key] for key in overrides} == {"--set"}


def test_overrides_of_a_table_and_of_keys_in_it_join_in_any_order() -> None:
    table = {"A-1": {"claim_all": True}}
    parts = {"claims.B-1.instrument_ids": ["X.Y"], "claims": table}
    for overrides in (parts, dict(reversed(parts.items()))):
        assert set(shipped(overrides=overrides).claims) == {"A-1", "B-1"}
    assert table == {"A-1": {"claim_all": True}}


def test_replaced_sections_keep_origins_and_the_rest() -> None:
    settings = shipped(preset="aggressive")
    changed = settings.with_sections(reconciliation=ReconciliationConfig())
    assert isinstance(changed, Settings)
    assert changed.reconciliation == ReconciliationConfig()
    assert (changed.preset, changed.node, changed.settings_dir) == ("aggressive", settings.node, settings.settings_dir)
    assert dict(changed.origins) == dict(settings.origins)
