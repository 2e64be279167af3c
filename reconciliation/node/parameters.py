"""The effective parameters of a boot, as one event carries them."""

from collections.abc import Iterator
from typing import Any

from reconciliation.config import ReconciliationConfig
from reconciliation.rules.finding import Finding
from reconciliation.rules.plan import plan
from reconciliation.rules.subject import Subject
from reconciliation.settings import Settings


def effective_parameters(settings: Settings, subject: Subject, findings: tuple[Finding, ...]) -> dict[str, Any]:
    """Return every effective value with preset, settings directory, fingerprint, guards and rules; secrets masked.

    `plan` holds what the values mean: when checks run, what they conclude and repair after how long, what they cost.
    `filters` names what is kept out of reconciliation.
    """
    return {
        "preset": settings.preset,
        "settings_dir": str(settings.settings_dir) if settings.settings_dir else None,
        "fingerprint": settings.fingerprint,
        "guards": list(settings.node.guards),
        "filters": list(_filters(settings.reconciliation)),
        "rules_broken": [finding.id for finding in findings],
        "plan": plan(subject).data(),
        **settings.masked(),
    }


def _filters(r: ReconciliationConfig) -> Iterator[str]:
    if not r.enabled:
        return
    if r.instrument_ids:
        yield f"every instrument but {', '.join(r.instrument_ids)}"
    for client_order_id in r.filtered_client_order_ids:
        yield f"order {client_order_id}"
    if r.filter_position_reports:
        yield "every position"
    if r.filter_unclaimed_external_orders:
        yield "orders from outside that no strategy claims"
