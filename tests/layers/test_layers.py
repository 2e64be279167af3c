from pathlib import Path

import pytest
from jail import SHIPPED, Jail, codes, refused, shipped

from reconciliation import ReconciliationConfig, Settings, load

KEY = "reconciliation.startup_delay_secs"


def delay(value: float) -> str:
    return f"[reconciliation]\nstartup_delay_secs = {value}\n"


@pytest.mark.parametrize("height", range(5))
def test_each_layer_beats_those_below_it(jail: Jail, height: int) -> None:
    # Layer n sets the delay to 10 + n seconds; only the layers up to `height` do.
    jail.settings(delay(11.0) if height >= 1 else "", standard=delay(12.0) if height >= 2 else "")
    env = {"RECON_STARTUP_DELAY_SECS": "13"} if height >= 3 else {}
    overrides = {KEY: 14.0} if height >= 4 else {}
    settings = jail.load(env, overrides=overrides)
    assert settings.reconciliation.startup_delay_secs == 10.0 + height
    origin = ("default", "settings/default.toml:2", "settings/standard.toml:2", "RECON_STARTUP_DELAY_SECS")
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
    for section in ("reconciliation", "node", "facts", "cache", "venue", "monitor", "log"):
        expected |= {f"{section}.{key}" for key in type(getattr(settings, section)).model_fields}
    assert set(settings.origins) == expected


def test_preset_is_chosen_by_argument_then_override_then_variable_then_file(jail: Jail) -> None:
    jail.settings('preset = "a"\n', a="", b="", c="", d="")
    env = {"RECON_PRESET": "b"}
    by_all = jail.load(env, preset="d", overrides={"preset": "c"})
    by_override = jail.load(env, overrides={"preset": "c"})
    by_variable = jail.load(env)
    by_file = jail.load()
    chosen = [(settings.preset, settings.origins["preset"]) for settings in (by_all, by_override, by_variable, by_file)]
    assert chosen == [("d", "--preset"), ("c", "--set"), ("b", "RECON_PRESET"), ("a", "settings/default.toml:1")]


def test_without_any_choice_the_preset_is_standard(jail: Jail) -> None:
    settings = load(env={}, settings_dir=jail.settings(standard=delay(12.0)))
    assert settings.preset == "standard"
    assert settings.origins["preset"] == "default"
    assert settings.reconciliation.startup_delay_secs == 12.0


def test_own_preset_file_may_hold_any_section(jail: Jail) -> None:
    mine = '[node]\ntrader_id = "MINE-001"\n[cache]\ndata_dir = "/data"\n[claims.MAKER-001]\nclaim_all = true\n'
    jail.settings('[node]\ntrader_id = "BASE-001"\nload_state = true\n', **{"mine-2": mine})
    settings = jail.load({}, preset="mine-2")
    assert settings.node.trader_id == "MINE-001"
    assert settings.node.load_state is True
    assert settings.cache.data_dir == "/data"
    assert settings.claims["MAKER-001"].claim_all
    assert settings.origins["claims.MAKER-001.claim_all"] == "settings/mine-2.toml:6"
    assert settings.origins["node.load_state"] == "settings/default.toml:3"


def test_tables_merge_by_key_and_arrays_replace(jail: Jail) -> None:
    default = (
        '[reconciliation]\ninstrument_ids = ["A.X", "B.X"]\nopen_check_lookback_mins = 90\n'
        '[claims.ONE-1]\ninstrument_ids = ["A.X"]\n[claims.TWO-1]\ninstrument_ids = ["B.X"]\n'
    )
    preset = '[reconciliation]\ninstrument_ids = ["C.X"]\n[claims.TWO-1]\ninstrument_ids = ["C.X", "D.X"]\n'
    jail.settings(default, standard=preset)
    settings = jail.load({"RECON_CLAIMS": '{"SIX-1": {"claim_all": true}}'})
    assert settings.reconciliation.instrument_ids == ("C.X",)
    assert settings.reconciliation.open_check_lookback_mins == 90
    assert {name: claim.instrument_ids for name, claim in settings.claims.items()} == {
        "ONE-1": ("A.X",),
        "TWO-1": ("C.X", "D.X"),
        "SIX-1": (),
    }
    assert settings.origins["claims.ONE-1.instrument_ids"] == "settings/default.toml:5"
    assert settings.origins["claims.TWO-1.instrument_ids"] == "settings/standard.toml:4"
    assert settings.origins["claims.TWO-1.claim_all"] == "default"
    assert settings.origins["claims.SIX-1.claim_all"] == "RECON_CLAIMS"


def test_none_in_toml_and_environment_means_nothing(jail: Jail) -> None:
    table = '[reconciliation]\nopen_check_interval_secs = "none"\nlookback_mins = 5\n[node]\ninstance_id = "none"\n'
    jail.settings(table)
    env = {"RECON_LOOKBACK_MINS": "none", "RECON_INFLIGHT_CHECK_INTERVAL_MS": "None", "RECON_CACHE_URL": "none"}
    settings = jail.load(env)
    assert settings.reconciliation.open_check_interval_secs is None
    assert settings.origins["reconciliation.open_check_interval_secs"] == "settings/default.toml:2"
    assert settings.reconciliation.lookback_mins is None
    assert settings.origins["reconciliation.lookback_mins"] == "RECON_LOOKBACK_MINS"
    assert settings.reconciliation.inflight_check_interval_ms is None
    assert settings.node.instance_id is None
    assert settings.cache.url is None


def test_none_is_refused_where_a_value_must_be(jail: Jail) -> None:
    jail.settings('[reconciliation]\nstartup_delay_secs = "none"\n')
    assert [problem.code for problem in jail.refused()] == ["wrong_type"]
    assert codes({"RECON_INFLIGHT_CHECK_RETRIES": "none"}) == ["wrong_type"]


def test_none_is_a_word_like_others_where_text_must_be() -> None:
    assert shipped({"RECON_CACHE_DATA_DIR": "none"}).cache.data_dir == "none"


def test_the_processs_environment_is_read_only_when_none_is_passed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RECON_STARTUP_DELAY_SECS", "77")
    assert load(settings_dir=SHIPPED).reconciliation.startup_delay_secs == 77.0
    assert load(settings_dir=SHIPPED, env={}).reconciliation.startup_delay_secs == 10.0


def test_claims_in_toml_tables_and_in_the_environment_mean_the_same(jail: Jail) -> None:
    tables = '[claims.MAKER-001]\ninstrument_ids = ["BTCUSDT-PERP.BINANCE"]\n[claims.REST-001]\nclaim_all = true\n'
    text = '{"MAKER-001": {"instrument_ids": ["BTCUSDT-PERP.BINANCE"]}, "REST-001": {"claim_all": true}}'
    from_toml = load(env={}, settings_dir=jail.settings(tables)).claims
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


def test_replaced_sections_keep_the_rest() -> None:
    settings = shipped(preset="aggressive")
    changed = settings.with_sections("elsewhere", reconciliation=ReconciliationConfig())
    assert isinstance(changed, Settings)
    assert changed.reconciliation == ReconciliationConfig()
    assert (changed.preset, changed.node, changed.settings_dir) == ("aggressive", settings.node, settings.settings_dir)
