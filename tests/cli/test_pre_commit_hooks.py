"""The hooks that pre-commit finds here: as it reads them, and run as it runs them."""

import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from jail import SHIPPED, Jail

ROOT: Final = Path(__file__).resolve().parents[2]
HOOKS: Final[dict[str, dict[str, Any]]] = {
    hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
}
REQUIRED: Final = {"id", "name", "entry", "language"}
"""What pre-commit wants of every hook."""
USED: Final = REQUIRED | {"description", "files", "types", "pass_filenames"}
"""What else is used here, of what it knows."""


def run(hook: str, *args: str) -> "subprocess.CompletedProcess[str]":
    """Run a hook as pre-commit does: its entry, split as a shell would, and the arguments of who uses it."""
    program, *words = shlex.split(HOOKS[hook]["entry"])
    assert program == "recon"
    command = [sys.executable, "-m", "reconciliation", *words, *args]
    return subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)


@pytest.mark.parametrize("hook", HOOKS.values(), ids=HOOKS)
def test_a_hook_is_one(hook: dict[str, Any]) -> None:
    assert set(hook) >= REQUIRED
    assert set(hook) <= USED
    assert hook["language"] == "python"
    assert hook["pass_filenames"] is False  # a script takes what follows for its own arguments


def test_settings_are_judged_when_one_of_their_files_changes() -> None:
    pattern = re.compile(HOOKS["recon-check"]["files"])
    shipped = [f"settings/{file.name}" for file in SHIPPED.glob("*.toml")]
    assert shipped
    assert all(pattern.search(file) for file in shipped)
    assert not pattern.search("my_settings/default.toml")
    assert not pattern.search("settings/README.md")


def test_settings_pass_until_one_of_them_is_wrong(jail: Jail) -> None:
    jail.shipped_settings()
    assert run("recon-check").returncode == 0
    jail.write("settings/standard.toml", "[reconciliation]\nstartup_delay_secs = 5.0\n")
    done = run("recon-check")
    assert done.returncode == 2
    assert "settings/standard.toml:2: " in done.stdout


def test_a_script_is_judged_with_its_own_arguments(jail: Jail) -> None:
    jail.write(
        "my_node.py",
        "import sys\nfrom nautilus_trader.config import LiveExecEngineConfig\n"
        "engine = LiveExecEngineConfig(\n    position_check_interval_secs=float(sys.argv[1]) or None,\n)\n",
    )
    assert run("recon-check-script", "my_node.py", "--", "0").returncode == 0
    done = run("recon-check-script", "my_node.py", "--", "30")
    assert done.returncode == 2
    assert "position_check_interval_secs: my_node.py:4:5" in done.stdout


def test_a_script_that_is_not_named_is_missed(jail: Jail) -> None:
    done = run("recon-check-script")
    assert done.returncode == 2
    assert "Option '--script' requires an argument" in done.stderr
