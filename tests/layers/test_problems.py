import json

import pytest
from jail import SHIPPED, Jail, refused, shipped

from reconciliation import SettingsError, load
from reconciliation.layers.problems import Problem

CANARY = "kanarienvogel"
LOCAL_VENUE = {
    "RECON_VENUE_HTTP_URL": "http://127.0.0.1:8080",
    "RECON_VENUE_STREAM_URL": "ws://127.0.0.1:8081",
    "RECON_VENUE_API_KEY": f"{CANARY}-key",
    "RECON_VENUE_API_SECRET": f"{CANARY}-secret",
}


def only(problems: tuple[Problem, ...]) -> Problem:
    assert len(problems) == 1, problems
    return problems[0]


def test_everything_wrong_is_told_at_once_sorted_by_origin(jail: Jail) -> None:
    default = '[reconciliation]\nstartup_delay_secs = 5.0\nlookback = 3\n[recon]\nx = 1\n[cache]\nurl = "redis://h:1"\n'
    preset = 'preset = "other"\n[reconciliation]\nenabled = "yes"\n[node]\ntrader_id = "NOTAG"\n'
    jail.settings(default, mine=preset)
    env = {
        "RECON_PRESET": "mine",
        "RECON_MAX_RETIRES": "5",
        "RECON_LOG_LEVEL": "",
        "RECON_INFLIGHT_CHECK_RETRIES": "many",
        "RECON_OPEN_CHECK_LOOKBACK_MINS": "59",
        "RECON_CLAIMS": '{"A-1": {"claim_all": false}}',
        "RECON_VENUE_API_KEY_FILE": "nowhere",
    }
    problems = jail.refused(env, overrides={"cache.urll": 1, "log.format": "xml"})
    assert [problem.origin for problem in problems] == sorted(problem.origin for problem in problems)
    assert {(problem.origin, problem.code) for problem in problems} == {
        ("settings/default.toml:2", "out_of_range"),
        ("settings/default.toml:3", "unknown_key"),
        ("settings/default.toml:4", "unknown_section"),
        ("settings/default.toml:7", "secret_in_toml"),
        ("settings/mine.toml:1", "preset_in_preset"),
        ("settings/mine.toml:3", "wrong_type"),
        ("settings/mine.toml:5", "invalid"),
        ("RECON_MAX_RETIRES", "unknown_variable"),
        ("RECON_LOG_LEVEL", "empty_variable"),
        ("RECON_INFLIGHT_CHECK_RETRIES", "wrong_type"),
        ("RECON_OPEN_CHECK_LOOKBACK_MINS", "out_of_range"),
        ("RECON_CLAIMS", "invalid"),
        ("RECON_VENUE_API_KEY_FILE", "secret_unreadable"),
        ("--set cache.urll", "unknown_key"),
        ("--set", "wrong_value"),
    }
    assert all(problem.origin and problem.message and problem.hint for problem in problems)


def test_the_errors_text_is_one_line_a_problem_with_origin_message_and_hint() -> None:
    with pytest.raises(SettingsError) as caught:
        load(env={"RECON_ENABLED": "maybe", "RECON_LOG_LEVEL": ""}, settings_dir=SHIPPED)
    lines = str(caught.value).splitlines()
    assert len(lines) == len(caught.value.problems) == 2
    for line, problem in zip(lines, caught.value.problems, strict=True):
        assert line.startswith(f"{problem.origin}: ")
        assert problem.message in line
        assert line.endswith(problem.hint)


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("RECON_OPEN_CHECK_INTERVAL_SEC", "RECON_OPEN_CHECK_INTERVAL_SECS"),
        ("RECON_CACHE_URI", "RECON_CACHE_URL"),
        ("RECON_RECONCILIATION_STARTUP_DELAY_SECS", "RECON_STARTUP_DELAY_SECS"),
        ("RECON_SETTING_DIR", "RECON_SETTINGS_DIR"),
    ],
)
def test_an_unknown_variable_is_told_with_the_nearest_known(name: str, near: str) -> None:
    problem = only(refused({name: "5"}))
    assert (problem.origin, problem.code) == (name, "unknown_variable")
    assert near in problem.hint


def test_an_unknown_variable_like_nothing_still_has_a_hint() -> None:
    problem = only(refused({"RECON_ZZZZZZZZ": "5"}))
    assert problem.code == "unknown_variable"
    assert problem.hint


def test_variables_of_others_are_no_concern() -> None:
    assert (
        shipped({"RECONX": "", "XRECON_ENABLED": "maybe", "recon_whatever": "maybe", "PATH": ""}).preset == "standard"
    )


