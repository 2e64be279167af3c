"""recon's own events: one structured line each, on stderr, secrets masked."""

import logging
import os
import re
import sys
from collections.abc import MutableMapping
from typing import Any, Final

import structlog

from reconciliation.settings.log import LogSettings
from reconciliation.settings.urls import MASK, without_user_info

_SECRET_NAME: Final = re.compile(r"secret|password|api_key|token|passphrase", re.IGNORECASE)


def mask(value: Any, name: str = "") -> Any:
    """Return plain data with secrets masked: by key name, and the user-info of urls anywhere."""
    if isinstance(value, dict):
        return {key: mask(item, str(key)) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [mask(item, name) for item in value]
    if value is not None and _SECRET_NAME.search(name):
        return MASK
    return without_user_info(value) if isinstance(value, str) else value


def _mask_event(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {key: mask(value, key) for key, value in event.items()}


def as_json(settings: LogSettings) -> bool:
    """Whether events are JSON: unless stderr is a terminal, or as the settings say."""
    return settings.format == "json" or (settings.format == "auto" and not sys.stderr.isatty())


def event_logger(settings: LogSettings) -> structlog.typing.FilteringBoundLogger:
    """Return a logger for events on stderr; structlog's own configuration stays as the user has it."""
    terminal = sys.stderr.isatty()
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer(default=str)
        if as_json(settings)
        else structlog.dev.ConsoleRenderer(colors=terminal and "NO_COLOR" not in os.environ)
    )
    logger: structlog.typing.FilteringBoundLogger = structlog.wrap_logger(
        # One write a line, so that the engine, which writes errors to stderr too, cannot come between.
        structlog.WriteLogger(sys.stderr),
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _mask_event,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[settings.level]),
    )
    return logger
