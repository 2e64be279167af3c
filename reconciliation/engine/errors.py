"""What can be wrong with a node that is to be built, or that does not start."""

from collections.abc import Iterable
from typing import Self

from reconciliation.engine.lifecycle import Stage
from reconciliation.engine.user_code import place_in
from reconciliation.errors import ExitCode, ReconError, UnusableError
from reconciliation.rules.check import refusals
from reconciliation.rules.finding import Finding
from reconciliation.settings.urls import said


class CacheUrlMissingError(UnusableError):
    """A cache configuration was asked for, and no `RECON_CACHE_URL` is set."""

    def __init__(self) -> None:
        super().__init__("no cache database is given", "set RECON_CACHE_URL to redis://HOST:PORT")


class ClaimError(UnusableError):
    """Claims that cannot be honoured: two owners for an instrument, or a claim on nothing."""


class PartError(UnusableError):
    """Something that the settings name could not be made."""

    @classmethod
    def failed(cls, key: str, error: Exception) -> Self:
        """Return the error that the user's own code failed, with its place."""
        reason = said(error)
        return cls(f"{key} could not be made: {type(error).__name__}: {reason} {place_in(error)}".rstrip())


class DuplicateClientError(UnusableError):
    """Two clients were added under one name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"a client named '{name}' was added already", "give each client a name of its own")


class NotAConfigError(UnusableError):
    """What was to be judged is no configuration that the rules know."""

    def __init__(self, found: object) -> None:
        what = f"is the class {found.__name__}" if isinstance(found, type) else f"is of type {type(found).__name__}"
        super().__init__(
            f"{what}, not a LiveExecEngineConfig or a TradingNodeConfig", "name one, or a function that returns one"
        )


class RulesBrokenError(UnusableError):
    """The configuration breaks rules that nobody accepted.

    Attributes:
        all_findings: everything that was found.
        findings: the errors among it.
    """

    def __init__(self, all_findings: Iterable[Finding]) -> None:
        self.all_findings = tuple(all_findings)
        self.findings = refusals(self.all_findings)
        super().__init__("; ".join(f"{finding.id}: {finding.figure}; {finding.hint}" for finding in self.findings))


class NodeNotStartedError(ReconError):
    """A node did not start; it has been stopped.

    Attributes:
        stage: how far it came.
        reason: why it came no further.
    """

    def __init__(self, stage: Stage, reason: str) -> None:
        self.stage: Stage = stage
        self.reason = reason
        codes = {"connection": ExitCode.PREFLIGHT, "settings": ExitCode.UNUSABLE}
        self.exit_code = codes.get(stage, ExitCode.NOT_FINE)  # type: ignore[misc] # it depends on the stage
        super().__init__(f"the node did not start ({stage}): {reason}")
