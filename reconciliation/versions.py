"""Which versions run, as they are installed."""

from importlib.metadata import version


def package_version() -> str:
    """Return which recon this is."""
    return version("nautilus-recon")


def engine_version() -> str:
    """Return which NautilusTrader this is."""
    return version("nautilus_trader")
