"""Keys that have been renamed still work, and say what to write now."""

import json

import pytest
from jail import Jail, recon

from reconciliation.layers import known, renames
from reconciliation.layers.renames import Renamed

SINCE = "0.9"


@pytest.fixture(autouse=True)
def renamed(monkeypatch: pytest.MonkeyPatch) -> None:
    table = {
        ("reconciliation", "delay"): Renamed(("reconciliation", "startup_delay_secs"), SINCE),
        ("engine", "lookback"): Renamed(("reconciliation", "lookback_mins"), SINCE),
        ("log", "verbosity"): Renamed(("log", "level"), SINCE),
        ("store", "address"): Renamed(("cache", "url"), SINCE),
    }
    monkeypatch.setattr(renames, "RENAMED", table)


def test_every_renamed_key_is_gone_and_its_new_place_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    by_path = known.settings_by_path()
    assert not renames.RENAMED.keys() & by_path.keys()
    assert {renamed.path for renamed in renames.RENAMED.values()} <= by_path.keys()


def test_an_old_key_in_a_file_still_works(jail: Jail) -> None:
    jail.settings("[log]\nverbosity = 'ERROR'\n[reconciliation]\n\ndelay = 12.0\n")
    settings = jail.load()
    assert (settings.log.level, settings.reconciliation.startup_delay_secs) == ("ERROR", 12.0)
    assert settings.origins["reconciliation.startup_delay_secs"] == "settings/default.toml:5"
    assert sorted(map(str, settings.warnings)) == [
        f"settings/default.toml:2: log.verbosity is called log.level since {SINCE}; write log.level",
        (
            f"settings/default.toml:5: reconciliation.delay is called reconciliation.startup_delay_secs"
            f" since {SINCE}; write reconciliation.startup_delay_secs"
        ),
    ]


def test_a_section_that_is_gone_is_no_mistake(jail: Jail) -> None:
    jail.settings("[engine]\nlookback = 5\n")
    assert jail.load().reconciliation.lookback_mins == 5
    jail.settings("[engine]\nlookback = 5\nother = 5\n")
    other = jail.lines()
    assert [line.partition(";")[0] for line in other] == ["settings/default.toml:1: engine is no section of recon"]


def test_an_old_key_whose_new_section_is_no_table_is_told_of_that(jail: Jail) -> None:
    jail.settings("reconciliation = false\n[engine]\nlookback = 5\n")
    (line,) = jail.lines()
    assert line.startswith("settings/default.toml:1: reconciliation must be a table")


def test_an_old_variable_still_works(jail: Jail) -> None:
    jail.settings()
    settings = jail.load({"RECON_DELAY": "12"})
    assert settings.reconciliation.startup_delay_secs == 12.0
    assert settings.origins["reconciliation.startup_delay_secs"] == "RECON_DELAY"
    assert tuple(map(str, settings.warnings)) == (
        (
            f"RECON_DELAY: reconciliation.delay is called reconciliation.startup_delay_secs since {SINCE}"
            "; write reconciliation.startup_delay_secs"
        ),
    )


def test_an_old_override_still_works(jail: Jail) -> None:
    jail.settings()
    settings = jail.load(overrides={"reconciliation.delay": "12", "engine.lookback": "none"})
    assert settings.reconciliation.startup_delay_secs == 12.0
    assert settings.origins["reconciliation.startup_delay_secs"] == "--set"
    assert len(settings.warnings) == 2


@pytest.mark.parametrize("text", ["[engine]\nlookback = 'none'\n", "[engine]\nlookback = 0\n"])
def test_an_old_key_is_read_as_the_new_one(jail: Jail, text: str) -> None:
    jail.settings("[reconciliation]\nlookback_mins = 5\n", standard=text)
    assert jail.load().reconciliation.lookback_mins == (0 if "0" in text else None)


def test_the_new_key_beats_the_old_one_beside_it(jail: Jail) -> None:
    text = "[reconciliation]\ndelay = 12.0\nstartup_delay_secs = 13.0\n"
    jail.settings(text)
    settings = jail.load()
    assert settings.reconciliation.startup_delay_secs == 13.0
    assert settings.origins["reconciliation.startup_delay_secs"] == "settings/default.toml:3"
    assert len(settings.warnings) == 1
    jail.settings()
    both = jail.load({"RECON_DELAY": "12", "RECON_STARTUP_DELAY_SECS": "13"})
    assert both.reconciliation.startup_delay_secs == 13.0
    assert both.origins["reconciliation.startup_delay_secs"] == "RECON_STARTUP_DELAY_SECS"


def test_an_old_key_in_a_higher_layer_beats_the_new_one_below(jail: Jail) -> None:
    jail.settings("[reconciliation]\nstartup_delay_secs = 13.0\n")
    assert jail.load({"RECON_DELAY": "12"}).reconciliation.startup_delay_secs == 12.0


def test_an_old_key_cannot_bring_a_secret_into_a_file(jail: Jail) -> None:
    jail.settings("[store]\naddress = 'redis://u:kanarienvogel@h:1'\n")
    (line,) = jail.lines()
    assert line.startswith("settings/default.toml:2: cache.url is a secret, and secrets never stand in TOML")
    assert "kanarienvogel" not in line


def test_a_wrong_value_under_an_old_key_is_told_where_it_stands(jail: Jail) -> None:
    jail.settings("[reconciliation]\n\ndelay = 5.0\n")
    (line,) = jail.lines()
    assert line.startswith(
        "settings/default.toml:3: reconciliation.startup_delay_secs = 5.0 must be at least 10 seconds"
    )
    jail.settings()
    (line,) = jail.lines({"RECON_DELAY": "10s"})
    assert line.startswith("RECON_DELAY: reconciliation.startup_delay_secs = 10s must be a number")
    jail.settings()
    (line,) = jail.lines(overrides={"reconciliation.delay": "10s"})
    assert line.startswith("--set: reconciliation.startup_delay_secs = 10s must be a number")


def test_check_tells_of_old_keys_and_strictly_does_not_pass(jail: Jail) -> None:
    jail.settings("[reconciliation]\ndelay = 12.0\n")
    warning = (
        f"settings/default.toml:2: reconciliation.delay is called reconciliation.startup_delay_secs since {SINCE}"
        "; write reconciliation.startup_delay_secs"
    )
    done = recon("check")
    assert (done.exit_code, done.stdout.splitlines()[0]) == (0, f"warning: {warning}")
    assert recon("check", "--strict").exit_code == 1
    done = recon("check", "--strict", "--json")
    data = json.loads(done.stdout)
    assert (done.exit_code, data["ok"], data["problems"], data["warnings"]) == (1, True, [], [warning])
