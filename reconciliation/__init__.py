"""Twelve-factor settings for NautilusTrader's live order reconciliation, and the node boot around them.

The names below load on first use, so that importing the package costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reconciliation.config import ReconciliationConfig
    from reconciliation.external_claims import ExternalOrderClaimConfig
    from reconciliation.layers.problems import SettingsError
    from reconciliation.layers.resolve import load
    from reconciliation.live_config import LiveTradingNodeConfig
    from reconciliation.presets import ReconciliationPreset
    from reconciliation.settings import Settings

__all__ = [
    "ExternalOrderClaimConfig",
    "LiveTradingNodeConfig",
    "ReconciliationConfig",
    "ReconciliationPreset",
    "Settings",
    "SettingsError",
    "load",
]

_HOMES = {
    "ExternalOrderClaimConfig": "external_claims",
    "LiveTradingNodeConfig": "live_config",
    "ReconciliationConfig": "config",
    "ReconciliationPreset": "presets",
    "Settings": "settings",
    "SettingsError": "layers.problems",
    "load": "layers.resolve",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
