"""recon's own events: one structured line each, on stderr, secrets masked."""

import json
import logging
import os
import sys
import threading
from datetime import UTC, datetime
from typing import Any

from reconciliation.node.terminal import rendered
from reconciliation.settings.log import LogSettings
from reconciliation.settings.masking import mask


def as_json(settings: LogSettings) -> bool:
    """Whether events are JSON: unless stderr is a terminal, or as the settings say."""
    return settings.format == "json" or (settings.format == "auto" and not sys.stderr.isatty())


def is_colored() -> bool:
    """Whether stderr is a terminal that shows colors."""
    return sys.stderr.isatty() and "NO_COLOR" not in os.environ


class Logger:
    """Writes an event a line: its fields, its name, its level and when it was.

    A method for each level; what is below the level of the settings is left out. Safe from any thread.

    Args:
        settings: how the log is wanted.
    """

    def __init__(self, settings: LogSettings) -> None:
        self._stream = sys.stderr
        self._levels = logging.getLevelNamesMapping()
        self._least = self._levels[settings.level]
        self._as_json = as_json(settings)
        self._lock = threading.Lock()

    def debug(self, event: str, **fields: Any) -> None:
        """Log what only helps to find a mistake."""
        self._log("debug", event, fields)

    def info(self, event: str, **fields: Any) -> None:
        """Log what goes as it should."""
        self._log("info", event, fields)

    def warning(self, event: str, **fields: Any) -> None:
        """Log what is doubtful."""
        self._log("warning", event, fields)

    def error(self, event: str, **fields: Any) -> None:
        """Log what went wrong."""
        self._log("error", event, fields)

    def _log(self, level: str, event: str, fields: dict[str, Any]) -> None:
        if self._levels[level.upper()] < self._least:
            return
        told = fields | {"event": event, "level": level, "timestamp": _now()}
        told = {key: mask(value, key) for key, value in told.items()}
        line = json.dumps(told, default=str) if self._as_json else rendered(told, colored=is_colored())
        with self._lock:
            # One write a line, so that the engine, which writes errors to stderr too, cannot come between.
            self._stream.write(f"{line}\n")
            self._stream.flush()


def _now() -> str:
    return datetime.now(UTC).isoformat().replace("+00:00", "Z")