@pytest.mark.parametrize(
    ("text", "line", "code", "near"),
    [
        ("[reconciliation]\n\nlookback_min = 5\n", 3, "unknown_key", "reconciliation.lookback_mins"),
        ("[reconcilation]\nlookback_mins = 5\n", 1, "unknown_section", "reconciliation"),
        ("[claims.A-1]\nclaim_alll = true\nclaim_all = true\n", 2, "unknown_key", "claims.A-1.claim_all"),
        ("x = 1\n", 1, "unknown_section", "reconciliation"),
    ],
)
def test_unknown_keys_and_sections_are_told_with_the_nearest(
    jail: Jail, text: str, line: int, code: str, near: str
) -> None:
    jail.settings(text)
    problem = only(jail.refused())
    assert (problem.origin, problem.code) == (f"settings/default.toml:{line}", code)
    assert near in problem.hint


@pytest.mark.parametrize(
    "key", ["reconciliation.startup_delay_sec", "startup_delay_secs", "reconciliation", "cache.url.x"]
)
def test_an_unknown_override_is_told_with_its_name(key: str) -> None:
    problem = only(refused(overrides={key: "12"}))
    assert (problem.origin, problem.code) == (f"--set {key}", "unknown_key")


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ('startup_delay_secs = "12"', "wrong_type"),
        ("startup_delay_secs = true", "wrong_type"),
        ("startup_delay_secs = nan", "not_finite"),
        ("startup_delay_secs = 1e400", "not_finite"),
        ("startup_delay_secs = 2020-01-01", "wrong_type"),
        ("startup_delay_secs = 9.9", "out_of_range"),
        ("enabled = 1", "wrong_type"),
        ("lookback_mins = -1", "out_of_range"),
        ("lookback_mins = 1.0", "wrong_type"),
        ("lookback_mins = 99999999999999999999999999", "out_of_range"),
        (f"lookback_mins = 0x{'f' * 6000}", "out_of_range"),
        (f"lookback_mins = {'9' * 6000}", "malformed"),
        ("lookback_mins = { a = 1 }", "wrong_type"),
        ('instrument_ids = "A.X"', "wrong_type"),
        ("instrument_ids = [5]", "wrong_type"),
        ('instrument_ids = ["*.X"]', "invalid"),
    ],
)
def test_a_wrong_value_is_told_with_its_line(jail: Jail, line: str, code: str) -> None:
    jail.settings(f"[reconciliation]\n{line}\n")
    problem = only(jail.refused())
    where = ":2:17" if code == "malformed" else ":2"
    assert (problem.origin, problem.code) == (f"settings/default.toml{where}", code)
    assert problem.hint


@pytest.mark.parametrize(
    ("value", "code"),
    [("9" * 40, "out_of_range"), ("9" * 5000, "wrong_type"), ("-1", "out_of_range"), ("1e3", "wrong_type")],
)
def test_huge_whole_numbers_in_the_environment_are_refused(value: str, code: str) -> None:
    problem = only(refused({"RECON_LOOKBACK_MINS": value}))
    assert (problem.origin, problem.code) == ("RECON_LOOKBACK_MINS", code)
    assert len(problem.message) < 300


@pytest.mark.parametrize("value", ["1e400", "-1e400", "inf", "nan", "-nan"])
def test_numbers_without_end_are_refused(value: str) -> None:
    problem = only(refused({"RECON_STARTUP_DELAY_SECS": value}))
    assert (problem.origin, problem.code) == ("RECON_STARTUP_DELAY_SECS", "not_finite")


def test_a_huge_override_is_refused_not_raised() -> None:
    assert only(refused(overrides={"reconciliation.lookback_mins": 10**5000})).code == "out_of_range"


def test_out_of_range_says_bound_and_unit() -> None:
    problem = only(refused({"RECON_STARTUP_DELAY_SECS": "9.5"}))
    assert "9.5" in problem.message
    assert "at least 10 seconds" in problem.message
    assert "10" in problem.hint


def test_a_violated_relation_names_both_origins(jail: Jail) -> None:
    jail.settings("[reconciliation]\ninflight_check_threshold_ms = 4000\n")
    problem = only(jail.refused({"RECON_INFLIGHT_CHECK_INTERVAL_MS": "4500"}))
    told = str(problem)
    assert "inflight_check_threshold_ms" in told
    assert "settings/default.toml:2" in told
    assert "inflight_check_interval_ms" in told
    assert "RECON_INFLIGHT_CHECK_INTERVAL_MS" in told
    assert problem.origin == "settings/default.toml:2"


