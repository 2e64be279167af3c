"""Where the TOML files come from, and what is told when they come from nowhere."""

import json
import shutil

import pytest
from jail import LOCAL_VENUE, SHIPPED, Jail, output, process, recon

from reconciliation.layers.settings_folder import settings_directory

NAME_IT = "name the folder that holds default.toml, or shipped for the copy that comes with recon"
SET_IT = "set RECON_SETTINGS_DIR to the folder that is meant (shipped: the copy that comes with recon)"
STOPGAP = (
    "settings: there is no such folder here; the copy that comes with recon is used, which has nothing of yours"
    f"; start from the folder that has one, or {SET_IT}"
)
KEYS = {"RECON_VENUE_API_KEY": "key", "RECON_VENUE_API_SECRET": "secret"}


def test_an_argument_beats_the_variable_which_beats_the_folder_here(jail: Jail) -> None:
    for name in ("argument", "variable", "settings"):
        jail.settings(f"[node]\ntrader_id = '{name.upper()}-1'\n", folder=name)
    env = {"RECON_SETTINGS_DIR": "variable"}
    chosen = [jail.load(env, settings_dir="argument"), jail.load(env), jail.load()]
    assert [settings.node.trader_id for settings in chosen] == ["ARGUMENT-1", "VARIABLE-1", "SETTINGS-1"]
    assert [settings.settings_dir for settings in chosen] == [
        jail.folder / name for name in ("argument", "variable", "settings")
    ]
    assert [settings.warnings for settings in chosen] == [()] * 3


def test_an_environment_file_may_name_the_folder_below_the_variable(jail: Jail) -> None:
    for name in ("file", "variable"):
        jail.settings(folder=name)
    file = jail.write("node.env", "RECON_SETTINGS_DIR=file\n")
    assert jail.load(env_file=file).settings_dir == jail.folder / "file"
    assert jail.load({"RECON_SETTINGS_DIR": "variable"}, env_file=file).settings_dir == jail.folder / "variable"
    jail.write("node.env", "\nRECON_SETTINGS_DIR=nowhere\n")
    assert jail.lines(env_file=file) == [f"node.env:2 RECON_SETTINGS_DIR: nowhere does not exist; {NAME_IT}"]


@pytest.mark.parametrize("by", ["--settings-dir", "RECON_SETTINGS_DIR"])
@pytest.mark.parametrize(
    ("name", "wrong"),
    [("nowhere", "does not exist"), ("file", "is not a folder"), ("empty", "has no default.toml")],
)
def test_a_folder_that_cannot_be_one_is_one_problem_of_who_named_it(jail: Jail, by: str, name: str, wrong: str) -> None:
    jail.write("file", "")
    (jail.folder / "empty").mkdir()
    where = {"settings_dir": name} if by == "--settings-dir" else {"env": {by: name}}
    assert jail.lines(**where) == [f"{by}: {name} {wrong}; {NAME_IT}"]


def test_what_else_is_wrong_is_told_beside_a_wrong_folder(jail: Jail) -> None:
    env = {"RECON_LOG_LEVEL": "LOUD", "RECON_QQQQ": "1"}
    origins = [problem.origin for problem in jail.refused(env, settings_dir="nowhere")]
    assert origins == ["--settings-dir", "RECON_LOG_LEVEL", "RECON_QQQQ"]


@pytest.mark.parametrize("command", ["check", "show", "presets", "plan", "run"])
@pytest.mark.parametrize("by", ["--settings-dir", "RECON_SETTINGS_DIR"])
def test_every_command_tells_a_wrong_folder_once(jail: Jail, command: str, by: str) -> None:
    words, variables = ([by, "nowhere"], {}) if by == "--settings-dir" else ([], {by: "nowhere"})
    done = recon(command, *words, **variables)
    assert (done.exit_code, done.output) == (2, f"{by}: nowhere does not exist; {NAME_IT}\n")


def test_diff_tells_a_wrong_folder_too(jail: Jail) -> None:
    done = recon("diff", "standard", "@env", RECON_SETTINGS_DIR="nowhere")
    assert (done.exit_code, done.output) == (2, f"RECON_SETTINGS_DIR: nowhere does not exist; {NAME_IT}\n")


def test_a_folder_here_without_default_toml_is_refused(jail: Jail) -> None:
    (jail.folder / "settings").mkdir()
    line = f"settings: has no default.toml; write one with `recon init .`, or {SET_IT}"
    assert jail.lines() == [line]
    assert recon("check").exit_code == 2
    assert jail.load(settings_dir=SHIPPED).warnings == ()
    assert jail.load({"RECON_SETTINGS_DIR": "shipped"}).settings_dir == SHIPPED
    assert recon("init", ".").exit_code == 0
    assert jail.load().settings_dir == jail.folder / "settings"


