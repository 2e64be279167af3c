"""What all commands have in common: the environment file, plain output, and help that tells the truth."""

import os
import shlex
from pathlib import Path

import click
import pytest
from recon_command import SHIPPED, own_settings, process, recon, told

from reconciliation.cli.main import COMMANDS, main
from reconciliation.cli.text import colored

WHERE = ("--settings-dir", str(SHIPPED))


def level(file: Path, *args: str, **variables: str) -> str:
    text = told("show", "--env", "--section", "log", "--env-file", str(file), *WHERE, *args, **variables)
    return text.splitlines()[0].partition("=")[2]


@pytest.mark.parametrize(
    "text",
    [
        "RECON_LOG_LEVEL=ERROR\n",
        "export RECON_LOG_LEVEL=ERROR\n",
        "# head\n\nRECON_LOG_LEVEL='ERROR'\nPATH=/nowhere\n",
        'RECON_LOG_LEVEL="ERROR"  # why\r\n',
    ],
)
def test_an_environment_file_is_read_as_shells_write_it(tmp_path: Path, text: str) -> None:
    file = tmp_path / "node.env"
    file.write_bytes(text.encode())
    assert level(file) == "ERROR"
    assert level(file, RECON_LOG_LEVEL="WARNING") == "WARNING"
    assert level(file, "--set", "log.level=DEBUG", RECON_LOG_LEVEL="WARNING") == "DEBUG"


def test_an_environment_file_may_name_the_preset(tmp_path: Path) -> None:
    file = tmp_path / "node.env"
    file.write_text("RECON_PRESET=aggressive\n", "utf-8")
    assert told("check", "--env-file", str(file), *WHERE).startswith("fine: preset aggressive")
    assert told("check", "--env-file", str(file), "--preset", "disabled", *WHERE).startswith("fine: preset disabled")


def test_nothing_in_an_environment_file_is_expanded(tmp_path: Path) -> None:
    file = tmp_path / "node.env"
    file.write_text("RECON_CACHE_DATA_DIR=${HOME}/x\n", "utf-8")
    assert "'${HOME}/x'" in told("show", "--env", "--section", "cache", "--env-file", str(file), *WHERE)


def test_mistakes_in_an_environment_file_are_told(tmp_path: Path) -> None:
    file = tmp_path / "node.env"
    file.write_text("RECON_MAX_RETIRES=5\nRECON_LOG_LEVEL=\n", "utf-8")
    done = recon("check", "--env-file", str(file), *WHERE)
    assert done.exit_code == 2
    assert [line.partition(":")[0] for line in done.stdout.splitlines()] == ["RECON_LOG_LEVEL", "RECON_MAX_RETIRES"]


@pytest.mark.parametrize("kind", ["missing", "folder", "bytes"])
def test_an_environment_file_that_cannot_be_read_is_wrong_usage(tmp_path: Path, kind: str) -> None:
    file = tmp_path / "node.env"
    if kind == "folder":
        file.mkdir()
    elif kind == "bytes":
        file.write_bytes(b"RECON_LOG_LEVEL=\xff\n")
    done = recon("check", "--env-file", str(file), *WHERE)
    assert (done.exit_code, done.stdout) == (2, "")
    assert "Invalid value for" in done.stderr
    assert "--env-file" in done.stderr


def test_no_env_file_is_read_by_itself(tmp_path: Path) -> None:
    own_settings(tmp_path)
    (tmp_path / ".env").write_text("RECON_LOG_LEVEL=ERROR\n", "utf-8")
    done = process("recon", "show", "--env", "--section", "log", folder=tmp_path)
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


def test_output_that_the_stream_cannot_encode_is_escaped(tmp_path: Path) -> None:
    folder = os.fsencode(tmp_path) + b"/\xff"
    os.mkdir(folder)  # noqa: PTH102 - a name that is no text
    own_settings(Path(os.fsdecode(folder)))
    done = process(
        "recon",
        "check",
        "--settings-dir",
        f"{os.fsdecode(folder)}/settings",
        variables={"PYTHONIOENCODING": "utf-8:strict"},
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "\\udcff/settings" in done.stdout


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
def test_every_example_runs_as_it_is_shown(tmp_path: Path, name: str, line: str) -> None:
    assert shlex.split(line)[1] == name
    own_settings(tmp_path)
    (tmp_path / "production.env").write_text("RECON_LOG_LEVEL=ERROR\n", "utf-8")
    saved = process("recon", "show", "--json", folder=tmp_path)
    (tmp_path / "production.json").write_text(saved.stdout, "utf-8")
    done = process("bash", "-c", line, folder=tmp_path)
    different = name == "diff" and "production.json" not in line
    assert (done.returncode, done.stderr) == (int(different), "")


def test_each_command_has_help_with_a_first_line() -> None:
    for name in COMMANDS:
        assert recon(name, "--help").exit_code == 0
