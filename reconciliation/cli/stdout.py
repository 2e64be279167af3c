"""Keeping stdout for data."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import IO

_KEPT: ContextVar[IO[str] | None] = ContextVar("kept", default=None)


def real_stdout() -> IO[str]:
    """Return what a reader gets as stdout, also while all else that is written there goes to stderr."""
    return _KEPT.get() or sys.stdout


@contextmanager
def stdout_for_data() -> Iterator[IO[str]]:
    """Yield the real stdout and send everything else that is written there to stderr.

    The engine writes its log to file descriptor 1, whatever `sys.stdout` is.
    """
    sys.stdout.flush()
    kept = os.dup(1)
    os.dup2(2, 1)
    try:
        with os.fdopen(kept, "w", encoding="utf-8") as stdout:
            token = _KEPT.set(stdout)
            try:
                yield stdout
            finally:
                _KEPT.reset(token)
    finally:
        sys.stdout.flush()
