"""Many mistakes at once: all are told, in order, as text, as blocks for a terminal and as data."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from mistake_files import recon, settings_in, told

from reconciliation import SettingsError, load


def test_relations_are_told_beside_wrong_fields_of_the_same_section(tmp_path: Path) -> None:
    default = (
        "[reconciliation]\nstartup_delay_secs = 5.0\ninflight_check_threshold_ms = 4000\n"
        '[node]\ntrader_id = "NOTAG"\n[claims.A-1]\ninstrument_ids = ["X.Y"]\n[claims.B-1]\nclaim_all = "yes"\n'
    )
    env = {
        "RECON_INFLIGHT_CHECK_INTERVAL_MS": "4500",
        "RECON_CLAIMS": '{"C-1": {"instrument_ids": ["X.Y"]}}',
        "RECON_QQQQ": "",
    }
    lines = told(settings_in(tmp_path, default), env)
    # The number of each line, whatever the texts are: those have tests of their own.
    assert [line.partition(": ")[0] for line in lines] == [
        "default.toml:2",
        "default.toml:3",
        "default.toml:5",
        "default.toml:7",
        "default.toml:9",
        "RECON_QQQQ",
    ]
    assert "inflight_check_interval_ms (4500)" in lines[1]
    assert "A-1 and C-1 both claim X.Y" in lines[3]


def test_a_relation_with_a_refused_field_is_left_unsaid(tmp_path: Path) -> None:
    default = "[reconciliation]\ninflight_check_threshold_ms = 10\ninflight_check_interval_ms = 4500\n"
    (line,) = told(settings_in(tmp_path, default))
    assert "must be at least 1000 milliseconds" in line


def test_problems_are_sorted_by_file_and_by_line_as_a_number(tmp_path: Path) -> None:
    lines = "".join(f"x{number} = 1\n" for number in range(1, 12))
    found = told(settings_in(tmp_path, f"[log]\n{lines}", standard=f"[node]\n{lines}"))
    expected = [f"{file}.toml:{line}" for file in ("default", "standard") for line in range(2, 13)]
    assert [line.partition(": ")[0] for line in found] == expected


DEFAULT = "[reconciliation]\n  startup_delay_secs = 5.0  # soon\n\n[log]\nlevell = 'INFO'\n"
BLOCKS = """\
{file}:2: reconciliation.startup_delay_secs = 5.0 must be at least 10 seconds
      startup_delay_secs = 5.0  # soon
      ^^^^^^^^^^^^^^^^^^^^^^^^
  -> set 10 or more; or remove the line: the default is 10.0

{file}:5: log.levell is no key of recon
  -> did you mean log.level?"""


def test_blocks_mark_the_statement(tmp_path: Path) -> None:
    directory = settings_in(tmp_path, DEFAULT)
    with pytest.raises(SettingsError) as caught:
        load(env={}, settings_dir=directory)
    assert caught.value.text(blocks=True) == BLOCKS.format(file=f"{directory}/default.toml")


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_the_mark_stands_below_the_statement_whatever_the_line_ends_in(tmp_path: Path, ending: str) -> None:
    text = DEFAULT.replace("\n", ending)
    with pytest.raises(SettingsError) as caught:
        load(env={}, settings_dir=settings_in(tmp_path, text))
    shown, mark = caught.value.text(blocks=True).splitlines()[1:3]
    assert shown[mark.index("^") : mark.rindex("^") + 1] == "startup_delay_secs = 5.0"


@pytest.mark.parametrize(
    "text",
    [
        'cache = { number_of_retries = 9, url = "redis://u:kanarienvogel@h:1" }\n',
        'cache = { number_of_retries = 9, uri = "redis://u:kanarienvogel@h:1" }\n',
        "cache.number_of_retries = 9\ncache.url = 'kanarienvogel'\n",
        '[cache]\nurl = """\nkanarienvogel"""\nnumber_of_retries = 9\n',
    ],
)
def test_no_block_shows_a_secret_that_stands_beside_a_mistake(tmp_path: Path, text: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load(env={}, settings_dir=settings_in(tmp_path, text))
    assert "must be at most 3" in caught.value.text()
    assert "kanarienvogel" not in caught.value.text(blocks=True)


def on_a_terminal(*args: str) -> str:
    """Return what the command prints on a pseudo-terminal."""
    control, terminal = pty.openpty()
    try:
        env = {name: value for name, value in os.environ.items() if not name.startswith("RECON_")}
        subprocess.run(
            [sys.executable, "-m", "reconciliation", *args],
            stdin=subprocess.DEVNULL,
            stdout=terminal,
            stderr=terminal,
            env=env,
            check=False,
            timeout=60,
        )
        os.close(terminal)
        terminal = -1
        told = b""
        while True:
            try:
                part = os.read(control, 65_536)
            except OSError:  # how Linux tells that the other end is closed
                part = b""
            if not part:
                return told.decode().replace("\r\n", "\n")
            told += part
    finally:
        os.close(control)
        if terminal >= 0:
            os.close(terminal)


def test_a_terminal_gets_blocks(tmp_path: Path) -> None:
    directory = settings_in(tmp_path, DEFAULT)
    blocks = BLOCKS.format(file=f"{directory}/default.toml")
    for command in ("check", "show"):
        assert on_a_terminal(command, "--settings-dir", str(directory)).strip() == blocks


def test_a_pipe_gets_lines(tmp_path: Path) -> None:
    directory = settings_in(tmp_path, DEFAULT)
    done = recon("check", "--settings-dir", str(directory))
    assert done.exit_code == 2
    assert done.stdout.splitlines() == [
        (
            f"{directory}/default.toml:2: reconciliation.startup_delay_secs = 5.0 must be at least 10 seconds"
            "; set 10 or more; or remove the line: the default is 10.0"
        ),
        f"{directory}/default.toml:5: log.levell is no key of recon; did you mean log.level?",
    ]


def test_check_as_data_is_of_the_promised_shape(tmp_path: Path) -> None:
    directory = settings_in(tmp_path, DEFAULT)
    done = recon("check", "--json", "--settings-dir", str(directory))
    assert (done.exit_code, done.stderr) == (2, "")
    assert json.loads(done.stdout) == {
        "ok": False,
        "preset": None,
        "fingerprint": None,
        "problems": [
            {
                "code": "out_of_range",
                "key": "reconciliation.startup_delay_secs",
                "origin": f"{directory}/default.toml:2",
                "message": "reconciliation.startup_delay_secs = 5.0 must be at least 10 seconds",
                "hint": "set 10 or more; or remove the line: the default is 10.0",
            },
            {
                "code": "unknown_key",
                "key": "log.levell",
                "origin": f"{directory}/default.toml:5",
                "message": "log.levell is no key of recon",
                "hint": "did you mean log.level?",
            },
        ],
        "warnings": [],
        "findings": [],
        "accepted": [],
    }


def test_check_as_data_of_usable_settings_is_of_the_same_shape(tmp_path: Path) -> None:
    directory = settings_in(tmp_path)
    done = recon("check", "--json", "--settings-dir", str(directory))
    assert (done.exit_code, done.stderr) == (0, "")
    assert json.loads(done.stdout) == {
        "ok": True,
        "preset": "standard",
        "fingerprint": load(env={}, settings_dir=directory).fingerprint,
        "problems": [],
        "warnings": [],
        "findings": [],
        "accepted": [],
    }
