"""What the README tells to type exists and works; its first screen stays one."""

import re
import shlex
from importlib.metadata import metadata
from pathlib import Path
from typing import Final

import pytest
from click.testing import CliRunner

from reconciliation.cli.main import COMMANDS, LazyGroup, main
from reconciliation.rules.catalogue import RULES

README: Final = (Path(__file__).resolve().parents[2] / "README.md").read_text("utf-8")
(BLOCK,) = re.findall(r"^## Use it\n\n```sh\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
INSTALL, *LINES = [line.partition("#")[0].strip() for line in BLOCK.splitlines()]
TYPED_ELSEWHERE: Final = ("recon run", "recon status", "recon drill")
"""They last; the quickstart and the guide on drills type them to their end."""
MY_NODE: Final = """
from nautilus_trader.live.config import LiveExecEngineConfig

config = LiveExecEngineConfig(position_check_interval_secs=30.0)
"""
HAS_FINDINGS: Final = "recon check --script"


def test_it_begins_with_the_installation_of_what_this_is() -> None:
    assert ["pip", "install", metadata("nautilus-recon")["Name"]] == INSTALL.split()


def test_it_names_ten_commands_that_there_are() -> None:
    named = {shlex.split(line)[1] for line in LINES}
    assert len(named) == 10
    assert named <= COMMANDS.keys()


@pytest.mark.parametrize("line", LINES)
def test_each_command_is_understood(line: str) -> None:
    _, name, *arguments = shlex.split(line)
    group = main
    assert isinstance(group, LazyGroup)
    command = group.get_command(group.make_context("recon", ["rules"]), name)
    assert command is not None
    command.make_context(name, arguments)


def test_those_that_end_by_themselves_do_what_they_say(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "my_node.py").write_text(MY_NODE, "utf-8")
    for line in LINES:
        if line.startswith(TYPED_ELSEWHERE):
            continue
        done = CliRunner().invoke(main, shlex.split(line.replace("KEY", "startup_delay_secs"))[1:])
        assert done.exit_code == (2 if line.startswith(HAS_FINDINGS) else 0), f"{line}\n{done.output}"
        assert (done.output + capfd.readouterr().out).strip()


def test_it_counts_the_rules_that_there_are() -> None:
    assert re.findall(r"the (\d+) rules", README) == [str(len(RULES))]


def test_the_picture_stands_on_the_first_screen() -> None:
    lines = README.splitlines()
    (at,) = (number for number, line in enumerate(lines) if "stock-beside-guarded.svg" in line)
    assert at < 15
    assert len(lines) < 150