def test_a_file_where_the_folder_should_be_is_refused(jail: Jail) -> None:
    jail.write("settings", "")
    assert jail.lines() == [f"settings: is not a folder; move it away, or {SET_IT}"]


@pytest.mark.parametrize("kind", ["folder", "link to nowhere", "link to itself"])
def test_a_default_toml_that_cannot_be_read_is_the_files_problem(jail: Jail, kind: str) -> None:
    file = jail.settings() / "default.toml"
    file.unlink()
    if kind == "folder":
        file.mkdir()
    else:
        file.symlink_to("elsewhere.toml" if kind == "link to nowhere" else "default.toml")
    (problem,) = jail.refused()
    assert problem.code == "unreadable"


def test_without_any_folder_the_shipped_copy_stands_in_with_a_warning(jail: Jail) -> None:
    settings = jail.load()
    assert settings.settings_dir == SHIPPED
    assert [str(warning) for warning in settings.warnings] == [STOPGAP]
    assert [(warning.origin, warning.code) for warning in settings.warnings] == [("settings", "shipped_settings")]
    done = recon("check")
    assert (done.exit_code, done.stdout.splitlines()[0]) == (0, f"warning: {STOPGAP}")
    assert recon("check", "--strict").exit_code == 1
    assert json.loads(recon("check", "--json").stdout)["warnings"] == [STOPGAP]


def test_a_boot_tells_the_warning_too(jail: Jail) -> None:
    # A cache without a venue ends the boot before anything is started.
    variables = {"RECON_CACHE_URL": "redis://127.0.0.1:1", "RECON_LOG_FORMAT": "json"}
    done = process("recon", "run", variables=variables)
    event = json.loads(done.stderr.splitlines()[0])
    assert done.returncode == 2
    assert (event["event"], event["origin"], event["code"]) == ("settings_warning", "settings", "shipped_settings")


@pytest.mark.parametrize("words", [["presets"], ["show"], ["explain", "enabled"], ["env"], ["schema"], ["plan"]])
def test_what_only_shows_is_fine_with_the_shipped_copy(jail: Jail, words: list[str]) -> None:
    assert output(*words)


@pytest.mark.parametrize("environment", ["testnet", "live"])
def test_no_real_venue_is_traded_with_the_shipped_copy_unasked(jail: Jail, environment: str) -> None:
    env = KEYS | {"RECON_VENUE_ENVIRONMENT": environment}
    (problem,) = jail.refused(env)
    assert (problem.origin, problem.key, problem.code) == ("settings", "venue.environment", "shipped_settings")
    assert f"at a real venue (venue.environment = {environment})" in problem.message
    assert problem.hint == f"start from the folder that has one, or {SET_IT}"
    assert recon("run", **env).exit_code == 2
    jail.settings()
    assert jail.load(env).venue.is_given


def test_the_refusal_is_told_beside_other_mistakes(jail: Jail) -> None:
    env = KEYS | {"RECON_VENUE_ENVIRONMENT": "live", "RECON_LOG_LEVEL": "LOUD"}
    assert [problem.code for problem in jail.refused(env)] == ["wrong_value", "shipped_settings"]


def test_a_local_venue_may_be_traded_with_the_shipped_copy(jail: Jail) -> None:
    assert jail.load(LOCAL_VENUE).venue.is_given


@pytest.mark.parametrize("by", ["--settings-dir", "RECON_SETTINGS_DIR"])
def test_the_shipped_copy_can_be_asked_for_by_name(jail: Jail, by: str) -> None:
    env = KEYS | {"RECON_VENUE_ENVIRONMENT": "live"}
    settings = jail.load(env, settings_dir="shipped") if by == "--settings-dir" else jail.load(env | {by: "shipped"})
    assert (settings.settings_dir, settings.warnings) == (SHIPPED, ())


def test_a_folder_of_that_name_wins_if_it_holds_settings(jail: Jail) -> None:
    (jail.folder / "shipped").mkdir()
    assert jail.load(settings_dir="shipped").settings_dir == SHIPPED
    shutil.copy(SHIPPED / "default.toml", "shipped")
    shutil.copy(SHIPPED / "standard.toml", "shipped")
    assert jail.load(settings_dir="shipped").settings_dir == jail.folder / "shipped"


def test_commands_that_only_read_files_find_the_same_folder(jail: Jail) -> None:
    assert settings_directory(None, {}) == SHIPPED
    jail.settings(folder="a")
    assert settings_directory(None, {"RECON_SETTINGS_DIR": "a"}) == jail.folder / "a"
    assert settings_directory("a", {"RECON_SETTINGS_DIR": "nowhere"}) == jail.folder / "a"
