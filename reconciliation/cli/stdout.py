"""Keeping stdout for data."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO


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
            yield stdout
    finally:
        sys.stdout.flush()
