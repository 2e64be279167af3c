"""How processes that are started and steered from here fail."""

from reconciliation.errors import NotReadyError


class ProcessFailedError(NotReadyError):
    """A process did not come up, ended early, or refused what it was told; the message says which and why."""


class EmbeddedCacheError(NotReadyError):
    """The embedded cache cannot be started; the message says what to do."""


class CopyFailedError(NotReadyError):
    """The cache that is to be copied failed."""
