"""The quickstart, typed in an empty folder with a bare environment; `make quickstart` shows how long that takes.

One thing is not as a reader has it: the port, which is a free one.
"""

import os
import re
import subprocess
import sys
import time
from collections import defaultdict
from itertools import pairwise
from pathlib import Path
from typing import Final

import pytest
from pages import BLOCK, Typed, free_ports, play, with_ports

from reconciliation.embedded.venue import variables

PAGE: Final = Path(__file__).resolve().parents[2] / "docs" / "quickstart.md"
PORT: Final = "9464"
BARE: Final = ("PATH", "HOME")
"""What is left of the environment."""
WORDS_A_MIN: Final = 200
"""How fast people read."""
LETTERS_A_MIN: Final = 200
"""How fast they type what they read."""


def test_the_quickstart_is_typed_in_an_empty_folder(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in set(os.environ) - set(BARE):
        monkeypatch.delenv(name)
    text, (port,) = PAGE.read_text("utf-8"), free_ports(1)
    desk, bin_folder = tmp_path_factory.mktemp("desk"), tmp_path_factory.mktemp("bin")
    (bin_folder / "recon").symlink_to(Path(sys.executable).parent / "recon")  # SIGKILL is for the node itself
    variables = {"RECON_MONITOR_PORT": port, "RECON_NODE_TIMEOUT_POST_STOP": "0.1"}
    begun = time.time()
    show(text, begun, play(with_ports(text, {PORT: port}), desk, bin_folder, variables))


def test_the_variables_for_a_real_venue_go_with_those_that_were_sourced_before(tmp_path: Path) -> None:
    *_, block = re.findall(r"^```sh\n(.*?)^```", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    secret = tmp_path / "secret"
    secret.write_text("not told", "utf-8")
    secret.chmod(0o600)
    told = [line.replace("/run/secrets/testnet", str(secret)) for line in block.splitlines()]
    sourced = [f"export {name}=local" for name in variables(defaultdict(str))]
    lines = [*sourced, *(line for line in told if line.startswith(("export", "unset"))), "recon check"]
    env = {name: os.environ[name] for name in BARE if name in os.environ}
    env["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), env["PATH"]])
    env["RECON_SETTINGS_DIR"] = "shipped"
    done = subprocess.run(
        ["/usr/bin/env", "bash", "-eu", "-c", "\n".join(lines)],
        cwd=tmp_path, env=env, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def show(text: str, begun: float, typed: list[Typed]) -> None:
    """Print what took how long, and how long a person needs who reads and types all of it."""
    print()
    for command, ended in typed:
        print(f"{ended - begun:6.1f} s  {command.partition(chr(10))[0][:90]}")
        begun = ended
    letters = sum(len(command) for command, _ in typed if not command.startswith("cat > "))  # a file is copied
    words = len(re.findall(r"\w+", BLOCK.sub("", text)))
    waits = sum(after.ended - before.ended for before, after in pairwise(typed))
    mins = waits / 60 + letters / LETTERS_A_MIN + words / WORDS_A_MIN
    print(f"{waits:6.1f} s waited; {letters} letters typed, {words} words read: {mins:.0f} min for a person")
