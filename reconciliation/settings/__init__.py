"""The sections of the settings, one file each, and the frozen whole of them."""

from reconciliation.settings.whole import Settings

__all__ = ["Settings"]
