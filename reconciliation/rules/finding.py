"""A rule, what it says of a configuration that breaks it, and the form in which that is told."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, Literal

from msgspec import Struct, field

if TYPE_CHECKING:
    from reconciliation.rules.subject import Subject

Severity = Literal["error", "warning"]
Proof = Literal["run", "read", "computed"]
"""How a rule is known: its harm was shown on the real engine, read in its source, or follows from a computation."""

_SEVERITIES: Final[Mapping[str, Severity]] = {"E": "error", "W": "warning"}


class Violation(Struct, frozen=True):
    """What a rule's function returns when the rule is broken."""

    figure: str
    """The computed figure in words."""
    hint: str = ""
    """What to do, where that is no setting; or what else would do, said after the settings."""
    change: Mapping[str, Any] = field(default_factory=dict)
    """What to set instead, by key; it cures by itself."""
    guards: tuple[str, ...] = ()
    """The guards to put back, which cure by themselves."""
    keys: tuple[str, ...] = ()
    """The keys concerned, where they are fewer than the rule's."""

    @property
    def cures(self) -> bool:
        """Whether there is anything to set or to put back."""
        return bool(self.change or self.guards)


class Finding(Struct, frozen=True):
    """One rule that a configuration breaks."""

    id: str
    severity: Severity
    keys: tuple[str, ...]
    """As the user knows them: dotted keys, or the engine's field names for a hand-written configuration."""
    origins: tuple[str, ...]
    """Where the value of each key stands, in the order of the keys."""
    figure: str
    message: str
    """Why it matters, in one sentence."""
    hint: str
    accepted: bool = False
    """Whether `node.accept` lets it through."""
    assumed: tuple[str, ...] = ()
    """The facts that it rests on and nobody told, by key: an error is a warning for as long."""
    change: Mapping[str, Any] = field(default_factory=dict)
    """What the hint sets, by key as the user knows it; following those of all findings leaves no new one."""

    def __hash__(self) -> int:
        return hash((self.id, self.keys, self.origins, self.figure))  # the mapping has no hash

    @property
    def refuses(self) -> bool:
        """Whether a node must not boot with it."""
        return self.severity == "error" and not self.accepted

    def data(self) -> dict[str, Any]:
        """Return the finding as plain data."""
        return {
            "id": self.id,
            "severity": self.severity,
            "keys": list(self.keys),
            "origins": dict(zip(self.keys, self.origins, strict=True)),
            "figure": self.figure,
            "message": self.message,
            "hint": self.hint,
            "assumed": list(self.assumed),
            "change": dict(self.change),
        }


class Rule(Struct, frozen=True):
    """One rule: a pure function with what there is to say about it."""

    id: str
    keys: tuple[str, ...]
    """Every key the function reads, as a dotted key of the settings or a field that only the engine has."""
    proof: Proof
    why: str
    """What happens otherwise, in one sentence."""
    cure: str
    judge: "Callable[[Subject], Violation | None]"
    held: str = ""
    """Why a node that recon builds cannot break it; empty when it can."""
    repair: bool = True
    """Whether it is about reconciling: there is nothing to say of it when reconciliation is off altogether."""

    @property
    def title(self) -> str:
        """What holds when the rule is kept: the first line of its function's docstring."""
        return (self.judge.__doc__ or "").partition("\n")[0].rstrip(".")

    @property
    def severity(self) -> Severity:
        """An error refuses to boot, a warning says so."""
        return _SEVERITIES[self.id[0]]

    def data(self) -> dict[str, Any]:
        """Return the rule as plain data, as lists carry it."""
        return {
            "id": self.id,
            "severity": self.severity,
            "title": self.title,
            "keys": list(self.keys),
            "proof": self.proof,
        }


def rule(  # noqa: PLR0913 - what there is to say of a rule
    id_: str, *keys: str, proof: Proof, why: str, cure: str, held: str = "", repair: bool = True
) -> "Callable[[Callable[[Subject], Violation | None]], Rule]":
    """Make a rule of the function that judges it; the function's docstring is the rule's title."""

    def made(judge: "Callable[[Subject], Violation | None]") -> Rule:
        return Rule(id_, keys, proof, why, cure, judge, held, repair)

    return made
