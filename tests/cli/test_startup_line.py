"""The line that `recon reconcile` shows while a start lasts."""

import pytest

from reconciliation.cli import progress
from reconciliation.cli.startup_line import ProgressLine
from reconciliation.engine.lifecycle import Connected, StartupProgress


@pytest.mark.parametrize("is_terminal", [True, False])
def test_it_is_taken_away_on_a_terminal_when_something_else_happens(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], is_terminal: bool
) -> None:
    monkeypatch.setattr(progress, "SELDOM_SECS", 0.0)
    monkeypatch.setattr(progress, "OFTEN_SECS", 0.0)
    monkeypatch.setattr("sys.stderr.isatty", lambda: is_terminal)
    monkeypatch.setenv("TERM", "xterm")
    line = ProgressLine()
    line(StartupProgress("booking", 4_000, 10_000, 10_000, 9_876, 5.0, 30.0, None))
    text = "4,000 of 10,000 orders booked; 5 s of at most 30 s"
    shown = capsys.readouterr().err
    assert shown == (f"\r{text}" if is_terminal else f"{text}\n")
    line(Connected((), 1.0))
    assert capsys.readouterr().err == (f"\r{' ' * len(text)}\r" if is_terminal else "")
