"""Keys that have been renamed still work, and say what to write now."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from mistake_files import recon, settings_in, told

from reconciliation import Settings, load
from reconciliation.layers import registry, renames
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


def loaded(directory: Path, env: Mapping[str, str] | None = None, **overrides: object) -> Settings:
    return load(
        env=env or {},
        settings_dir=directory,
        overrides={key.replace("__", "."): value for key, value in overrides.items()},
    )


def test_every_renamed_key_is_gone_and_its_new_place_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    known = registry.settings_by_path()
    assert not renames.RENAMED.keys() & known.keys()
    assert {renamed.path for renamed in renames.RENAMED.values()} <= known.keys()


def test_an_old_key_in_a_file_still_works(tmp_path: Path) -> None:
    directory = settings_in(tmp_path, "[log]\nverbosity = 'ERROR'\n[reconciliation]\n\ndelay = 12.0\n")
    settings = loaded(directory)
    assert (settings.log.level, settings.reconciliation.startup_delay_secs) == ("ERROR", 12.0)
    assert settings.origins["reconciliation.startup_delay_secs"] == f"{directory}/default.toml:5"
    assert sorted(settings.warnings) == [
        f"{directory}/default.toml:2: log.verbosity is called log.level since {SINCE}; write log.level",
        (
            f"{directory}/default.toml:5: reconciliation.delay is called reconciliation.startup_delay_secs"
            f" since {SINCE}; write reconciliation.startup_delay_secs"
        ),
    ]


def test_a_section_that_is_gone_is_no_mistake(tmp_path: Path) -> None:
    directory = settings_in(tmp_path, "[engine]\nlookback = 5\n")
    assert loaded(directory).reconciliation.lookback_mins == 5
    other = told(settings_in(tmp_path, "[engine]\nlookback = 5\nother = 5\n"))
    assert [line.partition(";")[0] for line in other] == ["default.toml:1: engine is no section of recon"]


def test_an_old_variable_still_works(tmp_path: Path) -> None:
    settings = loaded(settings_in(tmp_path), {"RECON_DELAY": "12"})
    assert settings.reconciliation.startup_delay_secs == 12.0
    assert settings.origins["reconciliation.startup_delay_secs"] == "RECON_DELAY"
    assert settings.warnings == (
        (
            f"RECON_DELAY: reconciliation.delay is called reconciliation.startup_delay_secs since {SINCE}"
            "; write reconciliation.startup_delay_secs"
        ),
    )


def test_an_old_override_still_works(tmp_path: Path) -> None:
    settings = loaded(settings_in(tmp_path), reconciliation__delay="12", engine__lookback="none")
    assert settings.reconciliation.startup_delay_secs == 12.0
    assert settings.origins["reconciliation.startup_delay_secs"] == "--set"
    assert len(settings.warnings) == 2


@pytest.mark.parametrize("text", ["[engine]\nlookback = 'none'\n", "[engine]\nlookback = 0\n"])
def test_an_old_key_is_read_as_the_new_one(tmp_path: Path, text: str) -> None:
    directory = settings_in(tmp_path, "[reconciliation]\nlookback_mins = 5\n", standard=text)
    assert loaded(directory).reconciliation.lookback_mins == (0 if "0" in text else None)


def test_the_new_key_beats_the_old_one_beside_it(tmp_path: Path) -> None:
    text = "[reconciliation]\ndelay = 12.0\nstartup_delay_secs = 13.0\n"
    directory = settings_in(tmp_path, text)
    settings = loaded(directory)
    assert settings.reconciliation.startup_delay_secs == 13.0
    assert settings.origins["reconciliation.startup_delay_secs"] == f"{directory}/default.toml:3"
    assert len(settings.warnings) == 1
    both = loaded(settings_in(tmp_path), {"RECON_DELAY": "12", "RECON_STARTUP_DELAY_SECS": "13"})
    assert both.reconciliation.startup_delay_secs == 13.0
    assert both.origins["reconciliation.startup_delay_secs"] == "RECON_STARTUP_DELAY_SECS"


def test_an_old_key_in_a_higher_layer_beats_the_new_one_below(tmp_path: Path) -> None:
    directory = settings_in(tmp_path, "[reconciliation]\nstartup_delay_secs = 13.0\n")
    assert loaded(directory, {"RECON_DELAY": "12"}).reconciliation.startup_delay_secs == 12.0


def test_an_old_key_cannot_bring_a_secret_into_a_file(tmp_path: Path) -> None:
    (line,) = told(settings_in(tmp_path, "[store]\naddress = 'redis://u:kanarienvogel@h:1'\n"))
    assert line.startswith("default.toml:2: cache.url is a secret, and secrets never stand in TOML")
    assert "kanarienvogel" not in line


def test_a_wrong_value_under_an_old_key_is_told_where_it_stands(tmp_path: Path) -> None:
    (line,) = told(settings_in(tmp_path, "[reconciliation]\n\ndelay = 5.0\n"))
    assert line.startswith("default.toml:3: reconciliation.startup_delay_secs = 5.0 must be at least 10 seconds")
    (line,) = told(settings_in(tmp_path), {"RECON_DELAY": "10s"})
    assert line.startswith("RECON_DELAY: reconciliation.startup_delay_secs = 10s must be a number")
    (line,) = told(settings_in(tmp_path), overrides={"reconciliation.delay": "10s"})
    assert line.startswith("--set: reconciliation.startup_delay_secs = 10s must be a number")


def test_check_tells_of_old_keys_and_strictly_does_not_pass(tmp_path: Path) -> None:
    directory = str(settings_in(tmp_path, "[reconciliation]\ndelay = 12.0\n"))
    warning = (
        f"{directory}/default.toml:2: reconciliation.delay is called reconciliation.startup_delay_secs since {SINCE}"
        "; write reconciliation.startup_delay_secs"
    )
    done = recon("check", "--settings-dir", directory)
    assert (done.exit_code, done.stdout.splitlines()[0]) == (0, f"warning: {warning}")
    assert recon("check", "--strict", "--settings-dir", directory).exit_code == 1
    done = recon("check", "--strict", "--json", "--settings-dir", directory)
    data = json.loads(done.stdout)
    assert (done.exit_code, data["ok"], data["problems"], data["warnings"]) == (1, True, [], [warning])
