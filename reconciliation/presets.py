"""The presets that ship with recon."""

from enum import StrEnum


class ReconciliationPreset(StrEnum):
    """A named set of settings in `settings/<name>.toml`.

    Any other name selects a file of one's own in the settings directory.
    """

    CONSERVATIVE = "conservative"
    """Slow venues, few orders: rare requests, much patience before anything is believed gone."""

    STANDARD = "standard"
    """The default, and the same as the model's own defaults."""

    AGGRESSIVE = "aggressive"
    """Many short-lived orders on a fast venue with requests to spare."""

    DISABLED = "disabled"
    """Nothing is reconciled: for replays and venues without reports, never for a live account."""
