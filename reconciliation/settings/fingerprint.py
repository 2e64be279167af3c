"""Sixteen hex digits that are equal when behaviour is."""

import hashlib
import json
import re
from typing import TYPE_CHECKING, Any, Final

from reconciliation.settings.masking import without_secrets

if TYPE_CHECKING:
    from reconciliation.settings.whole import Settings

_IDENTITY: Final = {"trader_id", "instance_id", "ready_file"}
"""Of the node: whose it is and where it is looked for, not what it does."""

_PACE: Final = {"accelerate"}
"""Of the node: how quickly it starts; what comes of it is the same."""

_WHEREABOUTS: Final = {"url", "data_dir"}
"""Of the cache: where it is, not how it is used."""

_ADDRESS: Final = re.compile(r"url|host|port|proxy|endpoint|database|_path$|^fs_", re.IGNORECASE)
"""Of a client, the message bus and the files that the engine writes: fields that say where something is."""


def fingerprint(settings: "Settings") -> str:
    """Return the fingerprint of what reaches the engine, a guard or the node's own conduct.

    Two traders on two machines with the same fingerprint reconcile alike. The facts that only rules judge by, the log,
    the venue, addresses, secrets, the node's identity and what only makes its start quicker are left out, and the order
    of a list does not matter.
    """
    behaviour = {
        "reconciliation": dict(settings.reconciliation.effective),
        **settings.model_dump(
            mode="json",
            include={"claims": True, "node": True, "cache": True},
            exclude={"node": _IDENTITY | _PACE, "cache": _WHEREABOUTS},
        ),
    }
    behaviour = _unordered(behaviour) | _handed_on(settings)
    canonical = json.dumps(behaviour, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(canonical.encode()).hexdigest()[:16]


def _handed_on(settings: "Settings") -> dict[str, Any]:
    """Return what the engine gets as it stands, in its order; nothing for what is not there."""
    code = {name: _dumped(settings, name) for name in ("strategies", "actors", "exec_algorithms")}
    around = {name: _placeless(_dumped(settings, name)) for name in ("clients", "risk", "message_bus", "streaming")}
    return {name: table for name, table in (code | around).items() if table}


def _dumped(settings: "Settings", section: str) -> Any:
    return without_secrets(settings.model_dump(mode="json", include={section})[section])


def _placeless(node: Any) -> Any:
    if not isinstance(node, dict):
        return node
    return {key: _placeless(child) for key, child in node.items() if _is_class(key) or not _ADDRESS.search(key)}


def _is_class(key: str) -> bool:
    """Whether a key names a class to import, which says what is done."""
    return key.endswith(("config_path", "factory_path"))


def _unordered(node: Any) -> Any:
    """Return plain data with its lists sorted, and without the zero that is below zero."""
    if isinstance(node, dict):
        return {key: _unordered(child) for key, child in node.items()}
    if isinstance(node, list | tuple):
        return sorted(node)
    return node + 0.0 if isinstance(node, float) else node
