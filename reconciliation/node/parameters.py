"""The effective parameters of a boot, as one event carries them, and what rules say of them."""

from typing import Any

import structlog

from reconciliation.rules.finding import Finding
from reconciliation.rules.plan import plan
from reconciliation.settings import Settings


def effective_parameters(settings: Settings, findings: tuple[Finding, ...]) -> dict[str, Any]:
    """Return every effective value with preset, settings directory, fingerprint, guards and rules; secrets masked.

    `plan` holds what the values mean: when checks run, what they conclude and repair after how long, what they cost.
    """
    return {
        "preset": settings.preset,
        "settings_dir": str(settings.settings_dir) if settings.settings_dir else None,
        "fingerprint": settings.fingerprint,
        "guards": list(settings.node.guards),
        "rules_broken": [found.id for found in findings],
        "plan": plan(settings).data(),
        **settings.masked(),
    }


def tell_findings(log: structlog.typing.FilteringBoundLogger, findings: tuple[Finding, ...]) -> None:
    """Say each rule that is broken by an event of its own: one that was accepted as loudly as a failure."""
    for found in findings:
        if found.severity == "error":
            log.error("rule_accepted", **found.data())
        else:
            log.warning("rule_broken", **found.data())
