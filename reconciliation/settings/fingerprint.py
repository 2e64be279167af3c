"""Sixteen hex digits that are equal when behaviour is."""

import hashlib
import json
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from reconciliation.settings.whole import Settings

_IDENTITY: Final = {"trader_id", "instance_id"}
"""Of the node: whose it is, not what it does."""

_WHEREABOUTS: Final = {"url", "data_dir"}
"""Of the cache: where it is, not how it is used."""


def fingerprint(settings: "Settings") -> str:
    """Return the fingerprint of what reaches the engine, a guard or the node's own conduct.

    Two traders on two machines with the same fingerprint reconcile alike. The facts that only rules judge by, the log,
    the venue, addresses, secrets and the node's identity are left out, and the order of a list does not matter.
    """
    behaviour = {
        "reconciliation": settings.reconciliation.effective.model_dump(mode="json"),
        "claims": {name: claim.model_dump(mode="json") for name, claim in settings.claims.items()},
        "node": settings.node.model_dump(mode="json", exclude=_IDENTITY),
        "cache": settings.cache.model_dump(mode="json", exclude=_WHEREABOUTS),
    }
    canonical = json.dumps(_unordered(behaviour), sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(canonical.encode()).hexdigest()[:16]


def _unordered(node: Any) -> Any:
    """Return plain data with its lists sorted, and without the zero that is below zero."""
    if isinstance(node, dict):
        return {key: _unordered(child) for key, child in node.items()}
    if isinstance(node, list):
        return sorted(node)
    return node + 0.0 if isinstance(node, float) else node
