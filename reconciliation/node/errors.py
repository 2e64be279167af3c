"""How a node cannot be made, and how it can end."""

import errno
from collections.abc import Iterable

from reconciliation.errors import NotReadyError, ReconError, UnusableError
from reconciliation.monitor.certificate import CertificateError


class ConfigureError(UnusableError):
    """The user's own function that configures a node cannot be called, or failed."""


class SurroundingsMissingError(UnusableError):
    """What a node needs is not given: a cache, a venue, a client; all that is missing at once."""

    def __init__(self, missing: Iterable[str]) -> None:
        super().__init__("; ".join(missing))


class PreflightError(NotReadyError):
    """The cache is not usable; the message says what to do."""


class MonitorError(NotReadyError):
    """The monitor's endpoints cannot be served."""

    def __init__(self, host: str, port: int, error: Exception) -> None:
        if isinstance(error, CertificateError):
            super().__init__(
                f"the monitor's certificate or its key cannot be used ({str(error).lower()})",
                "correct RECON_MONITOR_TLS_CERTIFICATE and _KEY",
            )
        elif isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
            super().__init__(
                f"the monitor's port {port} at {host} is taken", "give this node a RECON_MONITOR_PORT of its own"
            )
        else:
            # The library adds the address to the text, and makes an error without a number of its own of one.
            reason = str(getattr(error, "strerror", None) or error).partition(" (while attempting")[0]
            super().__init__(
                f"the monitor cannot listen on {host}:{port} ({reason.lower()})", "correct RECON_MONITOR_HOST and _PORT"
            )


class NodeDiedError(ReconError):
    """A node ended by itself, or its strategies' code failed while it stopped."""


class NodeInterruptedError(ReconError):
    """A read-only node was told to stop before it had reconciled."""

    def __init__(self) -> None:
        super().__init__("interrupted before it was done")
