"""Many mistakes at once: all are told, in order, as text, as blocks for a terminal and as data."""

import json
import os
import pty
import subprocess
import sys

import pytest
from jail import Jail, recon

from reconciliation import SettingsError


def test_relations_are_told_beside_wrong_fields_of_the_same_section(jail: Jail) -> None:
    default = (
        "[reconciliation]\nstartup_delay_secs = 5.0\ninflight_check_threshold_ms = 4000\n"
        '[node]\ntrader_id = "NOTAG"\n[claims.A-1]\ninstrument_ids = ["X.Y"]\n[claims.B-1]\nclaim_all = "yes"\n'
    )
    env = {
        "RECON_INFLIGHT_CHECK_INTERVAL_MS": "4500",
        "RECON_CLAIMS": '{"C-1": {"instrument_ids": ["X.Y"]}}',
        "RECON_QQQQ": "",
    }
    jail.settings(default)
    lines = jail.lines(env)
    # The number of each line, whatever the texts are: those have tests of their own.
    assert [line.partition(": ")[0] for line in lines] == [
        "RECON_QQQQ",
        "settings/default.toml:2",
        "settings/default.toml:3",
        "settings/default.toml:5",
        "settings/default.toml:7",
        "settings/default.toml:9",
    ]
    assert "inflight_check_interval_ms (4500)" in lines[2]
    assert "A-1 and C-1 both claim X.Y" in lines[4]


def test_a_relation_with_a_refused_field_is_left_unsaid(jail: Jail) -> None:
    jail.settings("[reconciliation]\ninflight_check_threshold_ms = 10\ninflight_check_interval_ms = 4500\n")
    (line,) = jail.lines()
    assert "must be at least 1000 milliseconds" in line


def test_problems_are_sorted_by_file_and_by_line_as_a_number(jail: Jail) -> None:
    lines = "".join(f"x{number} = 1\n" for number in range(1, 12))
    jail.settings(f"[log]\n{lines}", standard=f"[node]\n{lines}")
    found = jail.lines()
    expected = [f"settings/{file}.toml:{line}" for file in ("default", "standard") for line in range(2, 13)]
    assert [line.partition(": ")[0] for line in found] == expected


DEFAULT = "[reconciliation]\n  startup_delay_secs = 5.0  # soon\n\n[log]\nlevell = 'INFO'\n"
BLOCKS = """\
{file}:2: reconciliation.startup_delay_secs = 5.0 must be at least 10 seconds
      startup_delay_secs = 5.0  # soon
      ^^^^^^^^^^^^^^^^^^^^^^^^
  -> set 10 or more; or remove the line: the default is 10.0

{file}:5: log.levell is no key of recon
  -> did you mean log.level?"""


def test_blocks_mark_the_statement(jail: Jail) -> None:
    jail.settings(DEFAULT)
    with pytest.raises(SettingsError) as caught:
        jail.load()
    assert caught.value.text(blocks=True) == BLOCKS.format(file="settings/default.toml")


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_the_mark_stands_below_the_statement_whatever_the_line_ends_in(jail: Jail, ending: str) -> None:
    jail.settings(DEFAULT.replace("\n", ending))
    with pytest.raises(SettingsError) as caught:
        jail.load()
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
def test_no_block_shows_a_secret_that_stands_beside_a_mistake(jail: Jail, text: str) -> None:
    jail.settings(text)
    with pytest.raises(SettingsError) as caught:
        jail.load()
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


def test_a_terminal_gets_blocks(jail: Jail, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    jail.settings(DEFAULT)
    blocks = BLOCKS.format(file="settings/default.toml")
    for command in ("check", "show"):
        assert on_a_terminal(command).strip() == blocks


def test_a_pipe_gets_lines(jail: Jail) -> None:
    jail.settings(DEFAULT)
    done = recon("check")
    assert done.exit_code == 2
    assert done.stdout.splitlines() == [
        (
            "settings/default.toml:2: reconciliation.startup_delay_secs = 5.0 must be at least 10 seconds"
            "; set 10 or more; or remove the line: the default is 10.0"
        ),
        "settings/default.toml:5: log.levell is no key of recon; did you mean log.level?",
    ]


def test_check_as_data_is_of_the_promised_shape(jail: Jail) -> None:
    jail.settings(DEFAULT)
    done = recon("check", "--json")
    assert (done.exit_code, done.stderr) == (2, "")
    assert json.loads(done.stdout) == {
        "ok": False,
        "preset": None,
        "fingerprint": None,
        "problems": [
            {
                "code": "out_of_range",
                "key": "reconciliation.startup_delay_secs",
                "origin": "settings/default.toml:2",
                "message": "reconciliation.startup_delay_secs = 5.0 must be at least 10 seconds",
                "hint": "set 10 or more; or remove the line: the default is 10.0",
            },
            {
                "code": "unknown_key",
                "key": "log.levell",
                "origin": "settings/default.toml:5",
                "message": "log.levell is no key of recon",
                "hint": "did you mean log.level?",
            },
        ],
        "warnings": [],
        "findings": [],
        "accepted": [],
    }


def test_check_as_data_of_usable_settings_is_of_the_same_shape(jail: Jail) -> None:
    jail.settings()
    done = recon("check", "--json")
    assert (done.exit_code, done.stderr) == (0, "")
    assert json.loads(done.stdout) == {
        "ok": True,
        "preset": "standard",
        "fingerprint": jail.load().fingerprint,
        "problems": [],
        "warnings": [],
        "findings": [],
        "accepted": [],
    }
