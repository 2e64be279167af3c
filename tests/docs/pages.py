"""The commands of a page of the docs: each runs, all in one shell, and prints what the page shows."""

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from forks import command_in

BLOCK = re.compile(r"^```(console|python)\n(.*?)^```", re.MULTILINE | re.DOTALL)
END = "@@end-of-command@@"
WITHIN_SECS = 140.0
"""For all of a page; less than a test may take, so that it is told how far it came."""


def commands_of(page: str) -> list[tuple[str, list[str]]]:
    """Return the page's commands and the lines shown below each; a block of Python is a command too."""
    found: list[tuple[str, list[str]]] = []
    for kind, text in BLOCK.findall(page):
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


def play(page: str, folder: Path, bin_folder: Path, variables: Mapping[str, str] | None = None) -> None:
    """Run a page's commands, and see that they print what it shows.

    Args:
        page: its text.
        folder: where a reader is.
        bin_folder: where `recon` is put; what else is there is found first, too.
        variables: beside this process's own, of which none of ours are left.
    """
    commands = commands_of(page)
    assert commands
    steps = (f"{{ {command}\n}} 2>&1; status=$?; echo; echo '{END}'$status" for command, _ in commands)
    env = {key: value for key, value in os.environ.items() if not key.startswith("RECON_")} | dict(variables or {})
    env["PATH"] = os.pathsep.join([str(command_in(bin_folder)), str(Path(sys.executable).parent), env["PATH"]])
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
    outputs = re.findall(rf"(.*?)^{END}(\d+)$", done.stdout, re.MULTILINE | re.DOTALL)
    assert len(outputs) == len(commands), done.stdout + done.stderr
    for (command, shown), (output, status) in zip(commands, outputs, strict=True):
        told = output.strip() + (f"\n[exit {status}]" if status != "0" else "")
        assert re.fullmatch(as_pattern(shown), told.strip(), re.DOTALL), f"$ {command}\n{told}"
