"""The presets that ship with recon."""

from enum import StrEnum


class ReconciliationPreset(StrEnum):
    """A named set of settings in `settings/<name>.toml`.

    Any other name selects a file of one's own in the settings directory.
    """

    CONSERVATIVE = "conservative"
    """Slow venues, few orders: rare requests, much patience before anything is believed gone."""

    STANDARD = "standard"
    """The default, and the model's own: as often as Binance's request limits allow, for up to 8 symbols."""

    AGGRESSIVE = "aggressive"
    """Many short-lived orders where requests are cheap; at Binance USD-M it asks more than one address may."""

    DISABLED = "disabled"
    """Nothing is reconciled: for replays and venues without reports, never for a live account."""
