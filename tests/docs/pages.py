"""The commands of a page of the docs: each runs, all in one shell, and prints what the page shows."""

import os
import re
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from random import SystemRandom
from typing import NamedTuple

from forks import command_in

BLOCK = re.compile(r"^```(console|python|toml)(?: (\S+))?\n(.*?)^```", re.MULTILINE | re.DOTALL)
END = "@@end-of-command@@"
WITHIN_SECS = 140.0
"""For all of a page; less than a test may take, so that it is told how far it came."""


def commands_of(page: str) -> list[tuple[str, list[str]]]:
    """Return the page's commands and the lines shown below each; a block with a name is saved, one of Python is run."""
    found: list[tuple[str, list[str]]] = []
    for kind, file, text in BLOCK.findall(page):
        if file:
            found.append((f"cat > {file} <<'PYTHON'\n{text}PYTHON", []))
            continue
        if kind == "toml":
            continue
        if kind == "python":
            found.append((f"{sys.executable} - <<'PYTHON' > printed && test -s printed\n{text}PYTHON", []))
            continue
        for line in text.splitlines():
            if line.startswith("$ "):
                found.append((line[2:], []))
            else:
                found[-1][1].append(line)
    return found


def as_pattern(lines: list[str]) -> str:
    """Return shown lines as a pattern: `...` stands for anything, blanks for blanks."""
    text = re.escape(re.sub(r" {2,}", "  ", "\n".join(lines).strip()))
    return re.sub(r"(?:\\ )+", r"[ ]+", text).replace(r"\.\.\.", ".*")


class Typed(NamedTuple):
    """A command that was run.

    Attributes:
        command: as it was typed.
        ended: when it was over, seconds since the epoch.
    """

    command: str
    ended: float


def play(page: str, folder: Path, bin_folder: Path, variables: Mapping[str, str] | None = None) -> list[Typed]:
    """Run a page's commands, see that they print what it shows, and return them.

    Args:
        page: its text.
        folder: where a reader is.
        bin_folder: found first; a `recon` that begins as a fork is put there, unless one is there already.
        variables: beside this process's own, of which none of ours are left.
    """
    commands = commands_of(page)
    assert commands
    steps = (f"{{ {command}\n}} 2>&1; status=$?; echo; echo '{END}'$status $EPOCHREALTIME" for command, _ in commands)
    env = {key: value for key, value in os.environ.items() if not key.startswith("RECON_")} | dict(variables or {})
    if not (bin_folder / "recon").exists():
        command_in(bin_folder)
    env["PATH"] = os.pathsep.join([str(bin_folder), str(Path(sys.executable).parent), env["PATH"]])
    try:
        done = subprocess.run(
            ["/usr/bin/env", "bash", "-u"],
            input="\n".join(steps),
            cwd=folder,
            env=env,
            capture_output=True,
            text=True,
            check=False,
            timeout=WITHIN_SECS,
        )
    except subprocess.TimeoutExpired as error:
        raise AssertionError(f"not done within {WITHIN_SECS:g} s:\n{(error.stdout or b'').decode()}") from None
    outputs = re.findall(rf"(.*?)^{END}(\d+) (\S+)$", done.stdout, re.MULTILINE | re.DOTALL)
    assert len(outputs) == len(commands), done.stdout + done.stderr
    for (command, shown), (output, status, _) in zip(commands, outputs, strict=True):
        told = output.strip() + (f"\n[exit {status}]" if status != "0" else "")
        assert re.fullmatch(as_pattern(shown), told.strip(), re.DOTALL), f"$ {command}\n{told}"
    return [Typed(command, float(ended)) for (command, _), (*_, ended) in zip(commands, outputs, strict=True)]


def free_ports(count: int) -> list[str]:
    """Return ports that nobody listens on and that the system gives to nobody by itself."""
    found: list[str] = []
    while len(found) < count:
        port = SystemRandom().randrange(20_000, 32_000)
        with socket.socket() as asking:
            asking.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if str(port) not in found and asking.connect_ex(("127.0.0.1", port)):
                found.append(str(port))
    return found


def with_ports(text: str, ports: Mapping[str, str]) -> str:
    """Return a page with other ports of loopback."""
    return re.sub(r"(?<=127\.0\.0\.1:)\d+", lambda told: ports.get(told[0], told[0]), text)
