"""What one check came to."""

from collections.abc import Iterable
from typing import Any, Literal

from msgspec import Struct

from reconciliation.errors import ExitCode

Verdict = Literal["ok", "warn", "fail", "unknown"]
"""Unknown is a check that could not be made; `found` says why."""


class Outcome(Struct, frozen=True):
    """What one check came to.

    Attributes:
        name: of the check.
        found: what was found, in words.
        action: what to do about it; empty where there is nothing to do.
        code: what a command ends with where this fails: 3 for what is around the node, 2 for what is written.
    """

    name: str
    verdict: Verdict
    found: str
    action: str = ""
    code: ExitCode = ExitCode.PREFLIGHT

    def data(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {"name": self.name, "verdict": self.verdict, "found": self.found, "action": self.action}


def not_asked(names: Iterable[str], why: str) -> list[Outcome]:
    """Return the outcomes of checks that lack an earlier fact."""
    return [Outcome(name, "unknown", f"not asked: {why}") for name in names]


def failed(outcomes: Iterable[Outcome]) -> tuple[Outcome, ...]:
    """Return those that keep a node from booting."""
    return tuple(outcome for outcome in outcomes if outcome.verdict == "fail")


def exit_code(outcomes: Iterable[Outcome]) -> ExitCode:
    """Return what they come to: what is written wrong no restart mends, so that it counts before what may mend."""
    codes = {outcome.code for outcome in failed(outcomes)}
    return min(codes, default=ExitCode.FINE)
