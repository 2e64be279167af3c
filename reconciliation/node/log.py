"""recon's own events: one structured line each, on stderr, secrets masked."""

import logging
import os
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

from reconciliation.node.terminal import rendered
from reconciliation.settings.log import LogSettings
from reconciliation.settings.masking import mask


def _mask_event(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {key: mask(value, key) for key, value in event.items()}


def as_json(settings: LogSettings) -> bool:
    """Whether events are JSON: unless stderr is a terminal, or as the settings say."""
    return settings.format == "json" or (settings.format == "auto" and not sys.stderr.isatty())


def is_colored() -> bool:
    """Whether stderr is a terminal that shows colors."""
    return sys.stderr.isatty() and "NO_COLOR" not in os.environ


def _on_a_terminal(_logger: object, _method: str, event: MutableMapping[str, Any]) -> str:
    return rendered(event, colored=is_colored())


def event_logger(settings: LogSettings) -> structlog.typing.FilteringBoundLogger:
    """Return a logger for events on stderr; structlog's own configuration stays as the user has it."""
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer(default=str) if as_json(settings) else _on_a_terminal
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
