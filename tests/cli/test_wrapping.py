"""Text at the width of a terminal, and whole in a pipe."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from pathlib import Path

import pytest

from reconciliation.cli import text

CHECK = ("check", "--preset", "aggressive", "--settings-dir", "shipped", "--set", "facts.symbols=3")
COMMANDS = [
    CHECK,
    ("check", "--settings-dir", "shipped", "--set", "reconciliation.startup_delay_secs=3"),
    ("plan", "--settings-dir", "shipped"),
    ("rules",),
    ("rules", "E03"),
    ("explain", "--settings-dir", "shipped", "open_check_interval_secs"),
    ("show", "--settings-dir", "shipped"),
    ("env",),
]


def on_a_terminal(folder: Path, columns: int, *arguments: str) -> list[str]:
    """Run a command on a terminal so wide, and return what stands there, without colors."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    env = {key: value for key, value in os.environ.items() if key not in {"COLUMNS", "NO_COLOR"}}
    process = subprocess.Popen(
        [sys.executable, "-m", "reconciliation", *arguments], stdout=theirs, stderr=theirs, cwd=folder, env=env
    )
    os.close(theirs)
    told = b""
    while True:
        try:
            read = os.read(ours, 65_536)
        except OSError:  # nobody writes any more
            break
        if not read:
            break
        told += read
    os.close(ours)
    process.wait(30)
    return re.sub(r"\x1b\[[0-9;]*m", "", told.decode()).replace("\r", "").splitlines()


class Terminal:
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text, "real_stdout", Terminal)
    monkeypatch.setenv("COLUMNS", "40")


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("columns", [60, 100])
def test_every_line_fits_the_terminal(tmp_path: Path, columns: int, arguments: tuple[str, ...]) -> None:
    lines = on_a_terminal(tmp_path, columns, *arguments)
    assert len(lines) > 1
    # A path is one word, and as long as the folder that it is in.
    assert not [line for line in lines if len(line) > columns and " " in line.strip()]


def test_a_finding_hangs_below_its_marks(tmp_path: Path) -> None:
    lines = on_a_terminal(tmp_path, 60, *CHECK)
    begin = next(number for number, line in enumerate(lines) if line.startswith("W36"))
    assert lines[begin : begin + 6] == [
        "W36 warning  up to 4230 weight a minute at 3 symbols, 3480",
        "    when all is well; Binance USD-M futures allows 2400",
        "  A venue that is asked too often refuses or bans the",
        "  address, and then every check fails at once.",
        "  -> set reconciliation.open_check_interval_secs = 5.0 and",
        "     reconciliation.position_check_interval_secs = 20.0",
    ]


def test_in_a_pipe_a_line_stays_whole(tmp_path: Path) -> None:
    env = os.environ | {"COLUMNS": "40"}
    told = subprocess.run(
        [sys.executable, "-m", "reconciliation", *CHECK],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=env,
        check=True,
    )
    assert "at 3 symbols, 3480 when all is well; Binance USD-M futures allows 2400\n" in told.stdout


@pytest.mark.usefixtures("narrow")
def test_a_line_breaks_at_spaces_and_after_commas_and_keeps_its_colors() -> None:
    assert list(text.wrapped("short")) == ["short"]
    assert list(text.wrapped("  one two three four five six seven eight nine", 4)) == [
        "  one two three four five six seven",
        "    eight nine",
    ]
    assert list(text.wrapped("alpha,beta,gamma,delta,epsilon,zeta,eta,theta")) == [
        "alpha,beta,gamma,delta,epsilon,zeta,eta,",
        "  theta",
    ]
    red = "\x1b[31mW01\x1b[0m"
    assert list(text.wrapped(f"{red} {'x' * 30} {'y' * 10}")) == [f"{red} {'x' * 30}", f"  {'y' * 10}"]
    assert list(text.wrapped("z" * 50)) == ["z" * 50], "what cannot be broken can still be copied"


@pytest.mark.usefixtures("narrow")
def test_the_last_column_wraps_and_goes_below_where_it_has_no_room() -> None:
    assert list(text.table([("id", "one two three four five six seven eight"), ("name", "short")])) == [
        "id    one two three four five six seven",
        "      eight",
        "name  short",
    ]
    assert list(text.table([("a" * 30, "one two three four five"), ("b", "short")])) == [
        f"{'a' * 30}  one two",
        "      three four five",
        f"b{' ' * 31}short",
    ]


@pytest.mark.usefixtures("narrow")
def test_a_terminal_that_does_not_know_its_width_has_80_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "0")
    ours, theirs = pty.openpty()
    with os.fdopen(theirs, "w") as stream:
        assert text.terminal_columns(stream) == 80
    os.close(ours)
