"""Twelve-factor settings for NautilusTrader's live order reconciliation, and the node boot around them.

The names below load on first use, so that importing the package costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from reconciliation.collector import loading

if TYPE_CHECKING:
    from reconciliation.config import ReconciliationConfig
    from reconciliation.engine.builder import NodeBuilder
    from reconciliation.engine.errors import (
        CacheUrlMissingError,
        ClaimError,
        DuplicateClientError,
        NodeNotStartedError,
        PartError,
        RulesBrokenError,
    )
    from reconciliation.engine.guarded import guarded_factory
    from reconciliation.errors import ExitCode, NotReadyError, ReconError
    from reconciliation.external_claims import ExternalOrderClaimConfig
    from reconciliation.layers.problems import SettingsError
    from reconciliation.layers.resolve import load
    from reconciliation.live_config import LiveTradingNodeConfig
    from reconciliation.node.errors import (
        ConfigureError,
        LeaseHeldError,
        LeaseLostError,
        MonitorError,
        NodeDiedError,
        PreflightError,
        SurroundingsMissingError,
    )
    from reconciliation.node.node import Node
    from reconciliation.presets import ReconciliationPreset
    from reconciliation.settings import Settings

__all__ = [
    "CacheUrlMissingError",
    "ClaimError",
    "ConfigureError",
    "DuplicateClientError",
    "ExitCode",
    "ExternalOrderClaimConfig",
    "LeaseHeldError",
    "LeaseLostError",
    "LiveTradingNodeConfig",
    "MonitorError",
    "Node",
    "NodeBuilder",
    "NodeDiedError",
    "NodeNotStartedError",
    "NotReadyError",
    "PartError",
    "PreflightError",
    "ReconError",
    "ReconciliationConfig",
    "ReconciliationPreset",
    "RulesBrokenError",
    "Settings",
    "SettingsError",
    "SurroundingsMissingError",
    "guarded_factory",
    "load",
]

_HOMES = {
    "CacheUrlMissingError": "engine.errors",
    "ClaimError": "engine.errors",
    "ConfigureError": "node.errors",
    "DuplicateClientError": "engine.errors",
    "ExitCode": "errors",
    "ExternalOrderClaimConfig": "external_claims",
    "LeaseHeldError": "node.errors",
    "LeaseLostError": "node.errors",
    "LiveTradingNodeConfig": "live_config",
    "MonitorError": "node.errors",
    "Node": "node.node",
    "NodeBuilder": "engine.builder",
    "NodeDiedError": "node.errors",
    "NodeNotStartedError": "engine.errors",
    "NotReadyError": "errors",
    "PartError": "engine.errors",
    "PreflightError": "node.errors",
    "ReconError": "errors",
    "ReconciliationConfig": "config",
    "ReconciliationPreset": "presets",
    "RulesBrokenError": "engine.errors",
    "Settings": "settings",
    "SettingsError": "layers.problems",
    "SurroundingsMissingError": "node.errors",
    "guarded_factory": "engine.guarded",
    "load": "layers.resolve",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    with loading():
        found = globals()[name] = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    return found
