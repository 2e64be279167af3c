"""What all commands have in common: the environment file, plain output, and help that tells the truth."""

import os
import platform
import shlex
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import click
import pytest
from jail import SHIPPED, Jail, process, recon

from reconciliation.cli.main import COMMANDS, main
from reconciliation.cli.text import colored

RECON = (sys.executable, "-m", "reconciliation")
WHERE = ("--settings-dir", str(SHIPPED))


def test_no_env_file_is_read_by_itself(jail: Jail) -> None:
    jail.shipped_settings()
    jail.write(".env", "RECON_LOG_LEVEL=ERROR\n")
    done = process("recon", "show", "--env", "--section", "log")
    assert done.stdout.startswith("RECON_LOG_LEVEL=INFO\n")


@pytest.mark.parametrize("words", [["show"], ["show", "--changed"], ["presets"], ["explain", "enabled"], ["env"]])
def test_a_pipe_gets_no_escape(words: list[str]) -> None:
    assert "\x1b" not in process("recon", *words, variables={"FORCE_COLOR": "1", "TERM": "xterm-256color"}).stdout


def test_only_a_terminal_that_wants_it_gets_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    assert colored("x", bold=True) == "\x1b[1mx\x1b[0m"
    monkeypatch.setenv("NO_COLOR", "1")
    assert colored("x", bold=True) == "x"
    monkeypatch.delenv("NO_COLOR")
    monkeypatch.setattr("sys.stdout.isatty", lambda: False, raising=False)
    assert colored("x", bold=True) == "x"


def test_output_that_the_stream_cannot_encode_is_escaped(jail: Jail) -> None:
    folder = os.fsdecode(b"\xff")
    jail.settings(folder=folder)
    done = process("recon", "check", "--settings-dir", folder, variables={"PYTHONIOENCODING": "utf-8:strict"})
    assert (done.returncode, done.stderr) == (0, "")
    assert "/\\udcff" in done.stdout


def help_of(name: str) -> str:
    """Return a command's help as it is printed."""
    context = click.Context(main)
    command = main.get_command(context, name)
    assert command is not None
    return command.get_help(click.Context(command, info_name=name, parent=context))


def examples() -> list[tuple[str, str]]:
    """Return every example that a command's help shows."""
    lines = ((name, line.strip()) for name in COMMANDS for line in help_of(name).splitlines())
    return [(name, line) for name, line in lines if line.startswith("recon ")]


@pytest.mark.parametrize("name", COMMANDS)
def test_no_help_shows_the_mark_that_keeps_its_lines_apart(name: str) -> None:
    assert "\\b" not in help_of(name)
    assert "\b" not in help_of(name)


def test_the_commands_that_need_examples_have_some() -> None:
    assert {"check", "show", "explain", "diff"} <= {name for name, _ in examples()}


@pytest.mark.parametrize(("name", "line"), examples())
def test_every_example_runs_as_it_is_shown(jail: Jail, name: str, line: str) -> None:
    assert shlex.split(line)[1] == name
    jail.shipped_settings()
    jail.write("production.env", "RECON_LOG_LEVEL=ERROR\n")
    jail.write("my_node.py", "from nautilus_trader.live.node import TradingNode\n\nTradingNode().run()\n")
    saved = process("recon", "show", "--json")
    jail.write("production.json", saved.stdout)
    done = process("bash", "-c", line)
    different = name == "diff" and "production.json" not in line
    assert (done.returncode, done.stderr) == (int(different), "")


def test_each_command_has_help_with_a_first_line() -> None:
    for name in COMMANDS:
        assert recon(name, "--help").exit_code == 0


def test_the_version_is_that_of_recon_and_of_what_it_runs_on() -> None:
    recon_line, engine, python = process("recon", "--version").stdout.splitlines()
    assert recon_line == f"recon {version('nautilus-recon')}"
    assert engine == f"nautilus_trader {version('nautilus_trader')}, with its Binance adapter"
    assert python == f"Python {platform.python_version()}"


@pytest.mark.parametrize("command", ["show", "rules", "env"])
def test_an_output_that_cannot_be_written_is_told_and_is_no_traceback(command: str) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run([*RECON, command], stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, "the output cannot be written: no space left on device\n")


def test_a_reader_that_goes_away_ends_a_command_without_a_word() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run([*RECON, "rules"], stdout=writing, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writing)
    assert (done.returncode, done.stderr) == (1, "")
