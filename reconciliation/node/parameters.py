"""The effective parameters of a boot, as one event carries them."""

from typing import Any

from reconciliation.settings import Settings


def effective_parameters(settings: Settings, guards: tuple[str, ...]) -> dict[str, Any]:
    """Return every effective value with preset, settings directory, fingerprint and guards; secrets masked."""
    return {
        "preset": settings.preset,
        "settings_dir": str(settings.settings_dir) if settings.settings_dir else None,
        "fingerprint": settings.fingerprint,
        "guards": list(guards),
        **settings.masked(),
    }
