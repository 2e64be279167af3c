"""How a node cannot be made, and how it can end."""

import errno
from collections.abc import Iterable
from typing import TYPE_CHECKING, Self

from reconciliation.errors import ExitCode, NotReadyError, ReconError, UnusableError
from reconciliation.monitor.certificate import CertificateError
from reconciliation.node.holder import Holder

if TYPE_CHECKING:
    from reconciliation.node.preflight.outcome import Outcome


class ConfigureError(UnusableError):
    """The user's own function that configures a node cannot be called, or failed."""


class SurroundingsMissingError(UnusableError):
    """What a node needs is not given: a cache, a venue, a client; all that is missing at once."""

    def __init__(self, missing: Iterable[str]) -> None:
        super().__init__("; ".join(missing))


class PreflightError(NotReadyError):
    """Something around the node is not usable; the message says what to do.

    Attributes:
        outcomes: the checks that failed, all of them.
    """

    outcomes: "tuple[Outcome, ...]" = ()

    @classmethod
    def of(cls, outcomes: "Iterable[Outcome]") -> Self:
        """Return the error that checks come to which failed."""
        failures = tuple(outcomes)
        error = cls("; ".join(f"{failure.found}; {failure.action}" for failure in failures))
        error.outcomes = failures
        error.exit_code = min(failure.code for failure in failures)  # type: ignore[misc] # it depends on the checks
        return error


class LeaseHeldError(ReconError):
    """Another node holds the trader id or the account."""

    exit_code = ExitCode.LEASE

    def __init__(self, name: str, holder: Holder | None, now: float) -> None:
        who = f"{holder}, for {_age(now - holder.since)}" if holder else "somebody that no node of recon is"
        super().__init__(
            f"another node holds {name}: {who}",
            "stop that node first; what a node held that has died expires by itself within node.lease_secs",
        )


class LeaseLostError(ReconError):
    """The node's lease was lost, and the node has ended at once."""

    exit_code = ExitCode.LEASE


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


def _age(secs: float) -> str:
    mins, hours = int(secs // 60), int(secs // 3_600)
    return f"{max(secs, 0):.0f} s" if not mins else f"{mins} min" if not hours else f"{hours} h {mins % 60} min"
