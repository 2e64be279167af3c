"""Every command in the guides runs and prints what the guide shows."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from forks import command_in

ROOT = Path(__file__).resolve().parents[2]
GUIDES = sorted((ROOT / "docs" / "guides").glob("*.md"))
BLOCK = re.compile(r"^```(console|python)\n(.*?)^```", re.MULTILINE | re.DOTALL)
END = "@@end-of-command@@"


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


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.stem)
def test_every_command_prints_what_the_guide_shows(
    guide: Path, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    commands = commands_of(guide.read_text("utf-8"))
    assert commands
    steps = (f"{{ {command}\n}} 2>&1; status=$?; echo; echo '{END}'$status" for command, _ in commands)
    env = {key: value for key, value in os.environ.items() if not key.startswith("RECON_")}
    env["PATH"] = os.pathsep.join(
        [str(command_in(tmp_path_factory.mktemp("bin"))), str(Path(sys.executable).parent), env["PATH"]]
    )
    done = subprocess.run(
        ["/usr/bin/env", "bash", "-u"],
        input="\n".join(steps),
        cwd=tmp_path,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    outputs = re.findall(rf"(.*?)^{END}(\d+)$", done.stdout, re.MULTILINE | re.DOTALL)
    assert len(outputs) == len(commands), done.stdout + done.stderr
    for (command, shown), (output, status) in zip(commands, outputs, strict=True):
        told = output.strip() + (f"\n[exit {status}]" if status != "0" else "")
        assert re.fullmatch(as_pattern(shown), told.strip(), re.DOTALL), f"$ {command}\n{told}"