def test_one_instrument_claimed_twice_names_both_origins(jail: Jail) -> None:
    jail.settings('[claims.A-1]\ninstrument_ids = ["X.Y"]\n')
    problem = only(jail.refused({"RECON_CLAIMS": '{"B-1": {"instrument_ids": ["X.Y"]}}'}))
    assert all(part in str(problem) for part in ("settings/default.toml:2", "RECON_CLAIMS", "X.Y", "A-1", "B-1"))


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [("[reconciliation", 1, 16), ("a = \n", 1, 5), ("a = 1\na = 2\n", 2, 6), ("[a]\n[a]\n", 2, 3), ("a = 'x", 1, 7)],
)
def test_malformed_toml_names_file_line_and_column(jail: Jail, text: str, line: int, column: int) -> None:
    jail.settings(standard=text)
    problem = only(jail.refused())
    assert problem.code == "malformed"
    assert problem.origin == f"settings/standard.toml:{line}:{column}"
    assert "line" not in problem.message


@pytest.mark.parametrize("name", ["default", "standard"])
def test_a_directory_instead_of_a_file_is_an_error(jail: Jail, name: str) -> None:
    file = jail.settings() / f"{name}.toml"
    file.unlink()
    file.mkdir()
    problem = only(jail.refused())
    assert (problem.origin, problem.code) == (f"settings/{name}.toml", "unreadable")


def test_an_unreadable_file_is_an_error(jail: Jail) -> None:
    # A loop of links cannot be read by anyone, not even by root.
    file = jail.settings() / "default.toml"
    file.unlink()
    file.symlink_to("default.toml")
    assert only(jail.refused()).code == "unreadable"


def test_text_that_is_not_utf8_is_an_error(jail: Jail) -> None:
    jail.settings(standard=b"# caf\xe9\n")
    problem = only(jail.refused())
    assert (problem.origin, problem.code) == ("settings/standard.toml", "not_utf8")
    assert "byte 6" in problem.message


def test_a_preset_without_a_file_lists_those_there_are(jail: Jail) -> None:
    jail.settings(blue="", green="")
    problem = only(jail.refused({"RECON_PRESET": "red"}))
    assert (problem.origin, problem.code) == ("RECON_PRESET", "preset_unknown")
    assert problem.hint == "there are: blue, green, standard"


@pytest.mark.parametrize(
    "name",
    ["../secret", "/etc/passwd", "..", ".", "a/b", "a\\b", "a\0b", "A", "default", " standard", "a.toml", "-a", "é"],
)
def test_a_preset_name_cannot_lead_elsewhere(jail: Jail, name: str) -> None:
    jail.settings(folder="settings", secret="[log]\nlevel = 'ERROR'\n")
    jail.settings(folder="settings/inner")
    problem = only(jail.refused({"RECON_PRESET": name}, settings_dir="settings/inner"))
    assert (problem.origin, problem.key, problem.code) == ("RECON_PRESET", "preset", "preset_name")


def test_a_preset_name_too_long_for_a_file_has_no_file() -> None:
    assert only(refused({"RECON_PRESET": "a" * 300})).code == "preset_unknown"


def test_a_preset_cannot_name_a_preset(jail: Jail) -> None:
    jail.settings(standard='# head\npreset = "standard"\n')
    problem = only(jail.refused())
    assert (problem.origin, problem.code) == ("settings/standard.toml:2", "preset_in_preset")


@pytest.mark.parametrize(
    "name",
    [
        "RECON_STARTUP_DELAY_SECS",
        "RECON_INSTRUMENT_IDS",
        "RECON_CLAIMS",
        "RECON_PRESET",
        "RECON_CACHE_URL",
        "RECON_CACHE_URL_FILE",
        "RECON_SETTINGS_DIR",
    ],
)
def test_an_empty_variable_is_an_error(name: str) -> None:
    problem, *rest = refused({name: ""})
    assert (problem.origin, problem.code, rest) == (name, "empty_variable", [])


@pytest.mark.parametrize(
    "text",
    ["{", "[]", "5", "null", '"x"', '{"A-1": null}', '{"A-1": []}', "[" * 100_000, '{"A-1": {"instrument_ids": 5}}'],
)
def test_broken_claims_in_the_environment_are_told(text: str) -> None:
    problem = only(refused({"RECON_CLAIMS": text}))
    assert (problem.origin, problem.code) == ("RECON_CLAIMS", "wrong_type")
    assert len(str(problem)) < 300


@pytest.mark.parametrize("name", ["MAKER", "", "A B-1", "A-1*", "MAKER-", "-1", "A.B-1", "Ä-1", "MAKER-\ud800"])
def test_claims_need_a_strategy_id(name: str) -> None:
    problem = only(refused({"RECON_CLAIMS": json.dumps({name: {"claim_all": True}})}))
    assert (problem.origin, problem.code) == ("RECON_CLAIMS", "invalid")


def canaries_told(error: SettingsError) -> bool:
    shown = [str(error), repr(error), *(repr(error.problems), *map(str, error.problems)), repr(error.args)]
    return any(CANARY in text for text in shown)


