"""What recon's exit codes mean, everywhere."""

from enum import IntEnum


class ExitCode(IntEnum):
    """Exit codes of every command."""

    FINE = 0
    NOT_FINE = 1
    """The thing checked is not fine, reconciliation failed, or the node died."""
    UNUSABLE = 2
    """Wrong usage or unusable settings."""
    PREFLIGHT = 3
    """The cache or the venue is not usable."""
