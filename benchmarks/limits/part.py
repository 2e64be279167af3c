"""One part of what is measured on real nodes: its figures, the limits among them, and its goals."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from benchmarks.goals import Goal
from benchmarks.limits import figures
from benchmarks.limits.figures import Figure


@dataclass(frozen=True, slots=True)
class Part:
    """What a part came to.

    Attributes:
        figures: of both nodes.
        limits: what the specification limits.
        goals: what is wanted.
        more: other plain data, by what it is.
    """

    figures: tuple[Figure, ...] = ()
    limits: tuple[Figure, ...] = ()
    goals: tuple[Goal, ...] = ()
    more: Mapping[str, Any] = field(default_factory=dict)

    def data(self) -> dict[str, Any]:
        """Return it as plain data, without the goals."""
        return {"limits": figures.data(self.limits), "figures": figures.data(self.figures), **self.more}

    def lines(self) -> Iterator[str]:
        """Yield the table of its figures."""
        yield from figures.table(self.figures)
