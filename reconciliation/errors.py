"""What every error that a user can cure has in common, and what recon's exit codes mean."""

from enum import IntEnum
from typing import ClassVar


class ExitCode(IntEnum):
    """Exit codes of every command."""

    FINE = 0
    NOT_FINE = 1
    """The thing checked is not fine, reconciliation failed, or the node died."""
    UNUSABLE = 2
    """Wrong usage, unusable settings, or a broken rule."""
    PREFLIGHT = 3
    """The cache or the venue is not usable."""
    LEASE = 4
    """Another node holds the trader id or the account, or has taken it."""


class ReconError(Exception):
    """Something a user can cure.

    Args:
        description: what is wrong.
        action: what to do about it; empty where the description says all there is.
        origin: where the cause stands: a file and line, a variable, an option; empty where it has no place.
    """

    exit_code: ClassVar[ExitCode] = ExitCode.NOT_FINE
    """The exit code of a command that this error ends."""

    def __init__(self, description: str, action: str = "", origin: str = "") -> None:
        self.description = description
        self.action = action
        self.origin = origin
        told = f"{origin}: {description}" if origin else description
        super().__init__(f"{told}; {action}" if action else told)


class UnusableError(ReconError):
    """What was asked for cannot be done as it is written: settings, a rule, or the user's own code."""

    exit_code = ExitCode.UNUSABLE


class NotReadyError(ReconError):
    """What a node needs around it is not there, or not usable."""

    exit_code = ExitCode.PREFLIGHT