def test_no_secret_is_shown_by_accepted_settings(jail: Jail) -> None:
    url = jail.secret(f"rediss://{CANARY}-user:{CANARY}%40pass@cache:6379\n".encode(), name="url")
    settings = shipped(LOCAL_VENUE | {"RECON_CACHE_URL_FILE": url})
    assert CANARY in (settings.venue.api_key.get_secret_value() if settings.venue.api_key else "")
    masked = settings.masked()
    assert masked["cache"]["url"] == "rediss://***@cache:6379"
    assert (masked["venue"]["api_key"], masked["venue"]["api_secret"]) == ("***", "***")
    parts = [settings, settings.venue, settings.cache, dict(settings.origins), settings.model_dump()]
    shown = [text for part in parts for text in (str(part), repr(part))]
    shown += [json.dumps(masked), settings.model_dump_json(), settings.fingerprint]
    assert [text for text in shown if CANARY in text] == []


def test_a_url_without_user_info_is_shown_whole() -> None:
    assert shipped({"RECON_CACHE_URL": "redis://cache:6379"}).masked()["cache"]["url"] == "redis://cache:6379"
    assert shipped().masked()["cache"]["url"] is None
    assert shipped().masked()["venue"]["api_key"] is None


@pytest.mark.parametrize(
    "url",
    [
        f"redis://u:{CANARY}@h",
        f"redis://u:{CANARY}@h:x",
        f"redis://u:{CANARY}\u2100@h:1",
        f"redis://[{CANARY}]@h:1",
        f"redis://u:[{CANARY}@h:1",
        f"redis://u:{CANARY}/x@h:1",
        f"redis://u:{CANARY}#@h:1",
        f"redis://u:{CANARY} @h:1",
        f"redis://u:{CANARY}@h:1/3",
        f"redis://h:{CANARY}",
        f"http://u:{CANARY}@h:1",
        CANARY,
        f"{CANARY}\ud800",
    ],
)
def test_no_refused_cache_url_is_repeated(url: str, jail: Jail) -> None:
    for arguments in ({"env": {"RECON_CACHE_URL": url}}, {"env": {}, "overrides": {"cache.url": url}}):
        with pytest.raises(SettingsError) as caught:
            load(settings_dir=SHIPPED, **arguments)  # type: ignore[arg-type]
        assert not canaries_told(caught.value)
        assert caught.value.__cause__ is None
        assert caught.value.__suppress_context__


@pytest.mark.parametrize(
    "toml",
    [
        f'[cache]\nurl = "redis://u:{CANARY}@h:1"\n',
        f'[cache]\nuri = "redis://u:{CANARY}@h:1"\n',
        f'cache = "redis://u:{CANARY}@h:1"\n',
        f'[venue]\napi_key = "{CANARY}"\n',
        f'[venue]\napi_key = ["{CANARY}"]\n',
        f'[venue]\napikey = "{CANARY}"\n',
        f'venue = "{CANARY}"\n',
        f'[[venue]]\napi_key = "{CANARY}"\n',
        f'[cache]\nurl = "redis://u:{CANARY}@h:1\n',
        f'[cache]\nurl = "{CANARY}"\nurl = "{CANARY}"\n',
    ],
)
def test_no_secret_in_toml_is_repeated(jail: Jail, toml: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load(env={}, settings_dir=jail.settings(toml))
    assert not canaries_told(caught.value)


@pytest.mark.parametrize(
    ("env", "overrides"),
    [
        ({"RECON_VENUE_API_KEY": CANARY}, {}),
        ({"RECON_VENUE_APIKEY": CANARY}, {}),
        ({"RECON_CACHE_URL_FILE": f"redis://u:{CANARY}@h:1"}, {}),
        ({"RECON_VENUE_API_KEY": CANARY, "RECON_VENUE_API_KEY_FILE": "x"}, {}),
        (LOCAL_VENUE | {"RECON_VENUE_HTTP_URL": "http://example.com"}, {}),
        (LOCAL_VENUE | {"RECON_ENABLED": "maybe"}, {}),
        ({}, {"venue.api_key": [CANARY]}),
        ({}, {"venue.api_key": {"x": CANARY}}),
        ({}, {"venue.apikey": CANARY}),
        ({}, {"venue": CANARY}),
    ],
)
def test_no_secret_in_variables_and_overrides_is_repeated(env: dict[str, str], overrides: dict[str, object]) -> None:
    with pytest.raises(SettingsError) as caught:
        load(env=env, settings_dir=SHIPPED, overrides=overrides)
    assert not canaries_told(caught.value)


def test_no_secret_file_is_repeated(jail: Jail) -> None:
    for content, mode in ((f"redis://u:{CANARY}@h", 0o600), (f"redis://u:{CANARY}@h:1", 0o644)):
        with pytest.raises(SettingsError) as caught:
            load(env={"RECON_CACHE_URL_FILE": jail.secret(content.encode(), mode, name="url")})
        assert not canaries_told(caught.value)
