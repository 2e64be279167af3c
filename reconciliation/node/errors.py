"""How a node cannot be made, and how it can end."""

from collections.abc import Iterable

from reconciliation.errors import NotReadyError, ReconError, UnusableError


class ConfigureError(UnusableError):
    """The user's own function that configures a node cannot be called, or failed."""


class SurroundingsMissingError(UnusableError):
    """What a node needs is not given: a cache, a venue, a client; all that is missing at once."""

    def __init__(self, missing: Iterable[str]) -> None:
        super().__init__("; ".join(missing))


class PreflightError(NotReadyError):
    """The cache is not usable; the message says what to do."""


class NodeDiedError(ReconError):
    """A node ended by itself, or its strategies' code failed while it stopped."""


class NodeInterruptedError(ReconError):
    """A read-only node was told to stop before it had reconciled."""

    def __init__(self) -> None:
        super().__init__("interrupted before it was done")
