"""How far a long command is: one line that changes on a terminal, a line now and then elsewhere; on stderr."""

import os
import shutil
import sys
import time
from typing import Final

import click

from reconciliation.layers.problems import printable
from reconciliation.rules.figures import duration, number

SELDOM_SECS: Final = 30.0
OFTEN_SECS: Final = 0.2


class Progress:
    """The line."""

    def __init__(self) -> None:
        self._is_live = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
        self._begun = self._told = time.monotonic()
        self._width = 0

    def show(self, text: str) -> None:
        """Show a line in place of the last one; most are left out, so that the terminal keeps up."""
        now = time.monotonic()
        if now - self._told < (OFTEN_SECS if self._is_live else SELDOM_SECS):
            return
        self._told = now
        if not self._is_live:
            click.echo(printable(text), err=True)
            return
        shown = printable(text)[: shutil.get_terminal_size().columns - 1]
        click.echo(f"\r{shown.ljust(self._width)}", err=True, nl=False)
        self._width = len(shown)

    def counted(self, done: int, wanted: int, failed: int) -> None:
        """Show how many of how many are done and failed, how fast, and how long the rest takes."""
        secs = time.monotonic() - self._begun
        rate = done / secs if secs else 0.0
        left = duration((wanted - done) / rate) if rate else "?"
        wrong = f", {failed} FAILED" if failed else ""
        self.show(f"{done} of {wanted} runs{wrong}, {number(round(rate, 1))} a second, {left} left")

    def clear(self) -> None:
        """Take the line away, so that the next output begins at the left."""
        if self._width:
            click.echo(f"\r{' ' * self._width}\r", err=True, nl=False)
            self._width = 0
