"""What a node says, on a terminal and to a machine, also where it ends badly."""

import os
import pty
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from stage import HERE, PATIENCE_SECS, Stage, clean_end, ended, environment, until

from reconciliation.embedded.venue import VenueProcess


class Terminal:
    """A recon command on a terminal, and what stands there."""

    def __init__(self, folder: Path, variables: Mapping[str, str], *arguments: str) -> None:
        ours, theirs = pty.openpty()
        env = {key: value for key, value in os.environ.items() if not key.startswith(("RECON_", "NO_COLOR"))}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "reconciliation", *arguments],
            env=env | {"RECON_NODE_TIMEOUT_POST_STOP": "0.1"} | dict(variables),
            cwd=folder,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
        )
        os.close(theirs)
        self._ours = ours
        self._text = ""

    def lines_until(self, word: str) -> list[str]:
        """Read until a word has come; to the end where it is empty."""
        while not word or word not in self._text:
            try:
                told = os.read(self._ours, 65_536)
            except OSError:  # nobody writes any more
                break
            self._text += told.decode(errors="replace")
        assert word in self._text, self._text
        return self._text.replace("\r\n", "\n").splitlines()

    def end(self) -> tuple[int, list[str]]:
        lines = self.lines_until("")
        os.close(self._ours)
        return self.process.wait(PATIENCE_SECS), lines


def test_a_boot_on_a_terminal_is_short(stage: Stage, venue: VenueProcess, redis: str) -> None:
    """Boot: no raw dicts, no log of the engine's before there is something to read, every line short."""
    terminal = Terminal(stage.folder, environment(venue, redis), "run")
    lines = terminal.lines_until("node started")
    assert len(lines) < 30
    assert not [line for line in lines if len(line) > 180 or "{" in line]
    assert [line for line in lines if "open orders every" in line]
    terminal.process.send_signal(signal.SIGTERM)
    code, lines = terminal.end()
    assert code == 0
    assert lines[-1][14:] == "node stopped"


def test_the_reason_of_a_failed_start_is_the_last_line(stage: Stage, venue: VenueProcess, redis: str) -> None:
    venue.control.fail("GET /fapi/v1/openOrders", status=500)
    code, lines = Terminal(stage.folder, environment(venue, redis), "run").end()
    assert code == 1
    assert lines[-1].startswith("the node did not start (reconciliation): the query of /fapi/v1/openOrders failed")


def test_a_reconciliation_shows_its_answer_at_the_end(stage: Stage, venue: VenueProcess, redis: str) -> None:
    """Reconcile command: a screenful; all of the engine's log with --verbose."""
    code, lines = Terminal(stage.folder, environment(venue, redis), "reconcile").end()
    assert code == 0
    assert len(lines) < 40
    assert lines[-1].endswith("on a copy; the cache is as it was")
    assert not [line for line in lines if "ExecClient-BINANCE: " in line]
    code, lines = Terminal(stage.folder, environment(venue, redis), "reconcile", "--verbose").end()
    assert code == 0
    assert [line for line in lines if "ExecClient-BINANCE: Connected" in line]
    assert lines[-1].endswith("on a copy; the cache is as it was")


def test_what_was_said_stands_there_when_a_node_is_killed(stage: Stage, venue: VenueProcess, redis: str) -> None:
    """Log: the last words of an engine that aborts are on the one stream, and nobody is left who holds it."""
    variables = environment(venue, redis, PYTHONPATH=str(HERE))
    node = stage.node(variables, "misbehaving:aborting")
    assert ended(node) == -signal.SIGABRT
    assert node.lines[-1] == "the last words of one that aborts"
    assert "misbehaving: about to abort" in stage.engine_log()
    killed = stage.node(variables)
    killed.wait_for("node_started")
    killed.kill()
    assert ended(killed) == -signal.SIGKILL
    until(lambda: "ExecEngine: RUNNING" in stage.engine_log(), "the engine's log has come")


def test_every_line_of_a_node_is_json(stage: Stage, venue: VenueProcess, redis: str) -> None:
    """Log: the engine's, recon's and whatever else is written to stdout and stderr."""
    node = stage.node(environment(venue, redis))
    clean_end(node)
    assert ended(node) == 0
    assert node.lines == []
    assert "ExecClient-BINANCE: Connected" in stage.engine_log()
    assert "TradingNode: DISPOSED" in stage.engine_log(), "to the last line"
